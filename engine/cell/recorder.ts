/** Collects what one tape entry concluded, numbering it within each actor. */
import type { JournalEntry } from '../../contracts/journal.ts';

type Body<K extends JournalEntry['kind']> = Omit<Extract<JournalEntry, { kind: K }>, 'kind' | 'actorId' | 'actorSeq' | 'tsMs'>;

export class Recorder {
  readonly #seq = new Map<string, number>();
  #entries: JournalEntry[] = [];
  /** Tape time of what is being recorded: a timer's due, else the entry's. */
  nowMs = 0;

  record<K extends JournalEntry['kind']>(kind: K, actorId: string, body: Body<K>): void {
    const actorSeq = (this.#seq.get(actorId) ?? 0) + 1;
    this.#seq.set(actorId, actorSeq);
    this.#entries.push({ kind, actorId, actorSeq, tsMs: this.nowMs, ...body } as unknown as JournalEntry);
  }

  fault(actorId: string, scope: string, code: string, error: unknown): void {
    this.record('fault', actorId, { scope, code, message: error instanceof Error ? error.message : String(error) });
  }

  take(): JournalEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  image = (): [string, number][] => [...this.#seq];

  restore(image: readonly (readonly [string, number])[]): void {
    this.#seq.clear();
    for (const [actorId, seq] of image) this.#seq.set(actorId, seq);
  }
}
