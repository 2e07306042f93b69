import { CircuitState } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FenshiError } from '../../../contracts/errors.ts';
import type { Quote } from '../../../contracts/quote.ts';
import { midnightOf } from '../../../contracts/session.ts';
import { emptySide, levelOneOf, sourceQuote } from '../rows/level-one.ts';
import { banRule, sourceBreaker, usualRule } from './breaker.ts';
import { Comparison } from './comparison.ts';
import { Failover } from './failover.ts';
import { Heartbeat } from './heartbeat.ts';
import { Hedge } from './hedge.ts';
import { LastRows } from './last-rows.ts';
import { SweepPlanner } from './planner.ts';
import { TokenBucket } from './token-bucket.ts';

const at = (h: number, m: number, s: number) => midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
const row = (no: number, tsMs: number, last: number, more: { volume?: number; name?: string | null; bid?: number } = {}) =>
  sourceQuote(
    no,
    tsMs,
    levelOneOf({ last, preClose: 10_000, volume: more.volume ?? 1000 })!,
    more.bid === undefined ? emptySide : [[more.bid, 100], null, null, null, null],
    emptySide,
    { name: more.name === undefined ? 'A' : more.name },
  );

describe('token bucket', () => {
  test('a burst, then the rate; a complaint halves it and closes it for as long as was said; it recovers additively', () => {
    const bucket = new TokenBucket({ perSec: 2, burst: 2 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 500]);
    expect(bucket.take(500)).toBe(0);
    bucket.slowDown(1000, 60_000);
    expect([bucket.take(2000), bucket.share]).toEqual([59_000, 0.5]);
    expect(bucket.take(62_000)).toBe(0);
    expect(bucket.take(62_100)).toBeGreaterThan(0);
    // unasked, it has recovered all the same
    const { perSec, share, closedUntilMs } = bucket.standing(61_000 + 300_000);
    expect(share).toBeGreaterThan(0.95);
    expect([perSec, closedUntilMs]).toEqual([2 * share, null]);
  });

  test('never slower than a sixteenth, never faster than the full rate', () => {
    const bucket = new TokenBucket({ perSec: 1, burst: 1 }, 0);
    for (let i = 0; i < 9; i++) bucket.slowDown(0, 0);
    expect(bucket.share).toBe(1 / 16);
    bucket.take(86_400_000);
    expect(bucket.share).toBe(1);
  });
});

describe('breaker', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
  afterEach(() => vi.useRealTimers());
  const fail = () => Promise.reject(new FenshiError('SOURCE_UNREACHABLE', 'closed'));

  test('a ban of two empty closes opens it; one probe after 120 s, then twice as long', async () => {
    const breaker = sourceBreaker(banRule);
    await expect(breaker.execute(fail)).rejects.toThrow(/SOURCE_UNREACHABLE/);
    expect(breaker.state).toBe(CircuitState.Closed);
    await expect(breaker.execute(fail)).rejects.toThrow();
    expect(breaker.state).toBe(CircuitState.Open);
    vi.advanceTimersByTime(119_000);
    await expect(breaker.execute(() => Promise.resolve(1))).rejects.toThrow(/circuit/i);
    vi.advanceTimersByTime(2000);
    await expect(breaker.execute(fail)).rejects.toThrow(/SOURCE_UNREACHABLE/);
    vi.advanceTimersByTime(200_000);
    await expect(breaker.execute(() => Promise.resolve(1))).rejects.toThrow(/circuit/i);
    vi.advanceTimersByTime(41_000);
    await expect(breaker.execute(() => Promise.resolve(1))).resolves.toBe(1);
    expect(breaker.state).toBe(CircuitState.Closed);
  });

  test('half of twenty in 30 s opens it, though never two in a row failed; a refused question is no illness', async () => {
    const breaker = sourceBreaker(usualRule);
    for (let i = 0; i < 19; i++) await breaker.execute(i % 2 === 0 ? fail : () => Promise.resolve(1)).catch(() => undefined);
    expect(breaker.state).toBe(CircuitState.Closed);
    await breaker.execute(fail).catch(() => undefined);
    expect(breaker.state).toBe(CircuitState.Open);
    const patient = sourceBreaker(usualRule);
    for (let i = 0; i < 30; i++)
      await patient.execute(() => Promise.reject(new FenshiError('SOURCE_REFUSED', 'unknown'))).catch(() => undefined);
    expect(patient.state).toBe(CircuitState.Closed);
  });
});

