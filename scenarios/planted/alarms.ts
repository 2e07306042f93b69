/** One invented day's alarms by who gave them: each strategy discovering and confirming, and the baselines of contracts/spec/evaluation.md#baselines. */

import type { Config } from '../../contracts/config.ts';
import { tsecOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { at } from '../../engine/features/rings.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import type { MarketOptions } from '../market/market-day.ts';
import { generatedDay } from '../support/days.ts';
import type { Alarm, Truth } from './matching.ts';
import { lookAt, typesOf } from './yardstick.ts';

export type PlantedDay = {
  readonly truths: Readonly<Record<Family, readonly Truth[]>>;
  readonly alarms: ReadonlyMap<string, readonly Alarm[]>;
  readonly symbols: readonly string[];
  readonly sectors: readonly string[];
};
export const planted = ['rally', 'moneyflow', 'limitup', 'rotation'] as const;
export type Family = (typeof planted)[number];
/** Variants, judged by the truth of their family. */
export const variants = { 'rally-stat': 'rally', 'rally-learned': 'rally', 'rotation-stat': 'rotation' } as const satisfies Record<
  string,
  Family
>;

const coolSec = 600;
const scaleOf = (limitRate: number | null): number => (limitRate === null || limitRate <= 0.1 ? 1 : limitRate <= 0.2 ? 4 / 3 : 5 / 3);

/** `more`: further strategies of the configuration; in shadow they change nothing of the others. */
export function plantedDay(
  options: Pick<MarketOptions, 'seed' | 'count'> & { readonly rates: MarketOptions['rates'] },
  more: Config['detectors'] = {},
): PlantedDay {
  const strategies = { ...Object.fromEntries(Object.keys(variants).map((id) => [id, { mode: 'shadow' }])), ...more };
  const day = generatedDay({ ...(options as Partial<MarketOptions>), strategies });
  const alarms = new Map<string, Alarm[]>();
  const give = (by: string, key: string, tsec: number): void => void alarms.set(by, [...(alarms.get(by) ?? []), { key, tsec }]);
  const baselines = new Baselines(give);
  foldDay(day.bundle, day.entries, {
    prepare: (cell) => {
      const apply = cell.apply.bind(cell);
      cell.apply = (entry) => {
        const result = apply(entry);
        for (const each of result.draft?.entries ?? []) {
          if (each.kind !== 'signal' || (each.signal.phase !== 'enter' && each.signal.phase !== 'confirm')) continue;
          const { strategy, entity, path, phase } = each.signal;
          // rally's early path, an approach and a touch are watches of their own
          const by =
            path === 'early' || path === 'touched' || path === 'approach'
              ? `${strategy.id} ${path}`
              : `${strategy.id} ${phase === 'enter' ? 'discovered' : 'confirmed'}`;
          give(by, entity.key, tsecOf(each.tsMs));
        }
        if (entry.type === 'clock' && cell.timeMs % 3000 === 0) baselines.look(cell);
        return result;
      };
    },
  });
  return {
    truths: truthsOf(day.market.episodes),
    alarms,
    symbols: day.bundle.instruments.map(({ no }) => instrumentId(no)),
    sectors: day.bundle.sectors.map(({ code }) => code),
  };
}

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

/** B0 2 % in three minutes, B1 the same at the day's high, B3 an amount surprise of 3, B6 a lock; each at most every 600 s a symbol. */
class Baselines {
  readonly #locked = new Set<number>();
  readonly #give: (by: string, key: string, tsec: number) => void;
  readonly #cooled = new Map<string, number>();

  constructor(give: (by: string, key: string, tsec: number) => void) {
    this.#give = give;
  }

  look(cell: Cell): void {
    const tsec = tsecOf(cell.timeMs);
    if (tsec < 60 || tsec > 13_860) return;
    const { rings, universe } = cell.features;
    for (const [s, { no, limitRate }] of universe.instruments.entries()) {
      const head = rings.head[s]!;
      if (head * 3 < tsec - 6 || rings.lookBack(s, head) < 0) continue;
      const key = instrumentId(no);
      const then = rings.lookBack(s, head - 60);
      const rise = then < 0 ? Number.NaN : rings.values[rings.base(s, head) + at.lnMid]! - rings.values[then + at.lnMid]!;
      const runs = rise >= 0.02 * scaleOf(limitRate);
      const { last, high } = cell.cleaner.accepted;
      if (runs) this.#say('B0', key, tsec);
      if (runs && last[s]! >= high[s]! * 0.997) this.#say('B1', key, tsec);
      if (cell.symbols.featureOf(s, 'amtZ1m') >= 3) this.#say('B3', key, tsec);
      if (cell.features.isLockedUp(s)) this.#say('B6', key, tsec);
      this.#compare(cell, s, key, tsec);
    }
  }

  /** What the vendor's list would have said of it. */
  #compare({ features }: Cell, s: number, key: string, tsec: number): void {
    const look = lookAt(features, s, tsec, this.#locked.has(s));
    if (look === null) return;
    if (look.locked) this.#locked.add(s);
    else this.#locked.delete(s);
    for (const id of typesOf(look)) this.#say(`E${id}`, key, tsec);
  }

  #say(by: string, key: string, tsec: number): void {
    const place = `${by} ${key}`;
    if (tsec < (this.#cooled.get(place) ?? 0)) return;
    this.#cooled.set(place, tsec + coolSec);
    this.#give(by, key, tsec);
  }
}
