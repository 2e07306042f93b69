/**
 * Rows of the workloads that engines are compared by: one row a key in every three seconds (its second is 3b, 3b + 1 or 3b + 2), in the order of
 * second and key. A seeded random walk with impulses, no market data. The bytes are those that the published figures of other engines were taken with.
 */
export type Rows = { readonly key: Int32Array; readonly sec: Int32Array; readonly milli: Int32Array; readonly volume: Int32Array };
type Walk = {
  readonly keys: number;
  readonly rounds: number;
  readonly seed: number;
  /** Chance of an impulse a round, its mean step, its rounds, and the chance that it is given back. */
  readonly impulse: number;
  readonly step: number;
  readonly length: number;
  readonly givenBack: number;
};

/** W2: 1,650 stocks, one hour. */
export const boardWalk: Walk = { keys: 1650, rounds: 1200, seed: 20260707, impulse: 1 / 3000, step: 0.0015, length: 15, givenBack: 0.3 };
/** W3: 5,400 keys, five million rows. */
export const patternWalk: Walk = { keys: 5400, rounds: 926, seed: 20260708, impulse: 1 / 2500, step: 0.002, length: 12, givenBack: 0.5 };

/** mulberry32. */
function random(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function rowsOf({ keys, rounds, seed, impulse, step, length, givenBack }: Walk): Rows {
  const next = random(seed);
  const column = () => new Int32Array(keys * rounds);
  const rows = { key: column(), sec: column(), milli: column(), volume: column() };
  const price = new Float64Array(keys);
  const left = new Int32Array(keys);
  const drift = new Float64Array(keys);
  const returns = new Uint8Array(keys);
  const second = new Uint8Array(keys);
  const milli = new Int32Array(keys);
  const turn = (k: number): void => {
    if (left[k]! > 0) {
      left[k]! -= 1;
      if (left[k]! > 0) return;
      const back = returns[k] === 1;
      returns[k] = 0;
      if (back) left[k] = length;
      drift[k] = back ? -drift[k]! : 0;
    } else if (next() < impulse) {
      left[k] = length;
      drift[k] = (next() < 0.6 ? step : -step) * (0.5 + next());
      returns[k] = next() < givenBack ? 1 : 0;
    }
  };

  for (let k = 0; k < keys; k++) price[k] = 3000 + Math.floor(next() * next() * 97_000);
  for (let round = 0, at = 0; round < rounds; round++) {
    for (let k = 0; k < keys; k++) {
      turn(k);
      price[k]! *= 1 + drift[k]! + (next() + next() + next() - 1.5) * 0.001;
      milli[k] = Math.max(10, Math.round(price[k]! / 10) * 10);
      second[k] = Math.floor(next() * 3);
    }
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < keys; k++) {
        if (second[k] !== j) continue;
        rows.key[at] = k;
        rows.sec[at] = 3 * round + j;
        rows.milli[at] = milli[k]!;
        rows.volume[at] = Math.floor(next() * 10_000);
        at += 1;
      }
  }
  return rows;
}
