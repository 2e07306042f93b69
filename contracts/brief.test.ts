/** The brief of an opportunity, each number by hand from its facts. */
import { describe, expect, test } from 'vitest';
import { type Around, Brief, briefOf } from './brief.ts';
import type { OpportunityView } from './fold.ts';
import type { Forecast } from './forecast.ts';

const forecast = (event: Forecast['event'], over: Partial<Forecast>): Forecast => ({
  event,
  horizonSec: 900,
  p: 0.58,
  p0: 0.24,
  lo: 0.5,
  hi: 0.66,
  source: 'real-bars',
  data: '18 names',
  days: 239,
  n: 176,
  auc95: [0.6, 0.69],
  ...over,
});
const moves = forecast('moves-1pct', {});
const gain = forecast('net-gain', { p: 0.3, p0: 0.3, lo: 0.25, hi: 0.35, auc95: [0.48, 0.56] });
const track = (over: object = {}) => ({
  variant: 'rule',
  path: 'main',
  score: 0.6,
  p: 0.3,
  odds: { 'moves-1pct@900': 1.2 },
  raised: true,
  confirmable: true,
  atMs: 5,
  ...over,
});
const facts = {
  tracks: {
    rally: track(),
    'rally-stat': track({ variant: 'stat', odds: { 'moves-1pct@900': 0.4 } }),
    moneyflow: track({ raised: false }),
  },
  forecasts: [moves, gain],
  p: 0.3,
  score: 0.6,
  rank: -12,
  plan: { entryMilli: 10_000, stopMilli: 9_920, target1Milli: 10_100, target2Milli: 10_180, sigmaH: 0.01, rewardRisk: 0.975 },
  stopMilli: 9_950,
  trailMilli: null,
  advice: 'WATCH',
  risks: ['R_T1', 'R_LATE'],
  endReason: null,
  parentId: null,
};
const line = { feature: 'ret_3m', value: 0.0152, op: '>=', threshold: 0.01, contrib: 0.2 } as const;
const change = {
  step: 7,
  hash: 'h7',
  actorSeq: 1,
  tsMs: 1000,
  region: 'lifecycle',
  from: null,
  to: 'discovered',
  event: 'signal.enter',
  note: null,
};
const spoken = {
  id: 'rally',
  variant: 'rule',
  version: 4,
  paramHash: 'ph',
  modelId: null,
  mode: 'active',
  direction: 'up',
  step: 7,
  tsExchangeMs: 700,
  horizonSec: 900,
} as const;
const view = (over: Partial<OpportunityView> = {}, some: object = {}): OpportunityView => ({
  id: '20261123.SH.600519.up.momentum.1',
  entity: { kind: 'symbol', key: '600519.SH' },
  instrument: '600519.SH',
  direction: 'up',
  family: 'momentum',
  strategies: ['rally'],
  state: 'tracking',
  path: 'tracking.rising',
  risk: 'normal',
  dataState: 'fresh',
  openedMs: 1000,
  updatedMs: 2000,
  facts: { ...facts, ...some },
  transitions: [
    { ...change, evidence: [line] },
    { ...change, step: 9, hash: 'h9', tsMs: 2000, event: 'snapshot.next', to: 'tracking.rising', evidence: [] },
  ],
  spoken: [spoken, { ...spoken, id: 'rally-stat', tsExchangeMs: 1500 }],
  ...over,
});
const around: Around = {
  epoch: 'live/20261123/live',
  instrument: { name: '贵州茅台', board: 'MAIN' },
  limit: { limitUpMilli: 11_000, boards: 2 },
  sector: { id: 'BK0477', name: '白酒', state: 'hot', facts: { heat: 1.4, leader: '600519.SH' } },
  quote: { source: 'tencent', lastMilli: 10_000, ageMs: 1200 },
};
const nothing: Around = { epoch: 'live/20261123/live', instrument: null, limit: null, sector: null, quote: null };

