/**
 * Conflated channels of what has to be asked for: one question at a time and only while somebody listens; told when the answer says something new,
 * and whole to who has just come. A role that is away is silence, and is asked again.
 */
import type { AskedChannel, Values } from './values.ts';

export type Answer = { readonly tsMs: number; readonly values: readonly unknown[] };
export type Questions = Readonly<Record<AskedChannel, (nowMs: number) => Answer | Promise<Answer>>>;

export class Asked {
  readonly #values: Values;
  readonly #questions: Questions;
  readonly #told = new Map<AskedChannel, string>();
  readonly #waiting = new Set<AskedChannel>();

  constructor(values: Values, questions: Questions) {
    this.#values = values;
    this.#questions = questions;
  }

  /** Resolves when every channel that is listened to was answered, or is still waiting for an earlier question. */
  async tick(nowMs: number): Promise<void> {
    await Promise.all((Object.keys(this.#questions) as AskedChannel[]).map((ch) => this.#ask(ch, nowMs)));
  }

  async #ask(ch: AskedChannel, nowMs: number): Promise<void> {
    if (!this.#values.hasListeners(ch)) {
      this.#told.delete(ch);
      this.#values.forget(ch);
      return;
    }
    this.#values.again(ch);
    if (this.#waiting.has(ch)) return;
    this.#waiting.add(ch);
    try {
      const { tsMs, values } = await this.#questions[ch](nowMs);
      const said = JSON.stringify(values);
      // of the run's own report its age counts too
      if (ch === 'ops' || said !== this.#told.get(ch)) this.#values.asked(ch, tsMs, values);
      this.#told.set(ch, said);
    } catch {
      // the role is away, or has nothing to say yet
    } finally {
      this.#waiting.delete(ch);
    }
  }
}
