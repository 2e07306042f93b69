/** How well a score orders what came: AUC, its interval over days, the head of a day's list, fifths and tenths. Deterministic. */

/** `day`: what is drawn together in the bootstrap: names of one day rise and fall together. */
export type Scored = { readonly day: number; readonly score: number; readonly came: boolean };
export type Interval = readonly [lo: number, hi: number];

/** Chance that one that came is scored above one that did not, ties half; NaN without both. */
export const aucOf = (scored: readonly Scored[]): number => weightedAuc(ranked(scored), null);

type Ranked = { readonly day: Int32Array; readonly score: Float64Array; readonly came: Uint8Array };
function ranked(scored: readonly Scored[]): Ranked {
  if (scored.some(({ score }) => Number.isNaN(score))) throw new RangeError('a score is unknown');
  const order = [...scored].sort((a, b) => a.score - b.score);
  return {
    day: Int32Array.from(order, ({ day }) => day),
    score: Float64Array.from(order, ({ score }) => score),
    came: Uint8Array.from(order, ({ came }) => (came ? 1 : 0)),
  };
}

/** `times`: how often each day counts; null for once. */
function weightedAuc({ day, score, came }: Ranked, times: Int32Array | null): number {
  let [wins, below, came1, came0] = [0, 0, 0, 0];
  for (let i = 0; i < score.length; ) {
    let [ones, zeros] = [0, 0];
    let j = i;
    for (; j < score.length && score[j] === score[i]; j++) {
      const weight = times === null ? 1 : times[day[j]!]!;
      if (came[j] === 1) ones += weight;
      else zeros += weight;
    }
    wins += ones * (below + zeros / 2);
    below += zeros;
    came1 += ones;
    came0 += zeros;
    i = j;
  }
  return came1 === 0 || came0 === 0 ? Number.NaN : wins / (came1 * came0);
}

export const resamples = 1000;

/** 95 % of the AUC, and of its difference to another score of the same cases, with days drawn anew. @param against same order as `scored` */
export function intervalsOf(scored: readonly Scored[], against: readonly Scored[]): { readonly auc: Interval; readonly ahead: Interval } {
  const days = [...new Set(scored.map(({ day }) => day))];
  const last = Math.max(0, ...days);
  const [own, other] = [ranked(scored), ranked(against)];
  const next = generator(20_260_702);
  const times = new Int32Array(last + 1);
  const aucs: number[] = [];
  const ahead: number[] = [];
  for (let k = 0; k < resamples; k++) {
    times.fill(0);
    for (let i = 0; i < days.length; i++) times[days[next(days.length)]!]! += 1;
    const auc = weightedAuc(own, times);
    if (Number.isNaN(auc)) continue;
    aucs.push(auc);
    ahead.push(auc - weightedAuc(other, times));
  }
  const ends = (values: number[]): Interval => [quantileOf(values, 0.025), quantileOf(values, 0.975)];
  return { auc: ends(aucs), ahead: ends(ahead) };
}

/** A signal with what came, and how often that comes without one. */
export type Fired = { readonly day: number; readonly base: number; readonly came: boolean };

/**
 * 95 %, over days drawn anew, of the AUC with which "it fired" tells what came: the signals beside as many moments at the base rate. Rates s
 * and b: a share s / (s + b) of what came had fired, and (1 − s) / (2 − s − b) of what did not.
 */
export function firedInterval(signals: readonly Fired[]): Interval {
  const sums = new Map<number, { n: number; came: number; base: number }>();
  for (const { day, base, came } of signals) {
    const sum = sums.get(day) ?? { n: 0, came: 0, base: 0 };
    sums.set(day, { n: sum.n + 1, came: sum.came + (came ? 1 : 0), base: sum.base + base });
  }
  const days = [...sums.values()];
  const next = generator(20_260_702);
  const aucs: number[] = [];
  for (let k = 0; k < resamples; k++) {
    let [n, came, base] = [0, 0, 0];
    for (let i = 0; i < days.length; i++) {
      const day = days[next(days.length)]!;
      n += day.n;
      came += day.came;
      base += day.base;
    }
    aucs.push(firedAuc(came / n, base / n));
  }
  return [quantileOf(aucs, 0.025), quantileOf(aucs, 0.975)];
}

export const firedAuc = (rate: number, base: number): number => (1 + rate / (rate + base) - (1 - rate) / (2 - rate - base)) / 2;

/** 95 % of a mean, with days drawn anew. */
export function meanInterval(cases: readonly { readonly day: number; readonly value: number }[]): Interval {
  const sums = new Map<number, { n: number; sum: number }>();
  for (const { day, value } of cases) {
    const own = sums.get(day) ?? { n: 0, sum: 0 };
    sums.set(day, { n: own.n + 1, sum: own.sum + value });
  }
  const days = [...sums.values()];
  const next = generator(20_260_702);
  const means = Array.from({ length: resamples }, () => {
    let [n, sum] = [0, 0];
    for (let i = 0; i < days.length; i++) {
      const day = days[next(days.length)]!;
      n += day.n;
      sum += day.sum;
    }
    return sum / n;
  });
  return [quantileOf(means, 0.025), quantileOf(means, 0.975)];
}

/** xorshift32: only what the resampling needs. */
function generator(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** Linear between neighbours; NaN of nothing. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? Number.NaN;
  return lower + ((sorted[Math.ceil(at)] ?? Number.NaN) - lower) * (at - Math.floor(at));
}

export const shareOf = (cases: readonly { readonly came: boolean }[]): number =>
  cases.length === 0 ? Number.NaN : cases.reduce((sum, { came }) => sum + (came ? 1 : 0), 0) / cases.length;

/** Share that came among the `size` highest of each day; equal scores in the order they stand in. */
export function headOf(scored: readonly Scored[], size: number): number {
  const byDay = new Map<number, Scored[]>();
  for (const each of scored) {
    const day = byDay.get(each.day);
    if (day === undefined) byDay.set(each.day, [each]);
    else day.push(each);
  }
  return shareOf([...byDay.values()].flatMap((day) => day.sort((a, b) => b.score - a.score).slice(0, size)));
}

/** The cases in `parts` parts of one size, lowest scores first. */
export function partsOf<S extends Scored>(scored: readonly S[], parts: number): S[][] {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  const at = (part: number): number => Math.round((part * sorted.length) / parts);
  return Array.from({ length: parts }, (_, part) => sorted.slice(at(part), at(part + 1)));
}
