/** The market of the day at hand, read off the last quotes: breadth, limits, sectors. Nothing here decides anything. */
import { breadthEdges } from '../../contracts/breadth.ts';
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, emptyColumns, type QuoteColumns } from '../../contracts/quote.ts';
import type { ServiceAnswer } from '../../contracts/services.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { StoredBar } from '../store/encode-rows.ts';
import type { Seal } from './seals.ts';

/** `rows` and `seen` by the day's order, `at`: the place of an instrument in it. */
export type LastQuotes = {
  readonly bundle: Bundle;
  readonly rows: QuoteColumns;
  readonly seen: Uint8Array;
  readonly at: ReadonlyMap<number, number>;
};
type Overview = Omit<ServiceAnswer<'overview'>, 'ok' | 'asOf'>;
type Heatmap = Omit<ServiceAnswer<'heatmap'>, 'ok' | 'asOf'>;

/** As the last quote has it, else as the day began; null where it is unknown. */
export function referenceOf({ bundle, rows }: Pick<LastQuotes, 'bundle' | 'rows'>, i: number): number | null {
  const told = rows.preCloseMilli[i]!;
  return told === absentMilli ? bundle.instruments[i]!.preCloseMilli : told;
}

/** Share by which the last price is ahead of the reference; NaN where either is unknown, or nothing was traded yet. */
export function gainOf(quotes: LastQuotes, i: number): number {
  const { rows, seen } = quotes;
  const last = rows.lastMilli[i]!;
  const reference = referenceOf(quotes, i);
  if (seen[i] === 0 || last === absentMilli || reference === null || reference <= 0) return Number.NaN;
  return last / reference - 1;
}

export function meanGainOf(quotes: LastQuotes): number | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < quotes.seen.length; i++) {
    const gain = gainOf(quotes, i);
    if (Number.isNaN(gain)) continue;
    sum += gain;
    count += 1;
  }
  return count === 0 ? null : sum / count;
}

/** `line`: mean gains of the minutes told so far. */
export function overviewOf(quotes: LastQuotes, line: readonly (readonly [number, number])[]): Overview {
  const breadth = new Array<number>(breadthEdges.length + 1).fill(0);
  const counts = { up: 0, down: 0, flat: 0, unknown: 0, atLimitUp: 0, brokenLimitUp: 0, atLimitDown: 0, amountYuan: 0 };
  for (const [i, { limitUpMilli, limitDownMilli }] of quotes.bundle.instruments.entries()) {
    const { lastMilli, highMilli, amountYuan } = quotes.rows;
    const amount = amountYuan[i]!;
    if (!Number.isNaN(amount)) counts.amountYuan += amount;
    const gain = gainOf(quotes, i);
    if (Number.isNaN(gain)) {
      counts.unknown += 1;
      continue;
    }
    if (gain === 0) counts.flat += 1;
    else {
      counts[gain > 0 ? 'up' : 'down'] += 1;
      breadth[binOf(gain)]! += 1;
    }
    if (lastMilli[i] === limitUpMilli) counts.atLimitUp += 1;
    else if (highMilli?.[i] === limitUpMilli) counts.brokenLimitUp += 1;
    if (lastMilli[i] === limitDownMilli) counts.atLimitDown += 1;
  }
  return { ...counts, breadth, line: line.map(([minute, gain]) => [minute, gain]), meanGain: meanGainOf(quotes) };
}

function binOf(gain: number): number {
  const above = breadthEdges.findIndex((edge) => gain < edge);
  return above < 0 ? breadthEdges.length : above;
}

