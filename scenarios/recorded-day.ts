/**
 * A day file as a market: what was recorded of quotes and indices, second by second. Its clock, facts and commands stay behind, since the
 * run that is served writes its own.
 */
import type { Bundle } from '../contracts/bundle.ts';
import { FenshiError } from '../contracts/errors.ts';
import { decodeTape, type TapeEntry } from '../contracts/tape.ts';
import type { TradeDate } from '../contracts/units.ts';
import { benchmarkIndexNo } from '../engine/features/index-line.ts';
import { loadBundle } from '../engine/log/bundle-store.ts';
import { dayFile, frames } from '../engine/log/day-files.ts';
import type { ServedDay } from './live-market.ts';
import type { Listing } from './sources/table.ts';

export class RecordedDay implements ServedDay {
  readonly date: TradeDate;
  /** Hash of its bundle. */
  readonly bundle: string;
  readonly listings: readonly Listing[];
  readonly #bodies: AsyncIterator<Uint8Array>;
  #ahead: TapeEntry | null = null;

  private constructor(date: TradeDate, bundle: string, listings: readonly Listing[], bodies: AsyncIterator<Uint8Array>) {
    [this.date, this.bundle, this.listings, this.#bodies] = [date, bundle, listings, bodies];
  }

  /** @throws FenshiError TAPE_CORRUPT, BUNDLE_MISSING */
  static async open(dir: string, date: TradeDate, bundles: string): Promise<RecordedDay> {
    const bodies = frames(dayFile(dir, date, 'tape'))[Symbol.asyncIterator]();
    const first = await bodies.next();
    const open = first.done === true ? null : entryOf(first.value, date);
    if (open?.type !== 'day.open' || open.tradeDate !== date)
      throw new FenshiError('TAPE_CORRUPT', `${date}: the file does not begin with day.open of that day`);
    return new RecordedDay(date, open.bundle, listingsOf(loadBundle(bundles, open.bundle)), bodies);
  }

  /** @throws FenshiError TAPE_CORRUPT */
  async take(secondMs: number): Promise<TapeEntry[]> {
    const entries: TapeEntry[] = [];
    for (;;) {
      this.#ahead ??= await this.#next();
      if (this.#ahead === null || this.#ahead.tsMs > secondMs) return entries;
      if (this.#ahead.type === 'quotes' || this.#ahead.type === 'index') entries.push(this.#ahead);
      this.#ahead = null;
    }
  }

  async #next(): Promise<TapeEntry | null> {
    const { done, value } = await this.#bodies.next();
    return done === true ? null : entryOf(value, this.date);
  }
}

function entryOf(body: Uint8Array, date: TradeDate): TapeEntry {
  try {
    return decodeTape(body);
  } catch (error) {
    throw new FenshiError('TAPE_CORRUPT', `${date}: ${String(error)}`);
  }
}

function listingsOf({ instruments, sectors }: Bundle): Listing[] {
  const industries = sectors.filter(({ kind }) => kind === 'industry');
  const industryOf = new Map(industries.flatMap(({ members }, i) => members.map((no) => [no, i] as const)));
  const listed = instruments.map(({ no, name, floatShares, preCloseMilli, limitUpMilli, limitDownMilli }) => {
    const shares = floatShares ?? Number.NaN;
    const sector = industryOf.get(no) ?? -1;
    return { no, name, floatShares: shares, totalShares: shares, sector, preCloseMilli, limitUpMilli, limitDownMilli };
  });
  return [...listed, { no: benchmarkIndexNo, name: '上证指数', floatShares: 1, totalShares: 1, sector: -1, preCloseMilli: null }];
}
