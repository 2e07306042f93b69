import { describe, expect, test } from 'vitest';
import {
  archived,
  conflictOf,
  ended,
  judge,
  type KeyRecord,
  type Life,
  newKey,
  type Openness,
  opened,
  type Raise,
  reopened,
  supported,
} from './manager.ts';
import { calm, RiskDesk } from './risk-desk.ts';

const now: Openness = { live: 3, liveMax: 200, riskLevel: 0, feedHealthy: true };
const raise: Raise = { family: 'momentum', tsec: 3000, score: 0.6, p0Milli: 10_000, t0Tsec: 2820, sigma900: 0.01 };
const endedKey: KeyRecord = {
  ...newKey,
  seqNo: 1,
  last: { id: 'x.1', tsec: 2950, reason: 'DECAY', reopened: false },
  coolUntilTsec: 3550,
  peakScore: 0.6,
};
const life: Life = { id: 'x.1', p0Milli: 9800, openedTsec: 2900, supportTsec: 2900, reopened: false };
const live: KeyRecord = { ...newKey, lives: [life] };
const stopped: KeyRecord = { ...endedKey, last: { ...endedKey.last!, reason: 'STOP' } };
const reopenedBefore: KeyRecord = { ...endedKey, last: { ...endedKey.last!, reopened: true } };

