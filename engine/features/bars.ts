/**
 * One-minute bars of the day per symbol, and what is folded from completed ones: atr1m and the volatility multiplier.
 *
 * Layout    minute by minute, so that the rows of one batch lie beside each other
 * Stamp     minute 0 is 09:30:00–09:30:59; a bar completes when a quote of a later minute is accepted
 * volMult   EWMA (half-life 20 min) of r1m² / varProf, shrunk (n·ewma + 10) / (n + 10), clamped to [0.25, 6]
 */
import { clamp, pow2 } from '../../contracts/math.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { type Columns, ColumnsAsOf } from '../clean/columns.ts';
import type { Universe } from '../clean/universe.ts';

const barsPerDay = 240;
const atrWeight = 2 / 15;
const volWeight = 1 - pow2(-1 / 20);
const volPrior = 10;
const noMinute = -1;

export class Bars {
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  /** Running sums at the bar's end. */
  readonly amount: Float64Array;
  readonly net: Float64Array;
  readonly state: ReturnType<typeof foldColumns>;
  readonly #universe: Universe;
  /** An image being read: a bar is kept for it before it changes. */
  #asOf: ColumnsAsOf | null = null;

  constructor(universe: Universe) {
    const cells = universe.count * barsPerDay;
    this.high = new Int32Array(cells).fill(absentMilli);
    this.low = new Int32Array(cells).fill(absentMilli);
    this.close = new Int32Array(cells).fill(absentMilli);
    this.amount = new Float64Array(cells).fill(Number.NaN);
    this.net = new Float64Array(cells).fill(Number.NaN);
    this.state = foldColumns(universe.count);
    this.#universe = universe;
  }

  /** Place of a symbol's minute. */
  at(s: number, m: number): number {
    return m * this.#universe.count + s;
  }

  /** Adds a quote of minute `m`. `amount` and `net` are the symbol's running sums after it. */
  add(s: number, m: number, last: number, lnMid: number, amount: number, net: number): void {
    const current = this.state.minute[s]!;
    if (m > current && current !== noMinute) this.#complete(s, current);
    this.state.minute[s] = m;
    this.#asOf?.keep(m, s);
    const cell = this.at(s, m);
    if (this.high[cell]! < last) this.high[cell] = last;
    if (this.low[cell] === absentMilli || this.low[cell]! > last) this.low[cell] = last;
    this.close[cell] = last;
    this.amount[cell] = amount;
    this.net[cell] = net;
    this.state.lnMid[s] = lnMid;
  }

  volMult(s: number): number {
    const n = this.state.volN[s]!;
    return clamp((n * this.state.volEwma[s]! + volPrior) / (n + volPrior), 0.25, 6);
  }

  #complete(s: number, m: number): void {
    const { state } = this;
    const cell = this.at(s, m);
    const before = m > 0 && state.doneMinute[s] === m - 1 ? m - 1 : noMinute;
    const previousClose = before === noMinute ? absentMilli : this.close[this.at(s, before)]!;
    const range = trueRange(this.high[cell]!, this.low[cell]!, previousClose) / 1000;
    state.atr[s] = Number.isNaN(state.atr[s]!) ? range : state.atr[s]! + atrWeight * (range - state.atr[s]!);
    state.barsDone[s]! += 1;
    if (before !== noMinute) this.#foldVolatility(s, m);
    state.doneMinute[s] = m;
    state.doneLnMid[s] = state.lnMid[s]!;
    state.doneAmount[s] = this.amount[cell]!;
  }

  #foldVolatility(s: number, m: number): void {
    const { state } = this;
    const { sigmaDay: deviations, profiles } = this.#universe;
    const sigmaDay = deviations[s]!;
    const r = state.lnMid[s]! - state.doneLnMid[s]!;
    const tick = 5000 / this.close[this.at(s, m)]! / 1000; // half a tick of 0.01 yuan over the price
    const expected = Math.max(sigmaDay * sigmaDay * profiles.varOfMinute(s, m), tick * tick);
    const x = (r * r) / expected;
    state.volEwma[s] = state.volN[s] === 0 ? x : state.volEwma[s]! + volWeight * (x - state.volEwma[s]!);
    state.volN[s]! += 1;
  }

  columns(): Columns {
    return { high: this.high, low: this.low, close: this.close, amount: this.amount, net: this.net, ...this.state };
  }

  /** The columns as of now, read out while quotes go on, until `endImage`. */
  imageAsOf(): ColumnsAsOf {
    this.#asOf = new ColumnsAsOf(this.columns(), ['high', 'low', 'close', 'amount', 'net'], barsPerDay, this.#universe.count);
    return this.#asOf;
  }

  endImage(): void {
    this.#asOf = null;
  }
}

const foldColumns = (count: number) => ({
  minute: new Int32Array(count).fill(noMinute),
  lnMid: new Float64Array(count),
  doneMinute: new Int32Array(count).fill(noMinute),
  doneLnMid: new Float64Array(count),
  /** Running amount at the end of the last completed minute: the base of an xs profile's ratio. */
  doneAmount: new Float64Array(count),
  barsDone: new Int32Array(count),
  atr: new Float64Array(count).fill(Number.NaN),
  volEwma: new Float64Array(count),
  volN: new Int32Array(count),
});

function trueRange(high: number, low: number, previousClose: number): number {
  const range = high - low;
  return previousClose === absentMilli ? range : Math.max(range, Math.abs(high - previousClose), Math.abs(low - previousClose));
}
