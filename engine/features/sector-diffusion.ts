/**
 * Diffusion 扩散 of each sector: the share of its live members that are ahead of the market by more than a sigma over five minutes, and how fast that
 * has spread over five minutes. Noted at the first cross-section of each trading minute.
 *
 * Share   1 of all; NaN under five live members, or while nobody knows the market's own return
 * Speed   (share now − share noted five minutes before) / 5, a minute; NaN where either is unknown
 */
import { slotSec } from '../../contracts/session.ts';
import type { FeatureEngine } from './engine.ts';
import { at } from './rings.ts';
import type { Sectors } from './sectors.ts';

const spanMinutes = 5;
const kept = spanMinutes + 1;
const liveMin = 5;
const windowSec = 300;

export class SectorDiffusion {
  readonly #engine: FeatureEngine;
  readonly #sectors: Sectors;
  /** By place in the ring: the minute it is of, and every sector's share. */
  readonly columns: { readonly minute: Int32Array; readonly share: Float64Array };
  /** Of the pass at hand: 0 not live, 1 live, 2 ahead. */
  readonly #standing: Uint8Array;

  constructor(engine: FeatureEngine, sectors: Sectors) {
    [this.#engine, this.#sectors] = [engine, sectors];
    this.columns = { minute: new Int32Array(kept).fill(-1), share: new Float64Array(kept * sectors.count).fill(Number.NaN) };
    this.#standing = new Uint8Array(engine.universe.count);
  }

  /** After a new cross-section. */
  update(tsec: number): void {
    const { count } = this.#sectors;
    const minute = Math.floor(tsec / 60);
    const place = minute % kept;
    if (count === 0 || this.columns.minute[place] === minute) return;
    for (let s = 0; s < this.#standing.length; s++) this.#standing[s] = this.#standingOf(s);
    for (let k = 0; k < count; k++) this.columns.share[place * count + k] = this.#shareBy(k, (s) => this.#standing[s]!);
    this.columns.minute[place] = minute;
  }

  /** As the market stands now. */
  share = (k: number): number => this.#shareBy(k, (s) => this.#standingOf(s));

  speed(k: number, tsec: number): number {
    const before = Math.floor(tsec / 60) - spanMinutes;
    const place = before % kept;
    if (before < 0 || this.columns.minute[place] !== before) return Number.NaN;
    return (this.share(k) - this.columns.share[place * this.#sectors.count + k]!) / spanMinutes;
  }

  #shareBy(k: number, standingOf: (s: number) => number): number {
    const { members, from } = this.#sectors;
    let [live, ahead] = [0, 0];
    for (let m = from[k]!; m < from[k + 1]!; m++) {
      const standing = standingOf(members[m]!);
      if (standing > 0) live += 1;
      if (standing === 2) ahead += 1;
    }
    return live < liveMin || Number.isNaN(this.#engine.crossSection.mktMed5m) ? Number.NaN : ahead / live;
  }

  #standingOf(s: number): 0 | 1 | 2 {
    const { rings, sectioner, crossSection } = this.#engine;
    const ret = sectioner.returns.ret5m[s]!;
    if (Number.isNaN(ret)) return 0;
    const head = rings.head[s]!;
    const last = rings.values[rings.base(s, head) + at.last]!;
    return ret - crossSection.mktMed5m > this.#engine.sigma(s, head * slotSec - windowSec, windowSec, last) ? 2 : 1;
  }
}