describe('manager: where a raised signal belongs', () => {
  test.each<[why: string, record: KeyRecord, change: Partial<Raise & Openness>, verdict: unknown]>([
    ['nothing yet: a new opportunity', newKey, {}, { kind: 'open' }],
    ['one lives and its impulse began no earlier: it joins', live, { t0Tsec: 2840 }, { kind: 'join', id: 'x.1' }],
    ['began 61 s before it, 2 % away, σ 1 %: another impulse', live, { t0Tsec: 2839 }, { kind: 'open' }],
    ['0.5 % away', { ...newKey, lives: [{ ...life, p0Milli: 9950.3 }] }, { t0Tsec: 0, sigma900: 0 }, { kind: 'join', id: 'x.1' }],
    ['0.6 σ away', { ...newKey, lives: [{ ...life, p0Milli: 9804 }] }, { t0Tsec: 0, sigma900: 0.0334 }, { kind: 'join', id: 'x.1' }],
    ['σ unknown and 2 % away', live, { t0Tsec: 0, sigma900: Number.NaN }, { kind: 'open' }],
    ['180 s after the last support', { ...newKey, lives: [{ ...life, supportTsec: 2820 }] }, { t0Tsec: 2840 }, { kind: 'join', id: 'x.1' }],
    ['181 s after', { ...newKey, lives: [{ ...life, supportTsec: 2819 }] }, { t0Tsec: 2840 }, { kind: 'open' }],
    ['a sector: 900 s after', { ...newKey, lives: [{ ...life, supportTsec: 2100 }] }, { family: 'sector' }, { kind: 'open' }],
    [
      'a sector of the same impulse',
      { ...newKey, lives: [{ ...life, supportTsec: 2100 }] },
      { family: 'sector', t0Tsec: 2840 },
      { kind: 'join', id: 'x.1' },
    ],
    ['it joins even when nothing new may open', live, { t0Tsec: 2840, riskLevel: 3 }, { kind: 'join', id: 'x.1' }],
    ['risk 3', newKey, { riskLevel: 3 }, { kind: 'suppress', reason: 'RISK_FROZEN' }],
    ['risk 2 may be discovered', newKey, { riskLevel: 2 }, { kind: 'open' }],
    ['K1: the feed as a whole is stale', newKey, { feedHealthy: false }, { kind: 'suppress', reason: 'K1_FEED' }],
    ['every place is taken', newKey, { live: 200 }, { kind: 'suppress', reason: 'CAPACITY' }],
    ['the last place', newKey, { live: 199 }, { kind: 'open' }],
    ['frozen: not even reopened', endedKey, { riskLevel: 3 }, { kind: 'suppress', reason: 'RISK_FROZEN' }],
    ['50 s after a decay: reopened', endedKey, {}, { kind: 'reopen', id: 'x.1' }],
    ['119 s after', endedKey, { tsec: 3069 }, { kind: 'reopen', id: 'x.1' }],
    ['120 s after: the cool-down', endedKey, { tsec: 3070 }, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['reopened once before', reopenedBefore, {}, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['archived meanwhile', archived(endedKey, 'x.1'), {}, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['another was archived', archived(endedKey, 'x.2'), {}, { kind: 'reopen', id: 'x.1' }],
    ['ended at its stop: never reopened', stopped, {}, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['0.15 above the former peak: the cool-down is overridden', stopped, { score: 0.75 }, { kind: 'open' }],
    ['0.14 above', stopped, { score: 0.74 }, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['a score nobody knows overrides nothing', stopped, { score: null }, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['the cool-down is over', stopped, { tsec: 3550 }, { kind: 'open' }],
  ])('%s', (_why, record, change, verdict) => {
    expect(judge(record, { ...raise, ...change }, { ...now, ...change })).toEqual(verdict);
  });

  test('the peak that an override must beat is the highest score of the life, not the first', () => {
    let record = opened(newKey, { id: 'x.1', p0Milli: 10_000, openedTsec: 100 }, 0.5);
    record = supported(record, 'x.1', 160, 0.8);
    record = supported(record, 'x.1', 220, 0.6);
    record = ended(record, 'x.1', 'STOP', 300, 1200);

    expect(record).toMatchObject({
      seqNo: 1,
      lives: [],
      peakScore: 0.8,
      stops: 1,
      coolUntilTsec: 1500,
      last: { id: 'x.1', reason: 'STOP' },
    });
    expect(judge(record, { ...raise, tsec: 700, score: 0.9 }, now)).toEqual({ kind: 'suppress', reason: 'COOL_DOWN' });
  });

  test('a reopened life is remembered as one, and ends for good; a failed one is not reopened', () => {
    const again = reopened(endedKey, { id: 'x.1', p0Milli: 10_000, openedTsec: 3000 }, 0.5);
    expect([again.seqNo, again.lives, again.last]).toEqual([
      1,
      [{ id: 'x.1', p0Milli: 10_000, openedTsec: 3000, supportTsec: 3000, reopened: true }],
      null,
    ]);
    expect(ended(again, 'x.1', 'DECAY', 3100, 600).last).toMatchObject({ reopened: true });
    expect(ended(live, 'x.1', null, 3100, 600)).toMatchObject({ last: null, lives: [], coolUntilTsec: 3700 });
  });

  test('a later, milder end does not shorten a cool-down that runs', () => {
    const two = opened({ ...live, coolUntilTsec: 5000 }, { id: 'x.2', p0Milli: 10_000, openedTsec: 3050 }, 0.5);

    expect(ended(two, 'x.2', 'DECAY', 3100, 600).coolUntilTsec).toBe(5000);
    expect(ended(two, 'x.2', 'STOP', 3100, 2400).coolUntilTsec).toBe(5500);
  });

  // logit .7 = .847, .6 = .405, .8 = 1.386, .9 = 2.197
  test.each([
    ['half a log-unit stronger: it weakens the other', 0.8, 0.7, 0, 'weakens'],
    ['less: both are capped', 0.7, 0.6, 0, 'caps'],
    ['half a log-unit weaker: it yields', 0.6, 0.9, 0, 'yields'],
    ['nobody knows how strong', null, 0.9, 0, 'caps'],
    ['121 s apart: they do not meet', 0.9, 0.6, 121, null],
    ['120 s apart', 0.9, 0.6, 120, 'weakens'],
    ['just under half a log-unit, either way: both are capped', 0.7, 0.589, 0, 'caps'],
  ] as const)('up against down, %s', (_why, later, earlier, apart, outcome) => {
    expect(conflictOf({ p: later, tsec: 1000 + apart }, { p: earlier, openedTsec: 1000 })).toBe(outcome);
  });
});

describe('risk desk: one level for whom it concerns', () => {
  const desk = () => new RiskDesk((scope) => ['market', 'symbol.SH.600000', 'sector.BK1', 'strategy.rally'].includes(scope));
  const mine = ['market', 'symbol.SH.600000', 'sector.BK1', 'strategy.rally'];

  test('the highest level, with the policy of the scope that has it', () => {
    const risk = desk();
    risk.set('market', 3, 'hold');
    risk.set('symbol.SH.600000', 1, 'end');

    expect(risk.of(mine)).toEqual({ level: 3, policy: 'hold' });
    expect(risk.of(['symbol.SH.600000'])).toEqual({ level: 1, policy: 'end' });
    risk.set('sector.BK1', 3, 'end');
    expect(risk.of(mine), 'equally high: the stricter').toEqual({ level: 3, policy: 'end' });
    expect(risk.of(['market', 'symbol.SZ.000001'])).toEqual({ level: 3, policy: 'hold' });
  });

  test('a level of 0 is no level, an unknown scope is refused and remembered nowhere', () => {
    const risk = desk();
    expect([risk.set('strategy.rally', 2, 'hold'), risk.set('strategy.nobody', 2, 'hold'), risk.set('symbol.SH.999999', 3, 'end')]).toEqual(
      [true, false, false],
    );
    risk.set('strategy.rally', 0, 'end');
    expect([risk.of(mine), risk.image()]).toEqual([calm, { causes: [], overrides: [] }]);
  });

  test('each who asks has a level of his own: what one lets go of another may hold', () => {
    const risk = desk();
    risk.set('market', 2, 'hold', 'K2');
    risk.set('market', 3, 'end');
    expect([risk.of(mine), risk.causes('market')]).toEqual([
      { level: 3, policy: 'end' },
      { K2: 2, operator: 3 },
    ]);
    risk.set('market', 0, 'end');
    expect([risk.of(mine), risk.causes('market')]).toEqual([{ level: 2, policy: 'hold' }, { K2: 2 }]);
    risk.set('market', 0, 'hold', 'K2');
    expect([risk.of(mine), risk.causes('market'), risk.image()]).toEqual([calm, {}, { causes: [], overrides: [] }]);
  });

  test('an override holds the watches of a scope down until its time is over; what the operator set stands', () => {
    const risk = desk();
    risk.set('market', 3, 'hold', 'K2');
    expect([risk.override('market', 1, 1000), risk.override('symbol.SH.999999', 0, 1000)]).toEqual([true, false]);
    expect([risk.of(mine), risk.causes('market')]).toEqual([
      { level: 1, policy: 'hold' },
      { K2: 3, override: 1 },
    ]);
    risk.set('market', 2, 'end');
    expect(risk.of(mine), 'set by hand').toEqual({ level: 2, policy: 'end' });
    risk.set('market', 0, 'end');
    risk.set('sector.BK1', 2, 'hold', 'K9');
    expect(risk.of(mine), 'of another scope').toEqual({ level: 2, policy: 'hold' });
    expect([risk.lapse(999), risk.of(['market']).level, risk.lapse(1000), risk.of(['market']).level]).toEqual([[], 1, ['market'], 3]);
    // asked for less than it lets through: nothing is raised by it
    risk.set('market', 1, 'hold', 'K2');
    risk.override('market', 2, 2000);
    expect(risk.of(['market']).level).toBe(1);
    risk.set('market', 3, 'hold', 'K2');
    expect([risk.of(['market']).level, risk.override('market', 3, 2000), risk.of(['market']).level]).toEqual([2, true, 3]);
  });

  test('an image is the levels and overrides themselves', () => {
    const risk = desk();
    risk.set('market', 2, 'hold', 'K2');
    risk.override('market', 1, 1000);
    const again = desk();
    again.set('sector.BK1', 3, 'end');
    again.override('sector.BK1', 0, 500);
    again.restore(risk.image());
    expect(again.of(mine)).toEqual({ level: 1, policy: 'hold' });
    expect([again.lapse(1000), again.of(mine)]).toEqual([['market'], { level: 2, policy: 'hold' }]);
  });
});
