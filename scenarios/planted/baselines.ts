/** The baselines of contracts/spec/evaluation.md#baselines, looked at every three seconds of a day. */

import type { Bundle } from '../../contracts/bundle.ts';
import { tsecOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { at } from '../../engine/features/rings.ts';
import { Sectors } from '../../engine/features/sectors.ts';
import { lookAt, typesOf } from './yardstick.ts';

const coolSec = 600;
const scaleOf = (limitRate: number | null): number => (limitRate === null || limitRate <= 0.1 ? 1 : limitRate <= 0.2 ? 4 / 3 : 5 / 3);

/**
 * B0 2 % in three minutes, B1 the same at the day's high, B3 an amount surprise of 3, B4 a sector among the three that rose most in five
 * minutes, B5 a net of large prints in five minutes in the market's best tenth, B6 a lock; each at most every 600 s a symbol or sector.
 */
export class Baselines {
  readonly #locked = new Set<number>();
  readonly #give: (by: string, key: string, tsec: number) => void;
  readonly #cooled = new Map<string, number>();

  readonly #bundle: Pick<Bundle, 'sectors'>;
  #sectors: Sectors | null = null;

  constructor(bundle: Pick<Bundle, 'sectors'>, give: (by: string, key: string, tsec: number) => void) {
    [this.#bundle, this.#give] = [bundle, give];
  }

  look(cell: Cell): void {
    const tsec = tsecOf(cell.timeMs);
    if (tsec < 60 || tsec > 13_860) return;
    if (tsec % 60 === 0) this.#lookAtMinute(cell, tsec);
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

  #lookAtMinute({ features, symbols }: Cell, tsec: number): void {
    const { rings, universe } = features;
    this.#sectors ??= new Sectors(this.#bundle, universe);
    const sectors = this.#sectors;
    const rises = sectors.codes.flatMap((code, k) => {
      const rise = sectors.medianOf(k, features.sectioner.returns.ret5m);
      return Number.isNaN(rise) || !code.startsWith('I') ? [] : [{ code, rise }];
    });
    for (const { code } of rises.sort((a, b) => b.rise - a.rise || (a.code < b.code ? -1 : 1)).slice(0, 3)) this.#say('B4', code, tsec);
    const nets = universe.instruments.flatMap(({ no }, s) => {
      const net = rings.head[s]! < 0 ? Number.NaN : symbols.featureOf(s, 'bigNet5');
      return net > 0 ? [{ key: instrumentId(no), net }] : [];
    });
    const best = nets.sort((a, b) => b.net - a.net || (a.key < b.key ? -1 : 1)).slice(0, Math.floor(universe.instruments.length / 10));
    for (const { key } of best) this.#say('B5', key, tsec);
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