describe('failover', () => {
  const order = [
    { name: 'tencent', domain: 'tencent' },
    { name: 'sina', domain: 'sina' },
    { name: 'eastmoney', domain: 'eastmoney' },
  ] as const;

  test('three bad cycles lead away, sixty good seconds back; a bad one in between starts the count again', () => {
    const failover = new Failover(order);
    expect([1, 2].map(() => failover.report('tencent', false, 0))).toEqual([null, null]);
    failover.report('tencent', true, 0);
    expect([1, 2, 3].map(() => failover.report('tencent', false, 0))).toEqual([null, null, 'sina']);
    expect(failover.report('tencent', true, 10_000)).toBeNull();
    expect(failover.report('tencent', false, 30_000)).toBeNull();
    expect(failover.report('tencent', true, 40_000)).toBeNull();
    expect(failover.report('tencent', true, 99_000)).toBeNull();
    expect(failover.report('tencent', true, 100_000)).toBe('tencent');
  });

  test('a second fall goes past what is known to be bad; with nothing left it stays', () => {
    const failover = new Failover(order);
    for (let i = 0; i < 3; i++) failover.report('tencent', false, 0);
    for (let i = 0; i < 3; i++) failover.report('sina', false, 0);
    expect(failover.active).toBe('eastmoney');
    for (let i = 0; i < 9; i++) expect(failover.report('eastmoney', false, 0)).toBeNull();
  });

  test('a backup is another domain', () => {
    const same = new Failover([order[0], { name: 'sina', domain: 'tencent' }, order[2]]);
    expect(same.backup).toBe('eastmoney');
    for (let i = 0; i < 3; i++) same.report('tencent', false, 0);
    expect(same.active).toBe('eastmoney');
  });
});

describe('heartbeat', () => {
  const caps = [1, 2, 3, 4, 5, 6].map((n) => 1_600_000 + n);
  const look = (heartbeat: Heartbeat, ms: number, last: number) =>
    heartbeat.observe(
      caps.map((no) => row(no, ms, last)),
      ms,
    );

  test('the same rows for three looks in trading are a stalled feed; a change resumes it', () => {
    const heartbeat = new Heartbeat(caps);
    look(heartbeat, at(10, 0, 0), 10_000);
    for (const s of [3, 6]) look(heartbeat, at(10, 0, s), 10_000);
    expect(heartbeat.status(at(10, 0, 6)).stalled).toBe(true);
    look(heartbeat, at(10, 0, 9), 10_010);
    expect(heartbeat.status(at(10, 0, 9))).toMatchObject({ stalled: false, late: false });
  });

  test('lunch is silent, and so is a small market', () => {
    const heartbeat = new Heartbeat(caps);
    for (const s of [0, 3, 6, 9]) look(heartbeat, at(11, 45, s), 10_000);
    expect(heartbeat.status(at(11, 45, 9))).toMatchObject({ stalled: false, late: false });
    const few = new Heartbeat(caps.slice(0, 2));
    for (const s of [0, 3, 6, 9]) look(few, at(10, 0, s), 10_000);
    expect(few.status(at(10, 0, 9)).stalled).toBe(false);
  });

  test('rows that lie behind the clock are late', () => {
    const heartbeat = new Heartbeat(caps);
    look(heartbeat, at(10, 0, 0), 10_000);
    expect(heartbeat.status(at(10, 0, 16)).late).toBe(true);
  });
});

describe('planner', () => {
  test('each instrument once, the active and the watched first; between two sweeps only them', () => {
    const planner = new SweepPlanner([1, 2, 3, 4, 5, 6, 7], [6, 99]);
    expect(planner.between(3)).toEqual([]);
    planner.markActive([4, 100]);
    expect(planner.sweep(3).batches).toEqual([[4, 6, 1], [2, 3, 5], [7]]);
    expect(planner.between(3)).toEqual([4, 6]);
  });
});

