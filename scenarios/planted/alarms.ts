/** One invented day's alarms by who gave them: each strategy discovering and confirming, and the baselines of contracts/spec/evaluation.md#baselines. */

import type { Config } from '../../contracts/config.ts';
import { tsecOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import type { MarketOptions } from '../market/market-day.ts';
import { generatedDay } from '../support/days.ts';
import { Baselines } from './baselines.ts';
import { type Agreement, agreementOf, type ExpectedLife, Lives } from './lives.ts';
import type { Alarm, Truth } from './matching.ts';

export type PlantedDay = {
  readonly truths: Readonly<Record<Family, readonly Truth[]>>;
  readonly alarms: ReadonlyMap<string, readonly Alarm[]>;
  readonly symbols: readonly string[];
  readonly sectors: readonly string[];
  /** By type of episode: of those that were met, how many lived as they were planted. */
  readonly agreement: ReadonlyMap<string, Agreement>;
};
export const planted = ['rally', 'moneyflow', 'limitup', 'rotation'] as const;
export type Family = (typeof planted)[number];
/** Variants, judged by the truth of their family. */
export const variants = { 'rally-stat': 'rally', 'rally-learned': 'rally', 'rotation-stat': 'rotation' } as const satisfies Record<
  string,
  Family
>;

/** `more`: further strategies of the configuration; in shadow they change nothing of the others. */
export function plantedDay(
  options: Pick<MarketOptions, 'seed' | 'count'> & { readonly rates: MarketOptions['rates'] },
  more: Config['detectors'] = {},
): PlantedDay {
  const strategies = { ...Object.fromEntries(Object.keys(variants).map((id) => [id, { mode: 'shadow' }])), ...more };
  const day = generatedDay({ ...(options as Partial<MarketOptions>), strategies });
  const alarms = new Map<string, Alarm[]>();
  const give = (by: string, key: string, tsec: number): void => void alarms.set(by, [...(alarms.get(by) ?? []), { key, tsec }]);
  const baselines = new Baselines(day.bundle, give);
  const lives = new Lives();
  foldDay(day.bundle, day.entries, {
    prepare: (cell) => {
      const apply = cell.apply.bind(cell);
      cell.apply = (entry) => {
        const result = apply(entry);
        for (const each of result.draft?.entries ?? []) {
          lives.hear(each);
          if (each.kind !== 'signal' || (each.signal.phase !== 'enter' && each.signal.phase !== 'confirm')) continue;
          const { strategy, entity, path, phase } = each.signal;
          // rally's early path, an approach, a touch and an opened board are watches of their own
          const by =
            path === 'early' || path === 'touched' || path === 'opened' || path === 'approach'
              ? `${strategy.id} ${path}`
              : `${strategy.id} ${phase === 'enter' ? 'discovered' : 'confirmed'}`;
          give(by, entity.key, tsecOf(each.tsMs));
        }
        if (entry.type === 'clock' && cell.timeMs % 3000 === 0) baselines.look(cell);
        return result;
      };
    },
  });
  const symbols = day.bundle.instruments.map(({ no }) => instrumentId(no));
  alarms.set('B2', placebosOf(alarms.get('rally discovered') ?? [], symbols));
  return {
    truths: truthsOf(day.market.episodes),
    alarms,
    symbols,
    sectors: day.bundle.sectors.map(({ code }) => code),
    agreement: agreementOf(expectedOf(day.market.episodes), lives.all, lives.boards),
  };
}

/** Five other symbols at the moment of each: what meets an episode by its time alone. */
function placebosOf(alarms: readonly Alarm[], symbols: readonly string[]): Alarm[] {
  return alarms.flatMap(({ key, tsec }, n) =>
    Array.from({ length: 5 }, (_, i) => {
      const step = 1 + ((n * 7 + i * 61) % (symbols.length - 1));
      return { key: symbols[(symbols.indexOf(key) + step) % symbols.length]!, tsec };
    }),
  );
}

const expectedOf = (episodes: ReturnType<typeof generatedDay>['market']['episodes']): ExpectedLife[] =>
  episodes.flatMap(({ type, no, expected: { detectors, states, window } }) => {
    const family = detectors.includes('limitup') ? 'board' : detectors.includes('rally') ? 'momentum' : null;
    return states.length === 0 || family === null ? [] : [{ type, key: instrumentId(no), from: window[0], to: window[1], family, states }];
  });

function truthsOf(episodes: ReturnType<typeof generatedDay>['market']['episodes']): PlantedDay['truths'] {
  const of = (family: Family): Truth[] =>
    episodes
      .filter(({ expected }) => expected.detectors.includes(family))
      .map(({ no, expected: { window }, difficulty }) => ({ key: instrumentId(no), from: window[0], to: window[1], difficulty }));
  const waves = new Map<number, Truth>();
  for (const { type, sector, tStart, tEnd, difficulty } of episodes) {
    if (type !== 'ROTATION' || sector === null) continue;
    const was = waves.get(sector);
    // one wave is many members' episodes
    waves.set(sector, {
      key: `I${String(sector + 1).padStart(2, '0')}`,
      from: Math.min(was?.from ?? tStart, tStart),
      to: Math.max(was?.to ?? tEnd, tEnd),
      difficulty,
    });
  }
  return { rally: of('rally'), moneyflow: of('moneyflow'), limitup: of('limitup'), rotation: [...waves.values()] };
}