export function heatmapOf(quotes: LastQuotes, members: number): Heatmap {
  const { bundle, at } = quotes;
  const { lastMilli, amountYuan } = quotes.rows;
  const rows = bundle.sectors.map(({ code, name, kind, members: numbers }) => {
    const all = numbers.flatMap((no) => {
      const i = at.get(no);
      if (i === undefined) return [];
      const [gain, amount] = [gainOf(quotes, i), amountYuan[i]!];
      const { name: member, limitUpMilli } = bundle.instruments[i]!;
      const isLive = !Number.isNaN(gain);
      const atLimit = isLive && lastMilli[i] === limitUpMilli;
      return [
        {
          symbol: instrumentId(no),
          name: member,
          gain: isLive ? gain : null,
          amountYuan: Number.isNaN(amount) ? null : amount,
          atLimit,
        },
      ];
    });
    const live = all.filter(({ gain }) => gain !== null);
    const mean = live.reduce((sum, { gain }) => sum + gain!, 0) / live.length;
    return {
      code,
      name,
      kind,
      count: numbers.length,
      live: live.length,
      up: live.filter(({ gain }) => gain! > 0).length,
      limitUps: all.filter(({ atLimit }) => atLimit).length,
      meanGain: live.length === 0 ? null : mean,
      amountYuan: all.reduce((sum, { amountYuan: amount }) => sum + (amount ?? 0), 0),
      members: all
        .sort((a, b) => (b.amountYuan ?? -1) - (a.amountYuan ?? -1))
        .slice(0, members)
        .map(({ atLimit: _atLimit, ...member }) => member),
    };
  });
  return { rows };
}

/** Who is at its upper limit by its last quote, or was today; most boards first, then in the day's order. */
export function ladderOf(
  { bundle, rows: quotes, seen }: LastQuotes,
  sealOf: (row: number) => Seal | null,
): ServiceAnswer<'ladder'>['rows'] {
  const { lastMilli, highMilli, lowMilli, amountYuan } = quotes;
  const rows = bundle.instruments.flatMap(({ no, name, limitUpMilli, boards }, i) => {
    const seal = sealOf(i);
    const locked = seal?.isLocked ?? false;
    const last = seen[i] === 0 || lastMilli[i] === absentMilli ? null : lastMilli[i]!;
    if (limitUpMilli === null || (seal === null && last === null)) return [];
    const isAt = locked || last === limitUpMilli;
    if (!isAt && seal === null && highMilli?.[i] !== limitUpMilli) return [];
    const amount = amountYuan[i]!;
    return [
      {
        symbol: instrumentId(no),
        name,
        boards: isAt ? boards + 1 : boards,
        state: locked ? ('locked' as const) : isAt ? ('at-limit' as const) : ('broken' as const),
        // as of an instant its last minute may lie before the seal
        lastMilli: locked ? limitUpMilli : last,
        limitUpMilli,
        lowMilli: last === null || !(lowMilli![i]! > 0) ? null : lowMilli![i]!,
        sealYuan: seal?.yuan ?? null,
        peakSealYuan: seal?.peakYuan ?? null,
        firstSealMs: seal?.firstMs ?? null,
        opens: seal?.opens ?? 0,
        lastOpenMs: seal?.lastOpenMs ?? null,
        amountYuan: Number.isNaN(amount) ? null : amount,
      },
    ];
  });
  return rows.sort((a, b) => b.boards - a.boards);
}

type Minute = Pick<StoredBar, 'tsMs' | 'closeMilli' | 'highMilli' | 'lowMilli' | 'amountYuan'>;
/**
 * What the minutes that had ended at `atMs` tell of the last quotes: close, high, low and amount so far. The reference prices are the day's own; no book
 * is known: seals are asked for apart.
 */
export function quotesAt({ bundle, at, rows: now }: LastQuotes, bars: ReadonlyMap<number, readonly Minute[]>, atMs: number): LastQuotes {
  const { length } = bundle.instruments;
  const rows = emptyColumns(length, true);
  const seen = new Uint8Array(length);
  for (const [i, { no }] of bundle.instruments.entries()) {
    let [last, high, low, amount] = [absentMilli, absentMilli, Number.POSITIVE_INFINITY, 0];
    for (const bar of bars.get(no) ?? []) {
      if (bar.tsMs > atMs) break;
      last = bar.closeMilli ?? last;
      high = Math.max(high, bar.highMilli ?? absentMilli);
      low = Math.min(low, bar.lowMilli ?? Number.POSITIVE_INFINITY);
      amount += bar.amountYuan ?? 0;
    }
    rows.lastMilli[i] = last;
    rows.highMilli![i] = high;
    rows.lowMilli![i] = Number.isFinite(low) ? low : absentMilli;
    rows.amountYuan[i] = last === absentMilli ? Number.NaN : amount;
    rows.preCloseMilli[i] = now.preCloseMilli[i]!;
    seen[i] = last === absentMilli ? 0 : 1;
  }
  return { bundle, rows, seen, at };
}
