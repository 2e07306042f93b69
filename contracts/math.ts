/**
 * Portable elementary functions: only + − × ÷ sqrt and bit moves, so that a decision is bit-equal on every engine.
 *
 * `Math.pow` and `**` differ between Node 20 and 24; the other transcendentals are unmeasured off x64. The kernels
 * are fdlibm's (Sun Microsystems, 1993) as published algorithms: argument reduction and a minimax polynomial,
 * under one unit in the last place.
 */
const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);
const ln2Hi = 6.9314718036912381649e-1;
const ln2Lo = 1.90821492927058770002e-10;

/** Natural logarithm. x < 0 or NaN gives NaN, 0 gives −Infinity. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: subnormals become normal
    k = -54;
  }
  f64[0] = x;
  let hi = u32[1]!;
  k += (hi >>> 20) - 1023;
  hi &= 0x000fffff;
  const above = (hi + 0x95f64) & 0x100000; // mantissa past sqrt(2): halve it
  u32[1] = hi | (above ^ 0x3ff00000);
  k += above >>> 20;
  const f = f64[0]! - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const t2 = z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * ln2Hi - (half - (s * (half + t1 + t2) + k * ln2Lo) - f);
}

/** e^x; overflows to Infinity past 709.78 and to 0 below −745.13. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * 1.442695040888963387 + 0.5);
  const hi = x - k * ln2Hi;
  const lo = k * ln2Lo;
  const r = hi - lo;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 + t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (lo - (r * c) / (2 - c) - hi);
  return k < -1021 ? y * powerOfTwo(k + 1000) * powerOfTwo(-1000) : k > 1023 ? y * powerOfTwo(k - 1) * 2 : y * powerOfTwo(k);
}

/** 2^k for integer −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  u32[0] = 0;
  u32[1] = (k + 1023) << 20;
  return f64[0]!;
}

/** 2^x for any x: half-lives. pow2(−1) = 0.5. */
export const pow2 = (x: number): number => exp(x * 0.6931471805599453);

export function tanh(x: number): number {
  if (x > 22) return 1;
  if (x < -22) return -1;
  const e = exp(-2 * Math.abs(x));
  const t = (1 - e) / (1 + e);
  return x < 0 ? -t : t;
}

export const sigmoid = (x: number): number => 1 / (1 + exp(-x));
export const logit = (p: number): number => log(p / (1 - p));
export const clamp = (x: number, lo: number, hi: number): number => (x < lo ? lo : x > hi ? hi : x);
/** 0 at `lo`, 1 at `hi`, linear between (contracts/spec/detectors.md#rally). */
export const ramp = (x: number, lo: number, hi: number): number => clamp((x - lo) / (hi - lo), 0, 1);

/** Middle of the values, mean of the two middle ones for an even count; NaN for none. Sorts `values` in place. */
export function medianInPlace(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  values.sort();
  return n % 2 === 1 ? values[n >> 1]! : (values[n / 2 - 1]! + values[n / 2]!) / 2;
}
