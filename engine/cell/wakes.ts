/**
 * What the wake predicates have answered of the quote at hand. The strategies of a day's variants stand at the same places and mostly have the
 * same parameters; each variant asked all of them again.
 *
 * Place     of a strategy among those that look at symbols, as its lane's bit
 * Question  what is asked there: detector, version and parameters. Who first comes to a place says what its question is, and may change it
 */
export class Wakes {
  readonly #questions = new Map<number, { readonly owner: object; readonly question: string }>();
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
  claim(owner: object, questions: Iterable<readonly [bit: number, question: string]>): number {
    this.#asking.add(owner);
    let same = 0;
    for (const [bit, question] of questions) {
      const known = this.#questions.get(bit);
      if (known === undefined || (known.owner === owner && known.question !== question)) {
        this.#questions.set(bit, { owner, question });
        this.version += 1;
        same |= bit;
      } else if (known.question === question) same |= bit;
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
