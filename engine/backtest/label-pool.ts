/**
 * Decisions that wait for their labels, as quotes come: `net-gain` after a fill, `moves-1pct` from the decision itself.
 *
 * Fill   the ask of the symbol's first quote at least 0.3 s after the decision; none within 15 s: no label
 */
import type { ForecastEvent } from '../../contracts/forecast.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { Accepted } from '../clean/accepted.ts';
import { MoveLabel } from './move-label.ts';
import { type Label, TripleBarrier } from './triple-barrier.ts';

export type Decision = {
  /** Row of the symbol. */
  readonly s: number;
  readonly decidedMs: number;
  readonly midMilli: number;
  readonly sigma600: number;
};
/** Events that quotes of the day itself decide. */
export const labelledEvents = ['moves-1pct', 'net-gain'] as const satisfies readonly ForecastEvent[];
export type LabelledEvent = (typeof labelledEvents)[number];
/** null: it could not be entered. */
export type Labels = Readonly<Record<LabelledEvent, Label | null>>;
type Case<D> = {
  readonly decision: D;
  readonly move: MoveLabel;
  moved: Label | null;
  barrier: TripleBarrier | null;
  gained: Label | null;
  filled: boolean;
};
const orderMs = 300;
const fillWithinSec = 15;

export class LabelPool<D extends Decision> {
  #open: Case<D>[] = [];
  readonly #done: { readonly decision: D; readonly labels: Labels }[] = [];
  readonly #seenMs = new Map<number, number>();
  readonly #costOf: (entryMilli: number) => number;

  /** `costOf`: the round trip as a share of an entry price. */
  constructor(costOf: (entryMilli: number) => number) {
    this.#costOf = costOf;
  }

  open(decision: D): void {
    const move = new MoveLabel(decision.midMilli, tsecOf(decision.decidedMs));
    this.#open.push({ decision, move, moved: null, barrier: null, gained: null, filled: true });
  }

  /** Shows each open case its symbol's newest accepted quote, once. */
  look(accepted: Accepted): void {
    if (this.#open.length === 0) return;
    const fresh = new Set<number>();
    for (const { decision } of this.#open) if (accepted.tsExchangeMs[decision.s] !== this.#seenMs.get(decision.s)) fresh.add(decision.s);
    for (const s of fresh) this.#seenMs.set(s, accepted.tsExchangeMs[s]!);
    this.#open = this.#open.filter((each) => !fresh.has(each.decision.s) || !this.#judge(accepted, each));
  }

  /** True when the case is over. */
  #judge(accepted: Accepted, each: Case<D>): boolean {
    const { s } = each.decision;
    const atMs = accepted.tsExchangeMs[s]!;
    const side = (column: Int32Array): number => (column[s * bookLevels] === absentMilli ? accepted.last[s]! : column[s * bookLevels]!);
    const [bid, ask] = [side(accepted.bid), side(accepted.ask)];
    each.moved ??= each.move.quote(tsecOf(atMs), (bid + ask) / 2);
    if (each.filled && each.gained === null) this.#follow(each, atMs, bid, accepted.ask[s * bookLevels]!);
    if (each.moved === null || (each.filled && each.gained === null)) return false;
    this.#close(each, each.moved, each.gained);
    return true;
  }

  #follow(each: Case<D>, atMs: number, bid: number, ask: number): void {
    const { decidedMs, sigma600 } = each.decision;
    if (each.barrier !== null) {
      each.gained = each.barrier.quote(tsecOf(atMs), bid);
      return;
    }
    if (atMs < decidedMs + orderMs) return;
    if (tsecOf(atMs) - tsecOf(decidedMs) > fillWithinSec || ask === absentMilli) each.filled = false;
    else each.barrier = new TripleBarrier(ask, sigma600, this.#costOf(ask), tsecOf(atMs));
  }

  #close({ decision }: Case<D>, moved: Label, gained: Label | null): void {
    this.#done.push({ decision, labels: { 'moves-1pct': moved, 'net-gain': gained } });
  }

  /** All of them, the day being over. */
  matured(): readonly { readonly decision: D; readonly labels: Labels }[] {
    for (const each of this.#open) this.#close(each, each.moved ?? each.move.close(), each.gained ?? each.barrier?.close() ?? null);
    this.#open = [];
    return this.#done;
  }
}
