import { describe, expect, test } from 'vitest';
import { archived, conflictOf, ended, judge, newKey, opened, type Raise, reopened, supported } from './manager.ts';

const a = { id: 'x.1', p0Milli: 9800, openedTsec: 100 };
const b = { id: 'x.2', p0Milli: 10_200, openedTsec: 140 };
const two = opened(opened(newKey, a, 0.5), b, 0.4);

describe('what is remembered of a key with two lives', () => {
  test('each has its own place, support and number; the peak is the highest', () => {
    expect(two).toEqual({
      ...newKey,
      seqNo: 2,
      lives: [
        { ...a, supportTsec: 100, reopened: false },
        { ...b, supportTsec: 140, reopened: false },
      ],
      peakScore: 0.5,
    });
    expect(opened(two, { ...b, id: 'x.3' }, 0.9).peakScore).toBe(0.9);
    expect(opened(two, { ...b, id: 'x.3' }, null).peakScore).toBe(0.5);
  });

  test('support of one is not of the other', () => {
    expect(supported(two, 'x.2', 300, null).lives.map(({ supportTsec }) => supportTsec)).toEqual([100, 300]);
    expect(supported(two, 'x.1', 300, 0.6)).toMatchObject({ peakScore: 0.6, lives: [{ supportTsec: 300 }, { supportTsec: 140 }] });
    expect(supported(two, 'x.1', 300, 0.1).peakScore).toBe(0.5);
  });

  test('the end of one leaves the other, and only a stop counts as one', () => {
    const after = ended(two, 'x.1', 'DECAY', 400, 600);
    expect(after.lives.map(({ id }) => id)).toEqual(['x.2']);
    expect(after).toMatchObject({ last: { id: 'x.1', tsec: 400, reason: 'DECAY', reopened: false }, coolUntilTsec: 1000, stops: 0 });
    expect(ended(after, 'x.2', 'STOP', 500, 600)).toMatchObject({ lives: [], stops: 1 });
    // a life that nobody opened ends as one that was never reopened
    expect(ended(newKey, 'x.9', 'DECAY', 400, 600).last).toMatchObject({ reopened: false });
  });

  test('of two lives the reopened one ends for good, the other may be reopened', () => {
    const back = reopened(ended(two, 'x.1', 'DECAY', 400, 600), { ...a, openedTsec: 450 }, 0.7);
    expect(back).toMatchObject({ last: null, coolUntilTsec: Number.NEGATIVE_INFINITY, peakScore: 0.7, seqNo: 2 });
    expect(back.lives.map(({ id, reopened: again }) => [id, again])).toEqual([
      ['x.2', false],
      ['x.1', true],
    ]);
    expect(reopened(two, a, null).peakScore).toBe(0.5);
    expect(ended(back, 'x.2', 'DECAY', 500, 600).last).toMatchObject({ id: 'x.2', reopened: false });
    expect(ended(back, 'x.1', 'DECAY', 500, 600).last).toMatchObject({ id: 'x.1', reopened: true });
  });

  test('archived: only the last one is forgotten, and nothing else of the key', () => {
    const after = ended(two, 'x.1', 'DECAY', 400, 600);
    expect(archived(after, 'x.1')).toEqual({ ...after, last: null });
    expect(archived(after, 'x.2')).toEqual(after);
    expect(archived(two, 'x.1')).toEqual(two);
  });
});

describe('edges', () => {
  const raise: Raise = { family: 'momentum', tsec: 200, score: 0.6, p0Milli: 10_000, t0Tsec: 0, sigma900: 0 };
  const now = { live: 0, liveMax: 9, riskLevel: 0, feedHealthy: true };
  const at = (p0Milli: number) => ({ ...newKey, lives: [{ ...a, p0Milli, supportTsec: 190, reopened: false }] });

  test('an impulse from exactly 0.5 % or 0.6 σ away is the same', () => {
    expect(judge(at(10_000), { ...raise, p0Milli: 10_050 }, now).kind).toBe('join');
    expect(judge(at(10_000), { ...raise, p0Milli: 10_051 }, now).kind).toBe('open');
    // 0.6 · 0.02 = 0.012, as doubles
    expect(judge(at(10_000), { ...raise, p0Milli: 10_120, sigma900: (10_120 / 10_000 - 1) / 0.6 }, now).kind).toBe('join');
  });

  test('a negative score, and one nobody knows, override nothing', () => {
    const cooling = { ...newKey, coolUntilTsec: 900, peakScore: -1 };
    expect(judge(cooling, { ...raise, score: null }, now)).toEqual({ kind: 'suppress', reason: 'COOL_DOWN' });
    expect(judge(cooling, { ...raise, score: -0.85 }, now)).toEqual({ kind: 'open' });
  });

  test('up against down: either one unknown caps both', () => {
    expect(conflictOf({ p: 0.9, tsec: 10 }, { p: null, openedTsec: 10 })).toBe('caps');
    expect(conflictOf({ p: null, tsec: 10 }, { p: 0.9, openedTsec: 10 })).toBe('caps');
  });
});
