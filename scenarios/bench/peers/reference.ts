/**
 * The same two workloads in bare typed arrays, knowing nothing of the product: the answers it is held to, and the limit of the language it is
 * measured against. One thread, one function each, no abstraction on purpose.
 */
import type { Rows } from './rows.ts';

export const boardSpans = [60, 300, 600] as const;
export const boardSize = 100;
const entries = 256;
const mask = entries - 1;

/** W2. lists[(batch · 3 + span) · 100 + rank]: stock, −1 where none; micros[batch]. Each batch holds every stock once. */
export function gainBoardLimit(rows: Rows, stocks: number, lists: Int16Array, micros: Float64Array): void {
  const sec = new Int32Array(stocks * entries);
  const milli = new Int32Array(stocks * entries);
  const made = new Int32Array(stocks);
  const spans = boardSpans.map((back) => ({
    back,
    entry: new Int32Array(stocks).fill(-1),
    gain: new Float64Array(stocks),
    list: new Int32Array(boardSize),
    listed: new Uint8Array(stocks),
    length: 0,
  }));
  lists.fill(-1);
  for (let batch = 0, row = 0; batch < micros.length; batch++) {
    const from = performance.now();
    const first = row;
    for (const end = row + stocks; row < end; row++) {
      const k = rows.key[row]!;
      const at = (made[k]!++ & mask) * stocks + k;
      sec[at] = rows.sec[row]!;
      milli[at] = rows.milli[row]!;
    }
    for (let w = 0; w < spans.length; w++) {
      const span = spans[w]!;
      const { gain, list, listed, entry, back } = span;
      for (let r = first; r < row; r++) {
        const k = rows.key[r]!;
        const until = rows.sec[r]! - back;
        const last = made[k]! - 1;
        let e = entry[k]!;
        while (e < last && sec[((e + 1) & mask) * stocks + k]! <= until) e++;
        entry[k] = e;
        gain[k] = e < 0 ? -Infinity : rows.milli[r]! / milli[(e & mask) * stocks + k]! - 1;
      }
      let n = span.length;
      for (let i = 1; i < n; i++) {
        const s = list[i]!;
        let j = i - 1;
        for (; j >= 0 && (gain[list[j]!]! < gain[s]! || (gain[list[j]!] === gain[s] && list[j]! > s)); j--) list[j + 1] = list[j]!;
        list[j + 1] = s;
      }
      for (let s = 0; s < stocks; s++) {
        const g = gain[s]!;
        if (g === -Infinity || listed[s] === 1) continue;
        if (n === boardSize) {
          const end = list[n - 1]!;
          if (g < gain[end]! || (g === gain[end] && s > end)) continue;
          listed[end] = 0;
          n -= 1;
        }
        let j = n++ - 1;
        for (; j >= 0 && (gain[list[j]!]! < g || (gain[list[j]!] === g && list[j]! > s)); j--) list[j + 1] = list[j]!;
        list[j + 1] = s;
        listed[s] = 1;
      }
      span.length = n;
      for (let i = 0; i < n; i++) lists[(batch * 3 + w) * boardSize + i] = list[i]!;
    }
    micros[batch] = (performance.now() - from) * 1000;
  }
}

/** W3. Number of signals; `signals` holds (key, second of the impulse, second of the signal). */
export function patternLimit(rows: Rows, keys: number, signals: Int32Array): number {
  const held = 128;
  const sec = new Int32Array(keys * held);
  const milli = new Int32Array(keys * held);
  const made = new Int32Array(keys);
  const entry = new Int32Array(keys).fill(-1);
  const since = new Int32Array(keys).fill(-1);
  const base = new Int32Array(keys);
  const top = new Int32Array(keys);
  let found = 0;
  for (let row = 0; row < rows.key.length; row++) {
    const k = rows.key[row]!;
    const now = rows.sec[row]!;
    const price = rows.milli[row]!;
    const own = k * held;
    const last = made[k]!++;
    sec[own + (last & (held - 1))] = now;
    milli[own + (last & (held - 1))] = price;
    let e = entry[k]!;
    while (e < last && sec[own + ((e + 1) & (held - 1))]! <= now - 180) e++;
    entry[k] = e;
    if (since[k]! >= 0 && now - since[k]! > 90) since[k] = -1;
    if (since[k]! >= 0) {
      if (now - since[k]! >= 30 && price >= base[k]! + 0.75 * (top[k]! - base[k]!)) {
        signals.set([k, since[k]!, now], 3 * found++);
        since[k] = -1;
      }
    } else if (e >= 0) {
      const ago = milli[own + (e & (held - 1))]!;
      if (price / ago - 1 >= 0.015) {
        since[k] = now;
        base[k] = ago;
        top[k] = price;
      }
    }
  }
  return found;
}