test('all of it, as the facts and what stands around have it', () => {
  const brief = briefOf(view(), around);

  expect(Brief.parse(brief)).toEqual(brief);
  expect(brief).toMatchObject({
    ver: 2,
    step: 9,
    hash: 'h9',
    name: '贵州茅台',
    board: 'MAIN',
    state: 'tracking',
    sub: 'rising',
    event: 'snapshot.next',
    tExMs: 1500,
    tDecideMs: 2000,
    latencyMs: null,
    confidence: { event: 'moves-1pct', p: 0.58, lo: 0.5, hi: 0.66, source: 'real-bars', n: 176, measured: true },
    score: 0.6,
    rank: -12,
    entryRef: 10_000,
    targetRange: [10_100, 10_180],
    stop: 9_950,
    horizonSec: 900,
    rewardRisk: 0.975,
    advice: 'WATCH',
    adviceText: { zh: '仅观察', en: 'Watch' },
    risks: [
      { id: 'R_T1', text: { zh: 'T+1', en: 'T+1' } },
      { id: 'R_LATE', text: { zh: '尾盘', en: 'late' } },
    ],
    evidence: [{ feature: 'ret_3m', value: 0.0152, threshold: 0.01, unit: 'ln' }],
    sector: { id: 'BK0477', name: '白酒', state: 'hot', facts: { heat: 1.4, leader: '600519.SH' }, opportunity: null },
    limit: { upMilli: 11_000, boards: 2 },
    data: { source: 'tencent', lastMilli: 10_000, ageMs: 1200, state: 'fresh' },
    versions: [
      { strategy: 'rally', version: 4, paramHash: 'ph', modelId: null },
      { strategy: 'rally-stat', version: 4, paramHash: 'ph', modelId: null },
    ],
  });
  expect(brief.limit!.distUp).toBeCloseTo(0.1, 12);
});

describe('numbers', () => {
  test('what a strategy adds to the first forecast is its weight; one that has lowered adds nothing', () => {
    const weights = briefOf(view(), nothing).strategies.map(({ id, weight }) => [id, weight]);
    expect(weights).toEqual([
      ['rally', expect.closeTo(0.75, 12)],
      ['rally-stat', expect.closeTo(0.25, 12)],
      ['moneyflow', 0],
    ]);
  });

  test('nobody adds any: no weight', () => {
    const silent = { tracks: { rally: track({ odds: {} }) } };
    expect(briefOf(view({}, silent), nothing).strategies).toMatchObject([{ weight: null }]);
    expect(briefOf(view({}, { forecasts: [] }), nothing)).toMatchObject({ confidence: null, strategies: [{ weight: null }, {}, {}] });
  });

  test('expected: .3 · 1 % − .7 · .8 % − the cost of .22 % is −48 basis points', () => {
    expect(briefOf(view(), nothing).expectedNetBp).toBeCloseTo(-48, 9);
  });

  test('of a down-opportunity the same', () => {
    const plan = { entryMilli: 10_000, stopMilli: 10_080, target1Milli: 9_900, target2Milli: 9_820, rewardRisk: 0.975 };
    expect(briefOf(view({ direction: 'down' }, { plan }), nothing).expectedNetBp).toBeCloseTo(-48, 9);
  });

  test('without a chance of a net gain nothing is expected', () => {
    expect(briefOf(view({}, { p: null }), nothing).expectedNetBp).toBeNull();
  });

  test('how late it was is said of a change that a strategy’s word made', () => {
    expect(briefOf(view({ spoken: [spoken, { ...spoken, id: 'rally-stat', step: 9, tsExchangeMs: 1500 }] }), nothing).latencyMs).toBe(500);
  });

  test('what nobody knows is null', () => {
    expect(briefOf(view({ spoken: [] }), nothing)).toMatchObject({
      name: null,
      board: null,
      limit: null,
      sector: null,
      data: null,
      tExMs: null,
      latencyMs: null,
      horizonSec: null,
      versions: [],
    });
    const unpriced = briefOf(view(), { ...around, quote: { source: 'tencent', lastMilli: null, ageMs: null } });
    expect(unpriced.limit).toEqual({ upMilli: 11_000, distUp: null, boards: 2 });
    expect(briefOf(view(), { ...around, limit: { limitUpMilli: null, boards: 0 } }).limit).toEqual({
      upMilli: null,
      distUp: null,
      boards: 0,
    });
  });

  test('an old journal says less, and stays readable', () => {
    const { plan } = facts;
    const old = briefOf(view({ facts: { tracks: { rally: { score: 0.5, p: null } }, plan } }), nothing);
    expect(Brief.parse(old)).toMatchObject({ forecasts: [], confidence: null, advice: null, stop: 9_920, risks: [], expectedNetBp: null });
  });
});

