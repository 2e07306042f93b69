/** Intraday shape of volume and volatility by trading minute (contracts/spec/invented-market.md#dynamics). */
import { exp } from '../../contracts/math.ts';

export const minutes = 237; // continuous trading; 237..239 are the closing call

const volumeShape = (m: number): number =>
  0.55 + 2.6 * exp(-m / 9) + 0.75 * exp(-m / 45) + (m >= 120 ? 0.55 * exp(-Math.abs(m - 120) / 6) : 0) + 0.9 * exp(-(236 - m) / 14);

const volatilityShape = (m: number): number =>
  0.65 + 1.9 * exp(-m / 12) + 0.35 * exp(-m / 60) + 0.25 * exp(-(236 - m) / 20) + (m >= 120 ? 0.35 * exp(-(m - 120) / 5) : 0);

function normalised(shape: (m: number) => number, scaleOf: (values: Float64Array) => number): Float64Array {
  const values = Float64Array.from({ length: minutes }, (_, m) => shape(m));
  const scale = scaleOf(values);
  return values.map((value) => value / scale);
}

const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean 1. */
export const volumeByMinute = normalised(volumeShape, mean);
/** Root mean square 1. */
export const volatilityByMinute = normalised(volatilityShape, (values) => Math.sqrt(mean(values.map((x) => x * x))));
