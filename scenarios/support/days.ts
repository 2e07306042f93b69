/** Generated days as tests want them: bundle and entries. */
import type { Bundle } from '../../contracts/bundle.ts';
import { type Config, defaultConfig } from '../../contracts/config.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { closeOf, pace } from '../../engine/log/pacer.ts';
import { bundleSha, type Fold, foldDay } from '../../engine/runtime/fold.ts';
import { generatedBundle } from '../market/bundle.ts';
import { MarketDay, type MarketOptions } from '../market/market-day.ts';

export type GeneratedDay = {
  readonly market: MarketDay;
  readonly bundle: Bundle;
  readonly sha: string;
  readonly entries: TapeEntry[];
};
export const testDate = '20261123';

/** `counted`: consecutive boards of the days before, where there were any. */
export type DayOptions = Partial<MarketOptions> & {
  readonly counted?: ReadonlyMap<number, number>;
  /** Clock after which nothing is heard until the day closes. */
  readonly until?: string;
  /** Detectors it is about; the others are off. All by default. */
  readonly detectors?: readonly string[];
  /** The `detectors` section of the configuration. */
  readonly strategies?: Config['detectors'];
};

export function generatedDay({ counted, until = '15:30', detectors, strategies = {}, ...options }: DayOptions = {}): GeneratedDay {
  const whole: MarketOptions = { seed: 1, date: testDate, day: 0, count: 40, ...options };
  const market = new MarketDay(whole);
  const { closes } = whole;
  const every = generatedBundle({
    seed: whole.seed,
    date: whole.date,
    day: whole.day,
    boards: market.boardsBefore(counted),
    issues: market.issues,
    config: { ...defaultConfig, detectors: strategies },
    ...(whole.preset ? { preset: whole.preset } : {}),
    ...(closes ? { closes } : {}),
  });
  const bundle = { ...every, detectors: every.detectors.filter(({ id }) => detectors === undefined || detectors.includes(id)) };
  const sha = bundleSha(bundle);
  const [hours = 0, minutes = 0] = until.split(':').map(Number);
  const untilMs = midnightOf(whole.date) + (hours * 60 + minutes) * 60_000;
  const entries: TapeEntry[] = [];
  const frame = { tradeDate: whole.date, bundle: sha, codeVersion: 'test', origin: 'simulated' } as const;
  for (const entry of pace(frame, market)) {
    if (entry.tsMs > untilMs) break;
    entries.push(entry);
  }
  if (entries.at(-1)?.type !== 'day.close') entries.push(closeOf(frame));
  return { market, bundle, sha, entries };
}

/** A generated day with what an uninterrupted fold makes of it. */
export type FoldedDay = GeneratedDay & Pick<Fold, 'steps' | 'quarantined'>;

export function foldedDay(options: DayOptions = {}): FoldedDay {
  const day = generatedDay(options);
  const { steps, quarantined } = foldDay(day.bundle, day.entries);
  return { ...day, steps, quarantined };
}

/** A small generator of test randomness: seeded, and not the market's own. */
export function lcg(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
