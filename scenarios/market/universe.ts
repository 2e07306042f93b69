/** The invented market: symbols with board, price, size, volatility and sector (contracts/spec/invented-market.md#universe). No real company is meant. */

import type { Board } from '../../contracts/instruments.ts';
import { clamp, exp, log } from '../../contracts/math.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { instrumentName } from './names.ts';
import { randomOf } from './random.ts';

export type Issue = {
  readonly no: number;
  readonly name: string;
  readonly board: Board;
  readonly riskWarning: boolean;
  readonly sector: number;
  /** Ordinals of its concepts, 0 to 199; small numbers are large concepts. */
  readonly concepts: readonly number[];
  /** Close of the day before the first, Milli on the tick. */
  readonly firstCloseMilli: number;
  readonly floatShares: number;
  readonly advYuan: number;
  readonly sigmaDay: number;
  readonly beta: number;
};

export const sectorCount = 31;
export const conceptCount = 200;
const mix: readonly { readonly board: Board; readonly exchange: 'SH' | 'SZ' | 'BJ'; readonly firstCode: number; readonly share: number }[] =
  [
    { board: 'MAIN', exchange: 'SH', firstCode: 600_000, share: 0.31 },
    { board: 'MAIN', exchange: 'SZ', firstCode: 2_001, share: 0.27 },
    { board: 'CHINEXT', exchange: 'SZ', firstCode: 300_001, share: 0.26 },
    { board: 'STAR', exchange: 'SH', firstCode: 688_001, share: 0.11 },
    { board: 'BSE', exchange: 'BJ', firstCode: 920_001, share: 0.05 },
  ];
const riskWarningShare = 0.03;

/** The first `count` issues of the seed's market, their prices `dearer` times the usual; a smaller count is a prefix board by board, drawing the same numbers. */
export function universeOf(seed: number, count: number, dearer = 1): Issue[] {
  const issues: Issue[] = [];
  for (const [b, { board, exchange, firstCode, share }] of mix.entries()) {
    const last = b === mix.length - 1;
    const many = last ? count - issues.length : Math.round(count * share);
    for (let i = 0; i < many; i++) {
      const code = String(firstCode + i).padStart(6, '0');
      issues.push(issueOf(seed, instrumentNo(`${code}.${exchange}`), board, { dearer, k: issues.length }));
    }
  }
  return issues;
}

/** `k`: its place among the issues, which names it. */
function issueOf(seed: number, no: number, board: Board, { dearer, k }: { readonly dearer: number; readonly k: number }): Issue {
  const random = randomOf(seed, 0, no, 'universe');
  const lognormal = (median: number, sigma: number) => exp(log(median) + sigma * random.normal());
  const price = clamp(lognormal(12, 0.9) * dearer, 1.5, 1500);
  const floatCap = lognormal(6e9, 1);
  const turnover = clamp(lognormal(0.022, 0.8), 0.002, 0.25);
  const wide = board === 'MAIN' ? 1 : 1.35;
  const riskWarning = board === 'MAIN' && random.uniform() < riskWarningShare;
  return {
    no,
    board,
    riskWarning,
    name: `${riskWarning ? 'ST' : ''}${instrumentName(k)}`,
    sector: random.int(sectorCount),
    firstCloseMilli: Math.round(price * 100) * 10,
    floatShares: Math.round(floatCap / price),
    advYuan: floatCap * turnover,
    sigmaDay: lognormal(0.024, 0.35) * wide,
    beta: clamp(1 + 0.25 * random.normal(), 0.2, 2),
    concepts: conceptsOf(random),
  };
}

/** 1 + Poisson(2.5) of 200, the k-th as likely as 1/(k + 8): sizes of 10 to 120 in a full market. */
function conceptsOf(random: ReturnType<typeof randomOf>): number[] {
  const many = 1 + random.poisson(2.5);
  const span = log((conceptCount + 8) / 8);
  const drawn = Array.from({ length: many }, () => Math.min(conceptCount - 1, Math.floor(8 * exp(span * random.uniform()) - 8)));
  return [...new Set(drawn)].sort((a, b) => a - b);
}