describe('words', () => {
  test('in Chinese, whole', () => {
    expect(briefOf(view(), around).text.zh).toBe(
      '▲ 贵州茅台 600519.SH 拉升异动 跟踪。依据：3 分钟涨跌 1.52 %（≥ 1.00 %）。15 分钟内涨或跌 1%：58%（50%–66%，基准 24%）。' +
        '扣费后盈利，先于止损：未测得优势，基准 30%。参考 10.00，目标 10.10–10.18，失效 9.95，盈亏比 0.97。仅观察。留意：T+1、尾盘。不构成投资建议。',
    );
  });

  test('in English, whole', () => {
    expect(briefOf(view(), around).text.en).toBe(
      '▲ 贵州茅台 600519.SH Rally Tracking. Because return over 3 min 1.52 % (≥ 1.00 %). moves 1% either way within 15 min: 58% (50%–66%, base rate 24%). ' +
        'gains net of cost, before its stop: no edge measured, base rate 30%. Reference 10.00, targets 10.10–10.18, void at 9.95, reward over risk 0.97. ' +
        'Watch. Mind: T+1, late. No investment advice.',
    );
  });

  test('what is expected is said where an edge was measured', () => {
    const measured = { forecasts: [moves, { ...gain, auc95: [0.55, 0.6] }] };
    expect(briefOf(view({}, measured), around).text.zh).toContain('按计划目标与止损估算，扣费后 -48 基点。');
  });

  test('of one that is over: why, and nothing that might be done', () => {
    const over = view({ state: 'ended', path: 'ended', risk: 'restricted' }, { endReason: 'STOP', risks: [], forecasts: [] });
    expect(briefOf(over, around).text.zh).toBe(
      '▲ 贵州茅台 600519.SH 拉升异动 结束 (止损)。依据：3 分钟涨跌 1.52 %（≥ 1.00 %）。受限。不构成投资建议。',
    );
  });

  test('of a sector: no plan, for nobody trades a level', () => {
    const sector = view(
      { entity: { kind: 'sector', key: 'BK0477' }, family: 'sector', direction: 'down' },
      { risks: [], forecasts: [], p: null },
    );
    const brief = briefOf(sector, { ...nothing, sector: around.sector });
    expect(brief).toMatchObject({ name: '白酒', board: null });
    expect(brief.text.zh).toBe('▼ 白酒 BK0477 板块轮动 跟踪。依据：3 分钟涨跌 1.52 %（≥ 1.00 %）。仅观察。不构成投资建议。');
  });

  test('what a price was beside its stop is no reason for it', () => {
    const beside = { feature: 'bidMilli', value: 10_050, op: '<=', threshold: 9_950, contrib: 0 } as const;
    const [first, second] = view().transitions;
    const brief = briefOf(view({ transitions: [first!, { ...second!, event: 'price', evidence: [beside] }] }), around);
    expect(brief.evidence.map(({ feature }) => feature)).toEqual(['ret_3m']);
    expect(brief.text.zh).not.toContain('买一价');
  });

  test('without evidence it gives none', () => {
    expect(briefOf(view({ transitions: [{ ...change, evidence: [] }] }), around).text.zh).not.toContain('依据');
  });
});
