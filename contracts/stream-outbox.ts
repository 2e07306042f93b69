/** What a client of the stream asks, no faster than the server's limits let it: many channels are more than one burst. */
import type { Filter } from './frames.ts';

export type Asking = {
  readonly op: 'sub' | 'unsub';
  readonly id: number;
  readonly ch: string;
  readonly filter?: Filter;
  readonly since?: object;
};

/** The server counts by the second: a little longer than one of its own. */
const paceMs = 1100;
/** Left over, for a frame that is on its way while the server counts. */
const spare = 4;

export class Outbox {
  readonly #send: (frame: Asking) => void;
  readonly #waiting: Asking[] = [];
  #mayStill = Number.POSITIVE_INFINITY;
  #burst = Number.POSITIVE_INFINITY;
  #perPace = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (frame: Asking) => void) {
    this.#send = send;
  }

  keepTo({ msgPerSec, burst }: { readonly msgPerSec: number; readonly burst: number }): void {
    this.#burst = Math.max(1, burst - spare);
    this.#mayStill = this.#burst;
    this.#perPace = msgPerSec;
  }

  /** What waits to ask for the same channel, or to leave it, is overtaken. */
  push(frame: Asking): void {
    const others = this.#waiting.filter(({ ch }) => ch !== frame.ch);
    this.#waiting.splice(0, this.#waiting.length, ...others, frame);
    this.#flush();
  }

  /** The connection it was for is over. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
  }

  #flush(): void {
    while (this.#mayStill >= 1 && this.#waiting.length > 0) {
      this.#mayStill -= 1;
      this.#send(this.#waiting.shift()!);
    }
    if (this.#mayStill >= this.#burst || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#refill(), paceMs); // clock-ok: a client keeps to the server's limits
  }

  #refill(): void {
    this.#timer = undefined;
    this.#mayStill = Math.min(this.#burst, this.#mayStill + this.#perPace);
    this.#flush();
  }
}
