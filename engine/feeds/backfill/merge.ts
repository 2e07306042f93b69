/**
 * One symbol's minutes of a day as several sources tell them, into one series: for each minute the first sound one in the given order
 * wins; what another tells differently is kept beside it.
 */
import { tickMilli } from '../../../contracts/instruments.ts';
import type { SourceMinute } from '../adapter.ts';

export type Told = { readonly source: string; readonly minutes: readonly SourceMinute[] };
export type Merged = {
  readonly minutes: readonly SourceMinute[];
  /** Minutes of a source that say something else than the merged series. */
  readonly otherwise: readonly { readonly source: string; readonly minute: SourceMinute }[];
  /** Labels that no source has, of those between the first and the last told. */
  readonly holes: number;
};

/** Lots and yuan are rounded by each vendor in its own way. */
const lots = 2;

export function mergeMinutes(told: readonly Told[], labels: readonly number[]): Merged {
  const by = told.map(({ source, minutes }) => ({ source, at: new Map(minutes.map((minute) => [minute.tsMs, minute])) }));
  const minutes: SourceMinute[] = [];
  const otherwise: { source: string; minute: SourceMinute }[] = [];
  let holes = 0;
  const known = labels.filter((label) => by.some(({ at }) => at.has(label)));
  const [first, last] = [known[0] ?? 0, known.at(-1) ?? -1];
  for (const label of labels) {
    const found = by.flatMap(({ source, at }) => (at.has(label) ? [{ source, minute: at.get(label)! }] : []));
    const winner = found[0];
    if (winner === undefined) {
      if (label > first && label < last) holes += 1;
      continue;
    }
    minutes.push(
      filled(
        winner.minute,
        found.slice(1).map(({ minute }) => minute),
      ),
    );
    for (const other of found.slice(1)) if (differs(winner.minute, other.minute)) otherwise.push(other);
  }
  return { minutes, otherwise, holes };
}

/** What the winner does not carry at all, another may tell: Tencent's line has closes only. */
function filled(winner: SourceMinute, others: readonly SourceMinute[]): SourceMinute {
  const whole = others.find((other) => other.openMilli !== null && other.closeMilli === winner.closeMilli);
  const range =
    winner.openMilli === null && whole !== undefined
      ? { openMilli: whole.openMilli, highMilli: whole.highMilli, lowMilli: whole.lowMilli }
      : {};
  return { ...winner, ...range, amountYuan: winner.amountYuan ?? others.find(({ amountYuan }) => amountYuan !== null)?.amountYuan ?? null };
}

const differs = (a: SourceMinute, b: SourceMinute): boolean =>
  Math.abs(a.closeMilli - b.closeMilli) >= tickMilli || Math.abs(a.volumeShares - b.volumeShares) > lots * 100;