describe('comparison', () => {
  const quote = (last: number, tsMs = at(10, 0, 0)): Quote => row(1_600_000, tsMs, last).quote;

  test('disputed after two comparisons past two ticks and 0.2 %, until they agree', () => {
    const comparison = new Comparison();
    expect(comparison.compare(quote(10_000), quote(10_020))).toBe('agrees');
    expect(comparison.compare(quote(10_000), quote(10_030))).toBe('differs');
    expect(comparison.isDisputed(1_600_000)).toBe(false);
    comparison.compare(quote(10_000), quote(10_030));
    expect(comparison.disputed).toEqual([1_600_000]);
    expect(comparison.compare(quote(10_000), quote(20_000, at(10, 0, 3)))).toBe('incomparable');
    comparison.compare(quote(10_000), quote(10_000));
    expect(comparison.disputed).toEqual([]);
  });

  test('on a dear share 0.2 % counts, not two ticks', () => {
    expect(new Comparison().compare(quote(1_000_000), quote(1_001_900))).toBe('agrees');
    expect(new Comparison().compare(quote(1_000_000), quote(1_002_100))).toBe('differs');
  });
});

describe('last rows', () => {
  test('new, the same, older; each part remembers who told it, and the last good name stays', () => {
    const rows = new LastRows();
    expect(rows.take(row(1, 100, 10_000, { bid: 9_990 }), 'tencent', 1)).toBe('new');
    expect(rows.take(row(1, 100, 10_000, { bid: 9_990 }), 'tencent', 2)).toBe('same');
    expect(rows.take(row(1, 99, 10_010), 'tencent', 3)).toBe('older');
    expect(rows.take(row(1, 101, 10_010, { name: null }), 'eastmoney', 4)).toBe('new');
    expect(rows.nameOf(1)).toBe('A');
    expect(rows.originOf(1, 'price')).toEqual({ source: 'eastmoney', tsExchangeMs: 101, tsRecvMs: 4 });
    expect(rows.originOf(1, 'book')).toMatchObject({ source: 'tencent', tsRecvMs: 2 });
    expect([rows.originOf(1, 'flow'), rows.ages('price', 10)]).toEqual([null, [6]]);
  });

  test('the same state from another source is new', () => {
    const rows = new LastRows();
    rows.take(row(1, 100, 10_000), 'tencent', 1);
    expect(rows.take(row(1, 100, 10_000), 'sina', 2)).toBe('new');
  });
});

describe('hedge', () => {
  const later = <T>(value: T, signal: AbortSignal, gate: Promise<void>) =>
    new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      void gate.then(() => resolve(value));
    });

  test('a slow first is overtaken by the second, and cancelled; at most one in twenty', async () => {
    vi.useFakeTimers();
    const hedge = new Hedge();
    const never = new Promise<void>(() => undefined);
    for (let i = 0; i < 19; i++)
      await hedge.race(
        () => Promise.resolve('first'),
        () => Promise.resolve('second'),
      );
    let cancelled = false;
    const raced = hedge.race(
      (signal) => {
        signal.addEventListener('abort', () => {
          cancelled = true;
        });
        return later('first', signal, never);
      },
      () => Promise.resolve('second'),
    );
    await vi.advanceTimersByTimeAsync(hedge.afterMs + 1);
    expect(await raced).toEqual({ answer: 'second', hedged: true });
    expect([cancelled, hedge.load]).toEqual([true, 0.05]);
    vi.useRealTimers();
  });

  test('a failed first is told at once', async () => {
    const hedge = new Hedge();
    for (let i = 0; i < 30; i++) await hedge.race(() => Promise.resolve(1), null);
    await expect(
      hedge.race(
        () => Promise.reject(new Error('gone')),
        () => Promise.resolve(2),
      ),
    ).rejects.toThrow('gone');
  });
});
