/**
 * Call auctions 集合竞价 of the day at hand, by row: the virtual match while one runs, and what was matched.
 *
 * Virtual    one price on both sides of the book with what would match; who is left over stands on the second level without a price
 *            (contracts/spec/sources.md#auctions). A row of the same source that shows none takes back what was shown; one of another source
 *            without a book says nothing
 * Matched    opening: the totals of the first row between 09:25 and 09:30. Closing: what the totals grew by between a row of the auction and the
 *            first one of the same source behind it, before a session after hours. Where no such row came, it is not known
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import type { ServiceAnswer } from '../../contracts/services.ts';
import { type Phase, phaseOf, tsecOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';

/** 14:57. */
const closeCallTsec = 14_220;

export type Which = 'open' | 'close';
/** Prices milli, `yuan` of what matched; `unmatchedShares` above 0: buyers are left, null: nobody is, or nobody said. */
export type Auction = {
  readonly state: 'virtual' | 'matched' | 'none';
  readonly priceMilli: number | null;
  readonly shares: number;
  readonly unmatchedShares: number | null;
  readonly yuan: number | null;
};
type Totals = { readonly shares: number; readonly yuan: number; readonly source: string };

/** Phases in which a row tells of an auction; `over`: behind its match. */
const told: Partial<Record<Phase, { readonly which: Which; readonly stage: Answer['stage'] }>> = {
  OPEN_CALL_1: { which: 'open', stage: 'cancelable' },
  OPEN_CALL_2: { which: 'open', stage: 'locked' },
  OPEN_PAUSE: { which: 'open', stage: 'over' },
  CLOSE_CALL: { which: 'close', stage: 'locked' },
  AFTER_QUIET: { which: 'close', stage: 'over' },
};

export class Auctions {
  readonly #shown: Record<Which, (Auction | null)[]>;
  /** Totals of the newest row of the closing auction, and whose they are. */
  readonly #before: (Totals | null)[];
  readonly #source: Record<Which, (string | null)[]>;

  constructor(count: number) {
    const none = () => new Array<null>(count).fill(null);
    this.#shown = { open: none(), close: none() };
    this.#before = none();
    this.#source = { open: none(), close: none() };
  }

  of = (which: Which, row: number): Auction | null => this.#shown[which][row]!;

  /** Row `i` of a batch, of instrument `row`; rows of one instrument in the order of their times. */
  take(batch: QuoteBatch, i: number, row: number): void {
    const phase = told[phaseOf(batch.tsExchangeMs[i]!)];
    if (phase === undefined) return;
    const { which } = phase;
    const was = this.#shown[which][row]!;
    if (was?.state === 'matched') return;
    const virtual = virtualOf(batch, i);
    const { source } = batch;
    const totals = { shares: batch.volumeShares[i]!, yuan: batch.amountYuan[i]!, source };
    const isOver = phase.stage === 'over' && virtual === null;
    if (!isOver) {
      if (virtual === null && was !== null && source !== this.#source[which][row] && !hasBook(batch, i)) return;
      this.#source[which][row] = source;
      this.#shown[which][row] = virtual;
      if (which === 'close') this.#before[row] = totals;
      return;
    }
    const before = which === 'open' ? { shares: 0, yuan: 0, source } : this.#before[row]!;
    if (before === null || before.source !== source) return;
    const shares = totals.shares - before.shares;
    // what would have matched has: a row that does not have it yet is none behind the match
    if (!(shares >= 0) || (shares === 0 && (was?.shares ?? 0) > 0)) return;
    this.#shown[which][row] = matched(shares, totals.yuan - before.yuan, batch.lastMilli[i]!, was);
  }
}

/** Whether anything is told of its book. */
function hasBook({ bidMilli, askMilli, bidShares, askShares }: QuoteBatch, i: number): boolean {
  const first = i * bookLevels;
  for (let at = first; at < first + bookLevels; at++)
    if (bidMilli[at] !== absentMilli || askMilli[at] !== absentMilli || bidShares[at]! > 0 || askShares[at]! > 0) return true;
  return false;
}

const matched = (shares: number, yuan: number, lastMilli: number, was: Auction | null): Auction => ({
  state: shares === 0 ? 'none' : 'matched',
  priceMilli: shares === 0 || lastMilli === absentMilli ? null : lastMilli,
  shares,
  unmatchedShares: was?.unmatchedShares ?? null,
  yuan: Number.isNaN(yuan) ? null : yuan,
});

function virtualOf({ bidMilli, askMilli, bidShares, askShares }: QuoteBatch, i: number): Auction | null {
  const best = i * bookLevels;
  const price = bidMilli[best]!;
  if (price === absentMilli || askMilli[best] !== price) return null;
  const left = (prices: Int32Array, shares: Float64Array): number =>
    prices[best + 1] === absentMilli && shares[best + 1]! > 0 ? shares[best + 1]! : 0;
  if (!(bidShares[best]! >= 0)) return null;
  const rest = left(bidMilli, bidShares) - left(askMilli, askShares);
  const shares = bidShares[best]!;
  return { state: 'virtual', priceMilli: price, shares, unmatchedShares: rest === 0 ? null : rest, yuan: (price / 1000) * shares };
}

type Answer = Omit<ServiceAnswer<'auction'>, 'ok' | 'asOf'>;

/** @param referenceOf reference price of a row, null where it is unknown. `tsMs`: up to where the day has been read. */
export function auctionOf(
  { instruments }: Pick<Bundle, 'instruments'>,
  auctions: Auctions,
  referenceOf: (row: number) => number | null,
  tsMs: number,
  { which: asked, order }: { readonly which?: Which | undefined; readonly order: 'yuan' | 'limit' },
): Answer {
  const which = asked ?? (isClosing(tsMs) ? 'close' : 'open');
  const rows = instruments.flatMap(({ no, name, boards, adv20Yuan, limitUpMilli }, row) => {
    const shown = auctions.of(which, row);
    if (shown === null) return [];
    const reference = referenceOf(row);
    const { priceMilli, yuan } = shown;
    const gain = priceMilli === null || reference === null ? null : priceMilli / reference - 1;
    const room = reference === null || limitUpMilli === null ? null : limitUpMilli / reference - 1;
    return [
      {
        symbol: instrumentId(no),
        name,
        boards,
        ...shown,
        gain,
        ofLimit: gain === null || room === null ? null : gain / room,
        ofUsual: yuan === null || !adv20Yuan ? null : yuan / adv20Yuan,
      },
    ];
  });
  return { which, stage: stageAt(which, tsMs), rows: rows.sort(orders[order]) };
}

type Row = Answer['rows'][number];
const from = (value: number | null): number => value ?? Number.NEGATIVE_INFINITY;
/** What is unknown comes last. */
const orders = {
  yuan: (a: Row, b: Row) => from(b.yuan) - from(a.yuan) || 0,
  limit: (a: Row, b: Row) => from(b.ofLimit) - from(a.ofLimit) || from(b.yuan) - from(a.yuan) || 0,
};

const isClosing = (tsMs: number): boolean => tsecOf(tsMs) >= closeCallTsec;

function stageAt(which: Which, tsMs: number): Answer['stage'] {
  const phase = told[phaseOf(tsMs)];
  if (phase?.which === which) return phase.stage;
  const hasOpened = tsecOf(tsMs) > 0 || !['CLOSED', 'PRE_OPEN'].includes(phaseOf(tsMs));
  const hasBegun = which === 'close' ? isClosing(tsMs) : hasOpened;
  return hasBegun ? 'over' : 'before';
}
