/** How far the middle of the book went some time after a moment, along a direction: what a short-lived signal is worth before costs. */
import { tsecOf } from '../../contracts/session.ts';

type Open = { readonly of: string; readonly s: number; readonly sign: 1 | -1; readonly dueTsec: number; readonly midMilli: number };
export type Moved = { readonly of: string; readonly s: number; readonly bp: number };

export class MidMoves {
  readonly horizonSec: number;
  readonly done: Moved[] = [];
  #open: Open[] = [];

  constructor(horizonSec: number) {
    this.horizonSec = horizonSec;
  }

  open(of: string, s: number, sign: 1 | -1, nowMs: number, midMilli: number): void {
    this.#open.push({ of, s, sign, dueTsec: tsecOf(nowMs) + this.horizonSec, midMilli });
  }

  /** Closes what is due by the middle as it is now; null where it is unknown or old: no answer. */
  look(nowMs: number, midOf: (s: number) => number | null): void {
    const now = tsecOf(nowMs);
    if (!this.#open.some(({ dueTsec }) => dueTsec <= now)) return;
    for (const { of, s, sign, midMilli } of this.#open.filter(({ dueTsec }) => dueTsec <= now)) {
      const mid = midOf(s);
      if (mid !== null) this.done.push({ of, s, bp: sign * (mid / midMilli - 1) * 10_000 });
    }
    this.#open = this.#open.filter(({ dueTsec }) => dueTsec > now);
  }
}
