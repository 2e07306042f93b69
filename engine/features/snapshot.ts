/**
 * The FeatureSnapshot of one symbol at one moment (contracts/spec/features.md#features), NaN for null: each group is computed when one of its features is first
 * asked for, and point in time whenever that is within the step.
 */
import { type FeatureId, featureAt, featureCount, featureIds } from '../../contracts/features.ts';
import type { FeatureEngine } from './engine.ts';
import { activeFlow, bigPrints, dayFlow, persistence } from './groups/active-flow.ts';
import { acceleration, amounts, divergence, surprise1m, surprise5m, turnover } from './groups/amounts.ts';
import { book } from './groups/book.ts';
import { breakout } from './groups/breakout.ts';
import { burst, burst5 } from './groups/burst.ts';
import { day } from './groups/day.ts';
import { excess } from './groups/excess.ts';
import type { FeatureGroup, Moment } from './groups/group.ts';
import { limits } from './groups/limit.ts';
import { market, quality } from './groups/market.ts';
import { bookFlow } from './groups/order-flow.ts';
import { pullback } from './groups/pullback.ts';
import { ret3m, returns, sigmas, sigmas3m, sigmas5m } from './groups/returns.ts';
import { topDivergence } from './groups/top-divergence.ts';
import { volatility } from './groups/volatility.ts';
import { SymbolView } from './symbol-view.ts';

export const featureGroups: readonly FeatureGroup[] = [
  ret3m,
  returns,
  sigmas,
  sigmas3m,
  sigmas5m,
  day,
  breakout,
  pullback,
  volatility,
  excess,
  amounts,
  surprise1m,
  surprise5m,
  acceleration,
  divergence,
  turnover,
  burst,
  burst5,
  topDivergence,
  book,
  bookFlow,
  dayFlow,
  activeFlow,
  persistence,
  bigPrints,
  limits,
  market,
  quality,
];

/** Places that each group writes. */
const placesOf = featureGroups.map(({ ids }) => Uint8Array.from(ids, (id) => featureAt[id]));
/** Group of each feature's place; at most 31 groups, a bit each. */
const groupOf = Uint8Array.from(featureIds, (id) => {
  const owners = featureGroups.flatMap(({ ids }, at) => (ids.includes(id) ? [at] : []));
  if (owners.length !== 1) throw new RangeError(`${id} belongs to ${owners.length} groups`);
  return owners[0]!;
});

export class Snapshot implements Moment {
  readonly view: SymbolView;
  readonly #values = new Float64Array(featureCount);
  /** Groups computed at this moment, a bit each. */
  #done = 0;
  #s = -1;
  #serial = -1;
  #benchmark = 'none';

  constructor(engine: FeatureEngine) {
    this.view = new SymbolView(engine);
  }

  /**
   * Turns to symbol `s` as it stands now. `nowMs` is the entry's tape time. Asked again with the same `serial`, what has been computed stands:
   * nothing of the market changed in between.
   */
  take(s: number, nowMs: number, serial: number): this {
    if (s === this.#s && serial === this.#serial) return this;
    this.#s = s;
    this.#serial = serial;
    this.#done = 0;
    this.view.look(s, nowMs);
    return this;
  }

  /** One feature, NaN for null. */
  readonly feature = (id: FeatureId): number => {
    const place = featureAt[id];
    const group = groupOf[place]!;
    if ((this.#done & (1 << group)) === 0) this.#compute(group);
    return this.#values[place]!;
  };

  /** Which benchmark stands behind exRet3m. */
  get benchmark(): string {
    this.feature('exRet3m');
    return this.#benchmark;
  }
  set benchmark(kind: string) {
    this.#benchmark = kind;
  }

  /** Every feature, in the order of contracts/features. */
  all(): Float64Array {
    for (const id of featureIds) this.feature(id);
    return this.#values;
  }

  #compute(group: number): void {
    const places = placesOf[group]!;
    for (let i = 0; i < places.length; i++) this.#values[places[i]!] = Number.NaN;
    this.#done |= 1 << group;
    featureGroups[group]!.compute(this.view, this.#values, this);
  }
}
