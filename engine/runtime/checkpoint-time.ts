/**
 * When a checkpoint is due: two minutes of the tape after the last was begun, and at the end of each phase; after a burst rather than in it,
 * but at most a minute late. What writes one shares a core and a disk with the entries that come meanwhile.
 */
const everyMs = 120_000;
/**
 * A whole market at its three seconds keeps a core busy with steps for a fiftieth of the time, at ten times that rate for a sixth of it:
 * a burst is more than `calmShare` of the time, over about the last dozen entries.
 */
const [calmShare, weight] = [0.08, 1 / 12];
const patienceMs = 60_000;

export class CheckpointTime {
  #dueMs: number;
  #phase: string;
  #busy = 0;
  #steppedMs = 0;

  /** Where the cell stands: what it was restored from is a checkpoint of there. */
  constructor(tapeMs: number, phase: string) {
    this.#dueMs = tapeMs + everyMs;
    this.#phase = phase;
  }

  /** A step began and ended at these moments of one clock, ms. */
  stepped(fromMs: number, toMs: number): void {
    const share = (toMs - fromMs) / Math.max(toMs - this.#steppedMs, 0.001);
    this.#steppedMs = toMs;
    this.#busy += weight * (Math.min(share, 1) - this.#busy);
  }

  /** To be asked after each entry. */
  isDue(tapeMs: number, phase: string): boolean {
    if (this.#phase !== phase) this.#dueMs = Math.min(this.#dueMs, tapeMs);
    this.#phase = phase;
    const lateMs = tapeMs - this.#dueMs;
    return lateMs >= 0 && (this.#busy < calmShare || lateMs >= patienceMs);
  }

  begun(tapeMs: number): void {
    this.#dueMs = tapeMs + everyMs;
  }
}
