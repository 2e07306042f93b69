/**
 * Moments of one-minute bars with what the features would have said of them and what came: a grid of every fifth minute, and where the
 * rally rule fires as far as bars can tell (return, sigma, amount surprise; active buying by the close's place in the bar).
 */
import { minutesPerDay, type ProfileColumns, profileColumns } from '../../contracts/bundle.ts';
import { clamp, log } from '../../contracts/math.ts';
import { gainsWithin, movesWithin } from '../../engine/backtest/bar-labels.ts';
import { type DayRecord, historyOf, sigmaOf } from '../../engine/reference/history.ts';
import type { BarDay } from './bar-days.ts';

export type BarMoment = {
  readonly day: string;
  readonly symbol: string;
  readonly minute: number;
  /** One tick over the price, in basis points. */
  readonly tickBp: number;
  readonly sigma600: number;
  /** Whether the rally rule fires. */
  readonly rallies: boolean;
  /** Touches 1 % either way within 15 minutes. */
  readonly moves: boolean;
  /** y_tb as bars can tell it: the lower barrier first. */
  readonly gains: boolean;
};

const historyMin = 10;
const rule = { r3: 0.01, z3: 2.5, az: 1.5, nar: 0.2, coolMinutes: 10 } as const;
const boardSigma = (symbol: string): number => (/^(30|68)/.test(symbol) ? 0.032 : 0.024);
const scaleOf = (symbol: string): number => (/^(30|68)/.test(symbol) ? 4 / 3 : 1);
const lnC = 20_000;
const last = minutesPerDay - 1;

/** `days`: one symbol's, in order. */
export function* momentsOf(days: readonly BarDay[]): Generator<BarMoment> {
  const records = days.map(recordOf);
  for (const [i, day] of days.entries()) {
    const earlier = records.slice(Math.max(0, i - 20), i);
    const history = historyOf(day.symbol, earlier);
    if (earlier.length < historyMin || history === null) continue;
    yield* momentsOfDay(day, profileColumns(history.profile), history.adv20, sigmaOf(earlier, boardSigma(day.symbol)));
  }
}

const recordOf = ({ amount, close, high }: BarDay): DayRecord => ({
  amounts: amount,
  closes: close,
  volume: 0,
  highMilli: Math.round(1000 * Math.max(...high.filter((x) => !Number.isNaN(x)))),
});

function* momentsOfDay(day: BarDay, profile: ProfileColumns, adv20: number, sigmaDay: number): Generator<BarMoment> {
  const sigma = new Volatility(profile, sigmaDay);
  let cooled = 0;
  for (let m = 1; m < minutesPerDay; m++) {
    sigma.minute(day, m);
    const price = day.close[m]!;
    if (m < 5 || m > 236 || Number.isNaN(price)) continue;
    const rallies = m >= cooled && fires(day, m, profile, adv20, sigma);
    if (rallies) cooled = m + rule.coolMinutes;
    if (!rallies && m % 5 !== 0) continue;
    const sigma600 = sigma.over(m + 1, 10, price);
    const moves = movesWithin(day, m, last);
    const gains = gainsWithin(day, m, sigma600, last);
    if (moves === null || gains === null) continue;
    yield { day: day.date, symbol: day.symbol, minute: m, tickBp: 100 / price, sigma600, rallies, moves, gains };
  }
}

function fires(day: BarDay, m: number, profile: ProfileColumns, adv20: number, sigma: Volatility): boolean {
  const ret = log(day.close[m]! / day.close[m - 3]!);
  if (!(ret >= rule.r3 * scaleOf(day.symbol) && ret / sigma.over(m - 2, 3, day.close[m]!) >= rule.z3)) return false;
  const surprise = log((day.amount[m]! + lnC) / (profile.amountShare[m]! * adv20 + lnC)) / profile.lnMad[m]!;
  const range = day.high[m]! - day.low[m]!;
  const place = range > 0 ? (2 * (day.close[m]! - day.low[m]!)) / range - 1 : 0;
  return surprise >= rule.az && place >= rule.nar;
}

/** σ as the engine has it: the profile's variance by the day's multiplier (engine/features/bars.ts). */
class Volatility {
  readonly #profile: ProfileColumns;
  readonly #sigmaDay: number;
  #ewma = 0;
  #n = 0;

  constructor(profile: ProfileColumns, sigmaDay: number) {
    [this.#profile, this.#sigmaDay] = [profile, sigmaDay];
  }

  #variance(m: number, price: number): number {
    const halfTick = 0.005 / price;
    return Math.max(this.#sigmaDay * this.#sigmaDay * this.#profile.varShare[m]!, halfTick * halfTick);
  }

  minute({ close }: BarDay, m: number): void {
    const r = log(close[m]! / close[m - 1]!);
    if (Number.isNaN(r)) return;
    const x = (r * r) / this.#variance(m, close[m]!);
    this.#ewma = this.#n === 0 ? x : this.#ewma + (1 - 2 ** (-1 / 20)) * (x - this.#ewma);
    this.#n += 1;
  }

  over(from: number, minutes: number, price: number): number {
    let variance = 0;
    for (let m = from; m < Math.min(from + minutes, minutesPerDay); m++) variance += this.#variance(m, price);
    return Math.sqrt(clamp((this.#n * this.#ewma + 10) / (this.#n + 10), 0.25, 6) * variance);
  }
}
