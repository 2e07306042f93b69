/** Planted faults of the feed (contracts/spec/invented-market.md#episodes): bad ticks of single symbols and outages of the source, with their truth. */
import { absentMilli, bookLevels, type QuoteColumns } from '../../contracts/quote.ts';
import { randomOf } from './random.ts';
import type { Issue } from './universe.ts';

export const badTicks = [
  'PRICE_HUNDREDTH',
  'PRICE_TENFOLD',
  'PRICE_FIFTH_UP',
  'VOLUME_RESET',
  'CROSSED_BOOK',
  'UNIT_ERROR',
  'OUT_OF_ORDER',
] as const;
export type BadTick = { readonly no: number; readonly tsec: number; readonly kind: (typeof badTicks)[number] };
/** `share` of the symbols fall silent; `burst`: their rows arrive all at once at the end instead of being lost. */
export type Outage = { readonly from: number; readonly to: number; readonly share: number; readonly burst: boolean };
export type Faults = { readonly badTicks: readonly BadTick[]; readonly outages: readonly Outage[] };

const badTickRate = 0.036;

export function faultsOf(seed: number, day: number, issues: readonly Issue[]): Faults {
  const ticks = issues.flatMap(({ no }) => {
    const random = randomOf(seed, day, no, 'fault');
    if (random.uniform() >= badTickRate) return [];
    return [{ no, tsec: Math.floor((600 + random.uniform() * 13_000) / 3) * 3, kind: badTicks[random.int(badTicks.length)]! }];
  });
  const random = randomOf(seed, day, 0, 'fault');
  const outage = (lo: number, hi: number, share: number, burst: boolean): Outage => {
    const from = Math.floor(lo + random.uniform() * (hi - lo));
    return { from, to: from + 20 + Math.floor(random.uniform() * 160), share, burst };
  };
  return { badTicks: ticks, outages: [outage(4200, 6000, 1, false), outage(7800, 9600, 0.3, false), outage(10_500, 12_300, 1, true)] };
}

/** What happens to a row at `tsec`: delivered, lost, or held back until the outage ends. */
export function deliveryOf(faults: Faults, no: number, tsec: number): 'deliver' | 'lose' | { readonly until: number } {
  for (const { from, to, share, burst } of faults.outages) {
    if (tsec < from || tsec >= to || ((no * 2_654_435_761) >>> 0) / 4_294_967_296 >= share) continue;
    return burst ? { until: to } : 'lose';
  }
  return 'deliver';
}

/** Spoils row `i` as the fault says. */
export function spoil(columns: QuoteColumns, i: number, kind: BadTick['kind']): void {
  const at = i * bookLevels;
  switch (kind) {
    case 'PRICE_HUNDREDTH':
      columns.lastMilli[i] = Math.round(columns.lastMilli[i]! / 100);
      return;
    case 'PRICE_TENFOLD':
      columns.lastMilli[i]! *= 10;
      return;
    case 'PRICE_FIFTH_UP':
      columns.lastMilli[i] = Math.round((columns.lastMilli[i]! * 1.2) / 10) * 10;
      return;
    case 'VOLUME_RESET':
      columns.volumeShares[i] = 0;
      columns.amountYuan[i] = 0;
      return;
    case 'CROSSED_BOOK':
      if (columns.askMilli[at] !== absentMilli) columns.bidMilli[at] = columns.askMilli[at]! + 10;
      return;
    case 'OUT_OF_ORDER':
      columns.tsExchangeMs[i]! -= 9000;
      return;
    case 'UNIT_ERROR':
      columns.amountYuan[i]! *= 10_000;
      return;
  }
}
