/**
 * What the product's own features and labels say of invented days: the facts by which the preset `real` is accepted
 * (contracts/spec/invented-market.md#presets), each beside its figure on recorded days.
 */
import { tsecOf } from '../../contracts/session.ts';
import { type Decision, LabelPool } from '../../engine/backtest/label-pool.ts';
import type { Label } from '../../engine/backtest/triple-barrier.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { at } from '../../engine/features/rings.ts';
import { costOf } from '../../engine/opportunities/plan.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import type { MarketOptions } from '../market/market-day.ts';
import { generatedDay } from '../support/days.ts';

const halfHours = 8;
const everySec = 15;
/** One symbol's moment in ten of those sampled is followed to its label: they overlap. */
const labelEvery = 10;
const coolSec = 600;
/** Labels that begin later do not have their whole horizon. */
const lastTsec = 13_300;

type Pair = { n: number; x: number; y: number; xx: number; yy: number; xy: number };
const emptyPair = (): Pair => ({ n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 });
type Case = Decision & { readonly kind: 'any' | 'rise'; readonly bucket: number };

/** Sums over any number of days. */
export class JudgedFacts {
  readonly hits = Array.from({ length: halfHours }, () => ({ n: 0, hit: 0 }));
  readonly rises = { n: 0, hit: 0, drift: 0 };
  readonly falls = { n: 0, drift: 0 };
  readonly z3 = { n: 0, far: 0 };
  readonly pairs = {
    bookReturn: emptyPair(),
    flowReturn: emptyPair(),
    ofiNext: emptyPair(),
    narNext: emptyPair(),
    momentum: emptyPair(),
  };
  readonly seals = { touched: 0, sealed: 0, early: 0, opened: 0 };
  symbolDays = 0;
  /** Symbol-days that end more than 5 % from where they began. */
  farDays = 0;

  /** Adds a day; it asks for few symbols and many days, as a day's market moves them all. */
  add(options: Partial<MarketOptions>): void {
    const day = generatedDay({ faulty: false, ...options, detectors: [] });
    const count = day.bundle.instruments.length;
    this.symbolDays += count;
    this.farDays += day.market.days.filter(({ lastMilli, preCloseMilli }) => Math.abs(lastMilli / preCloseMilli - 1) > 0.05).length;
    const pool = new LabelPool<Case>((entry) => costOf(entry, day.bundle.config.opportunities));
    const cooled = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    const cooledFalls = cooled.slice();
    /** Log mids by symbol and 15 s, for what came afterwards. */
    const mids = Array.from({ length: count }, () => new Float64Array(14_400 / everySec + 1).fill(Number.NaN));
    const waiting: ((mid: (s: number, tsec: number) => number) => void)[] = [];
    const seals = day.bundle.instruments.map(() => ({ touched: -1, sealed: false, opened: false }));
    let [last, turn] = [0, 0];
    foldDay(day.bundle, day.entries, {
      prepare: (cell) => {
        const apply = cell.apply.bind(cell);
        cell.apply = (entry) => {
          const result = apply(entry);
          pool.look(cell.cleaner.accepted);
          const tsec = tsecOf(cell.timeMs);
          if (entry.type !== 'clock' || tsec === last || tsec % 3 !== 0) return result;
          last = tsec;
          for (let s = 0; s < count; s++) {
            noteSeal(cell, s, tsec, seals[s]!);
            this.#rise(cell, s, tsec, pool, cooled, waiting);
            if (tsec % everySec === 0)
              this.#sample(cell, s, tsec, mids, waiting, cooledFalls, (turn++ * 7 + s) % labelEvery === 0 ? pool : null);
          }
          return result;
        };
      },
    });
    const midAt = (s: number, tsec: number): number => mids[s]![Math.round(tsec / everySec)]!;
    for (const judge of waiting) judge(midAt);
    for (const { decision, labels } of pool.matured()) this.#label(decision, labels['net-gain']);
    for (const [s, { touched, sealed, opened }] of seals.entries()) {
      if (touched < 0 || day.bundle.instruments[s]!.limitRate === null) continue;
      this.seals.touched += 1;
      if (sealed) this.seals.sealed += 1;
      if (sealed && touched < 1800) this.seals.early += 1;
      if (opened) this.seals.opened += 1;
    }
  }

  judged(): Judged {
    const { hits, rises, falls, z3, pairs, seals, symbolDays } = this;
    const all = hits.reduce((sum, { n, hit }) => ({ n: sum.n + n, hit: sum.hit + hit }), { n: 0, hit: 0 });
    return {
      p0: all.hit / all.n,
      p0ByHalfHour: hits.map(({ n, hit }) => hit / n),
      riseHit: rises.hit / rises.n,
      riseDriftBp: (1e4 * rises.drift) / rises.n,
      fallDriftBp: (1e4 * falls.drift) / falls.n,
      farZ3Percent: (100 * z3.far) / z3.n,
      bookAgainstReturn: correlationOf(pairs.bookReturn),
      bookSd: deviationOf(pairs.bookReturn),
      flowWithReturn: correlationOf(pairs.flowReturn),
      ofiNextMinute: correlationOf(pairs.ofiNext),
      flowNextMinute: correlationOf(pairs.narNext),
      momentum: correlationOf(pairs.momentum),
      touched: (5500 * seals.touched) / symbolDays,
      sealed: (5500 * seals.sealed) / symbolDays,
      earlySealShare: seals.early / seals.sealed,
      openedShare: seals.opened / seals.touched,
      farDayShare: this.farDays / symbolDays,
    };
  }

