/**
 * What the wake predicates have answered of the quote at hand. The strategies of a day's variants stand at the same places and mostly have the
 * same parameters; each variant asked all of them again.
 *
 * Place     of a strategy among those that look at symbols, as its lane's bit
 * Question  what is asked there: a detector, with parameters. Who first comes to a place says what its question is, and may change it
 */
export type Question = { readonly bit: number; readonly detector: object; readonly params: string };

export class Wakes {
  readonly #questions = new Map<number, Question & { readonly owner: object }>();
  readonly #asking = new Set<object>();
  #serial = -1;
  /** Places that have been answered of the quote at hand, and those whose answer was yes. */
  asked = 0;
  woke = 0;
  /** Raised whenever a question has changed. */
  version = 0;

  /** Whether there is anybody to share an answer with. */
  get isShared(): boolean {
    return this.#asking.size > 1;
  }

  /** The places at which `owner` asks what is asked there. */
  claim(owner: object, questions: Iterable<Question>): number {
    this.#asking.add(owner);
    let same = 0;
    for (const question of questions) {
      const { bit } = question;
      const known = this.#questions.get(bit);
      const isSame = known?.detector === question.detector && known.params === question.params;
      if (!isSame && known !== undefined && known.owner !== owner) continue;
      if (!isSame) {
        this.#questions.set(bit, { ...question, owner });
        this.version += 1;
        this.asked &= ~bit; // what was answered was another question
        this.woke &= ~bit;
      }
      same |= bit;
    }
    return same;
  }

  /** `serial`: of the quote at hand. */
  begin(serial: number): void {
    if (serial === this.#serial) return;
    this.#serial = serial;
    this.asked = 0;
    this.woke = 0;
  }

  note(bit: number, woke: boolean): void {
    this.asked |= bit;
    if (woke) this.woke |= bit;
  }
}
