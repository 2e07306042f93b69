/**
 * Seeded random streams, one per (seed, day, entity, channel): what one entity draws never depends on which others exist.
 * sfc32 seeded by splitmix32 (public algorithms by Chris Doty-Humphrey and Guy Steele); only 32-bit integer arithmetic.
 */
import { log } from '../../contracts/math.ts';

export type Random = {
  /** Uniform in (0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** Student t with `df` degrees of freedom, scaled to unit variance. df ≥ 3 */
  readonly student: (df: number) => number;
  readonly poisson: (mean: number) => number;
  readonly int: (below: number) => number;
};

const channels = [
  'price',
  'vol',
  'flow',
  'size',
  'book',
  'latency',
  'fault',
  'episode',
  'universe',
  'history',
  'wave',
  'status',
  'auction',
  'queue',
  'tilt',
] as const;
export type Channel = (typeof channels)[number];

export function randomOf(seed: number, day: number, entity: number, channel: Channel): Random {
  let mix = 0;
  for (const part of [seed, day, entity, channels.indexOf(channel) + 1]) mix = splitmix(mix ^ splitmix(part | 0));
  const next = sfc32(mix);
  const uniform = (): number => (next() + 0.5) / 4_294_967_296;
  const normal = (): number => polarNormal(uniform);
  return {
    uniform,
    normal,
    student: (df) => studentOf(normal, df) * Math.sqrt((df - 2) / df),
    poisson: (mean) => poissonOf(uniform, normal, mean),
    int: (below) => Math.floor(uniform() * below),
  };
}

function splitmix(x: number): number {
  let z = (x + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

function sfc32(seed: number): () => number {
  let a = splitmix(seed);
  let b = splitmix(a);
  let c = splitmix(b);
  let d = 1;
  const next = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Marsaglia's polar method; the second value is let go, so that every draw costs alike. */
function polarNormal(uniform: () => number): number {
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const r = x * x + y * y;
    if (r > 0 && r < 1) return x * Math.sqrt((-2 * log(r)) / r);
  }
}

function studentOf(normal: () => number, df: number): number {
  let chi = 0;
  for (let i = 0; i < df; i++) {
    const z = normal();
    chi += z * z;
  }
  return normal() / Math.sqrt(chi / df);
}

function poissonOf(uniform: () => number, normal: () => number, mean: number): number {
  if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  let count = 0;
  // product of uniforms against e^-mean, kept in logarithms
  let sum = -log(uniform());
  while (sum < mean) {
    count += 1;
    sum -= log(uniform());
  }
  return count;
}
