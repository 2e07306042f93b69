/** A sector's input in which every clause of either rotation holds with room, changed in one thing: what clause tables are made of. */
import type { SectorInput } from '../../engine/detectors/detector.ts';

/** The rule's score of it is .4 · ⅓ + .3 · 8/13 + .3 · ¾ = .543; the spread is 2 (n 10 / 3.25), the breadth 1.60. */
export const sectorInputWith = (change: Partial<SectorInput> = {}): SectorInput => ({
  code: 'BK1',
  name: 'x',
  state: 'hot',
  regime: 'neutral',
  tsMs: 0,
  tsec: 1800,
  members: 12,
  live: 10,
  ret1m: 0.002,
  ret3m: 0.006,
  ret5m: 0.012,
  advShare: 0.8,
  limitUps: 1,
  market3m: 0,
  market5m: 0.002,
  heat: 2,
  breadth: 0.8,
  diffusion: 0.4,
  diffusionSpeed: 0.05,
  marketBreadth: 0.35,
  levelMilli: 10_120,
  spread: () => ({ live: 10, mean: 0.01, sd: 0.01 * Math.sqrt(10 / 3.25 / 4) }),
  movers: () => ({ leaders: [{ id: '600001.SH' as never, ret5m: 0.03 }], followers: [{ id: '600002.SH' as never, ret5m: 0 }] }),
  ...change,
});