  #label(decision: Case, label: Label | null): void {
    if (label === null || label === 'censored') return;
    const of = decision.kind === 'any' ? this.hits[decision.bucket]! : this.rises;
    of.n += 1;
    of.hit += label;
  }

  #rise(cell: Cell, s: number, tsec: number, pool: LabelPool<Case>, cooled: Float64Array, waiting: Waiting): void {
    if (tsec < 60 || tsec > lastTsec || tsec < cooled[s]! || lockedOf(cell, s)) return;
    const { rings } = cell.features;
    const head = rings.head[s]!;
    const then = rings.lookBack(s, head - 60);
    if (then < 0) return;
    const now = rings.base(s, head);
    if (!(rings.values[now + at.lnMid]! - rings.values[then + at.lnMid]! >= 0.01)) return;
    cooled[s] = tsec + coolSec;
    pool.open(caseOf(cell, s, 'rise'));
    const [mid, from] = [rings.values[now + at.lnMid]!, Math.ceil(tsec / everySec) * everySec];
    waiting.push((midAt) => {
      const after = midAt(s, from + 900) - mid;
      if (!Number.isNaN(after)) this.rises.drift += after;
    });
  }

  #sample(
    cell: Cell,
    s: number,
    tsec: number,
    mids: Float64Array[],
    waiting: Waiting,
    cooledFalls: Float64Array,
    pool: LabelPool<Case> | null,
  ): void {
    const { rings } = cell.features;
    const head = rings.head[s]!;
    if (rings.lookBack(s, head) < 0 || tsec === 0) return;
    const mid = rings.values[rings.base(s, head) + at.lnMid]!;
    mids[s]![tsec / everySec] = mid;
    if (tsec > lastTsec || lockedOf(cell, s)) return;
    if (pool !== null && tsec > 60) pool.open(caseOf(cell, s, 'any'));
    const of = (id: 'ret_3m' | 'ret_z3m' | 'ret_1m' | 'obi5m1' | 'nar1m' | 'ofiN' | 'pull5') => cell.symbols.featureOf(s, id);
    const [r3, z3, r1, book, nar, ofi] = [of('ret_3m'), of('ret_z3m'), of('ret_1m'), of('obi5m1'), of('nar1m'), of('ofiN')];
    if (!Number.isNaN(z3)) {
      this.z3.n += 1;
      if (z3 >= 3.5) this.z3.far += 1;
    }
    if (of('pull5') <= -0.02 && tsec >= cooledFalls[s]!) {
      cooledFalls[s] = tsec + coolSec;
      waiting.push((midAt) => {
        const after = midAt(s, tsec + 900) - mid;
        if (Number.isNaN(after)) return;
        this.falls.n += 1;
        this.falls.drift += after;
      });
    }
    add(this.pairs.bookReturn, book, r3);
    add(this.pairs.flowReturn, nar, r1);
    waiting.push((midAt) => {
      const [in60, in180] = [midAt(s, tsec + 60) - mid, midAt(s, tsec + 180) - mid];
      add(this.pairs.ofiNext, ofi, in60);
      add(this.pairs.narNext, nar, in60);
      add(this.pairs.momentum, r3, in180);
    });
  }
}

/** Shares, correlations, and counts a market of 5,500 and day. */
export type Judged = {
  readonly p0: number;
  readonly p0ByHalfHour: readonly number[];
  readonly riseHit: number;
  readonly riseDriftBp: number;
  readonly fallDriftBp: number;
  readonly farZ3Percent: number;
  readonly bookAgainstReturn: number;
  readonly bookSd: number;
  readonly flowWithReturn: number;
  readonly ofiNextMinute: number;
  readonly flowNextMinute: number;
  readonly momentum: number;
  readonly touched: number;
  readonly sealed: number;
  readonly earlySealShare: number;
  readonly openedShare: number;
  readonly farDayShare: number;
};

type Waiting = ((mid: (s: number, tsec: number) => number) => void)[];

function lockedOf(cell: Cell, s: number): boolean {
  const { accepted } = cell.cleaner;
  return accepted.bid[s * 5]! < 0 || accepted.ask[s * 5]! < 0;
}

function noteSeal(cell: Cell, s: number, tsec: number, seal: { touched: number; sealed: boolean; opened: boolean }): void {
  const { accepted } = cell.cleaner;
  const up = cell.features.universe.limitUp[s]!;
  const last = accepted.last[s]!;
  if (last !== up || up <= 0) {
    if (seal.sealed) seal.opened = true;
    seal.sealed = false;
    return;
  }
  if (seal.touched < 0) seal.touched = tsec;
  seal.sealed = true;
}

function caseOf(cell: Cell, s: number, kind: Case['kind']): Case {
  const { rings } = cell.features;
  const head = rings.head[s]!;
  const base = rings.base(s, head);
  const sigma600 = cell.features.sigma(s, head * 3, 600, rings.values[base + at.last]!);
  const bucket = Math.min(Math.floor(tsecOf(cell.timeMs) / 1800), halfHours - 1);
  return { s, sigma600, decidedMs: cell.timeMs, midMilli: rings.values[base + at.mid]!, kind, bucket };
}

function add(pair: Pair, x: number, y: number): void {
  if (Number.isNaN(x) || Number.isNaN(y)) return;
  pair.n += 1;
  pair.x += x;
  pair.y += y;
  pair.xx += x * x;
  pair.yy += y * y;
  pair.xy += x * y;
}

function correlationOf({ n, x, y, xx, yy, xy }: Pair): number {
  return (xy - (x * y) / n) / Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
}
const deviationOf = ({ n, x, xx }: Pair): number => Math.sqrt(xx / n - (x / n) ** 2);
