/** From journal steps to messages, over a crash: what a person reads, and nothing of the past. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalStep } from '../../contracts/journal.ts';
import { NotifyConfig, NotifyRule, updateKinds } from '../../contracts/notify.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { foldDay } from '../runtime/fold.ts';
import { NotifyDesk } from './desk.ts';
import { Ledger } from './ledger.ts';
import type { Message } from './message.ts';

const config = NotifyConfig.parse({
  channels: { bot: { kind: 'webhook', url: 'http://127.0.0.1/x', secret: 's' } },
  rules: [
    { id: 'changes', about: 'opportunity', channels: ['bot'], state: ['discovered', 'confirmed', 'ended'] },
    { id: 'risks', about: 'risk', channels: ['bot'] },
  ],
});
let steps: readonly JournalStep[];
beforeAll(() => {
  const made = generatedDay({ seed: 2, count: 30, until: '10:15', detectors: ['rally'] });
  ({ steps } = foldDay(made.bundle, made.entries));
});

/** A desk on a folder; what it sends is kept, and taken where `takes` says so. */
function deskOn(dir: string, fromSeq: number, takes: (message: Message) => boolean = () => true, stepMs = 20_000) {
  const sent: Message[] = [];
  const faults: (string | null)[] = [];
  const desk = new NotifyDesk(
    config,
    new Ledger(dir),
    (message) => {
      sent.push(message);
      return takes(message) ? Promise.resolve({ outcome: 'sent', why: null, waitMs: 0 }) : new Promise(() => undefined);
    },
    { groupsOf: () => ({ sectors: null, lists: null }), onAnswered: () => undefined, onFault: (why) => faults.push(why) },
    1e12,
  );
  desk.begin(fromSeq);
  let nowMs = 1e12;
  /** Step `i` of the day is stored and read at once, and a second passes. */
  const play = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      nowMs += stepMs;
      desk.step('20261123', steps[i]!, i + 1, nowMs, nowMs);
      desk.tick(nowMs, false, () => nowMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    desk,
    sent,
    faults,
    play,
    at: (ms: number) => {
      nowMs = ms;
    },
  };
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'fenshi-notify-'));

describe('rules of one’s own', () => {
  const ended = NotifyRule.parse({ id: 'ended', about: 'opportunity', channels: ['bot'], state: ['ended'] });

  test('are in force from the next alert on', async () => {
    const { desk, sent, play } = deskOn(folder(), 0);
    const half = steps.length >> 1;
    await play(0, half);
    desk.use([]);
    const before = sent.length;
    await play(half, steps.length);
    expect(before).toBeGreaterThan(0);
    expect(sent.slice(before).map(({ title }) => title)).toEqual([]);
  });

  test('that ask for what changes while the state stands hear of that, over a restart none twice and none lost', async () => {
    const moves = NotifyRule.parse({ id: 'moves', about: 'opportunity', channels: ['bot'], update: updateKinds });
    const told = async (...cuts: readonly number[]): Promise<string[]> => {
      const dir = folder();
      const titles: string[] = [];
      for (const [i, to] of [...cuts, steps.length].entries()) {
        const { desk, sent, play } = deskOn(dir, 0);
        desk.use([moves]);
        // a desk that comes back folds the day from its beginning
        await play(0, i === 0 ? to : steps.length);
        titles.push(...sent.map(({ title }) => title));
      }
      return titles;
    };
    const whole = await told();
    expect(whole.length).toBeGreaterThan(2);
    expect(whole.every((title) => title.includes(' · '))).toBe(true);
    expect(await told(steps.length >> 1)).toEqual(whole);
  });

  test('tried, say what they would have told of the day, whether or not it was told', async () => {
    // nothing is told: all of it is the past
    const { desk, sent, play } = deskOn(folder(), steps.length);
    await play(0, steps.length);
    expect(sent).toEqual([]);
    const all = steps.flatMap(({ entries }) => entries);
    const ends = all.filter(
      (entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle' && entry.to === 'ended',
    );
    const { of, matched, newest } = desk.tried(ended);
    expect(matched).toBe(ends.length);
    expect(of).toBeGreaterThan(matched);
    expect(newest).toHaveLength(Math.min(10, matched));
    expect(newest[0]!.tsMs).toBe(ends.at(-1)!.tsMs);
    expect(desk.tried({ ...ended, symbol: ['000000.SZ'] })).toMatchObject({ of, matched: 0, newest: [] });
    // that there was no engine is one of them
    for (let sec = 0; sec < 30; sec++) desk.tick(2e12 + sec * 1000, true, () => 2e12 + sec * 1000);
    expect(desk.tried(NotifyRule.parse({ id: 'engine', about: 'system', channels: ['bot'] }))).toMatchObject({
      of: of + 1,
      matched: 1,
      newest: [{ title: '⛔ 引擎中断' }],
    });
  });
});

describe('what a person reads', () => {
  test('each change of the public state once, led by what hit, with its chance, its price and its kind of market', async () => {
    const { sent, play } = deskOn(folder(), 0);
    await play(0, steps.length);
    const text = sent.map(({ title, lines }) => [title, ...lines].join('\n'));
    const wanted = steps
      .flatMap(({ entries }) => entries)
      .filter(
        (entry) =>
          entry.kind === 'transition' &&
          entry.machine === 'opportunity' &&
          entry.region === 'lifecycle' &&
          ['discovered', 'confirmed', 'ended'].includes(entry.to) &&
          entry.from !== entry.to &&
          (!entry.from?.startsWith('suspended') || entry.to === 'ended'),
      );
    expect(sent.filter(({ title }) => !title.includes('风控'))).toHaveLength(wanted.length);
    expect(sent.every(({ count }) => count === 1)).toBe(true);
    const confirmed = text.find((each) => each.includes('发现 → 确认'))!;
    expect(confirmed).toMatch(
      /^🔴▲ \d{6}\.(SH|SZ|BJ)\|发现 → 确认\n命中:.*≥.*\n15 分钟内涨或跌 1% \d+ %\(基准 \d+ %,synthetic\)\n参考 \d+\.\d\d · 失效 \d+\.\d\d\n\d\d:\d\d:\d\d · 模拟行情 · 不构成投资建议$/,
    );
    expect(text.some((each) => /→ 结束\((止损|未确认|衰减|失效|到达目标|超时)\)/.test(each))).toBe(true);
  });

  test('nothing of what was there before it came first', async () => {
    const { sent, play, desk } = deskOn(folder(), steps.length);
    await play(0, steps.length);
    expect([sent, desk.seq]).toEqual([[], steps.length]);
  });
});

test('killed while a message is out: it goes on where it was, that one once more and marked, nothing else twice', async () => {
  const whole = deskOn(folder(), 0, undefined, 100);
  await whole.play(0, steps.length);
  const dir = folder();
  let left = 5;
  const first = deskOn(dir, 0, () => left-- > 0, 100);
  const half = steps.length >> 1;
  await first.play(0, half);
  const second = deskOn(dir, 0, undefined, 100);
  second.at(1e12 + half * 100);
  await second.play(0, 0);
  for (let i = 0; i < half; i++) second.desk.step('20261123', steps[i]!, i + 1, 0, 1e12 + half * 100);
  await second.play(half, steps.length);
  const marked = second.sent.filter(({ maybeRepeat }) => maybeRepeat);
  expect(marked.length).toBe(first.sent.length - 5);
  const titles = (sent: readonly Message[]) => sent.map(({ title }) => title).sort();
  expect(titles([...first.sent.slice(0, 5), ...second.sent])).toEqual(titles(whole.sent));
});

test('deliveries are logged with their latency, and why others were not', async () => {
  const dir = folder();
  const { play, desk } = deskOn(dir, 0);
  await play(0, steps.length);
  desk.take(
    {
      id: 'x',
      about: 'risk',
      group: 'market',
      severity: 'urgent',
      atMs: 1e12,
      tsMs: 1e12,
      origin: 'simulated',
      isClear: true,
      title: '✅ 风控解除|market',
      lines: [],
      path: '/',
      facts: {},
    },
    1e12,
  );
  const lines = new Ledger(dir).lines(1000);
  expect(lines.filter(({ outcome }) => outcome === 'sent').every(({ latencyMs, key }) => latencyMs !== null && key !== null)).toBe(true);
  expect(lines.at(-1)).toMatchObject({ outcome: 'not-raised', channel: 'bot', latencyMs: null });
  expect(readFileSync(join(dir, 'notify', 'deliveries.jsonl'), 'utf8')).not.toContain('127.0.0.1');
});

test('a scope that was raised on the day before is over with it, once', async () => {
  const { desk, sent } = deskOn(folder(), 0);
  const step = (n: number, to: string): JournalStep =>
    ({
      v: 2,
      step: n,
      n,
      prevHash: '',
      hash: '',
      origin: 'live',
      entries: [
        {
          kind: 'transition',
          tsMs: 1e12,
          actorId: 'risk.market',
          actorSeq: n,
          machine: 'risk',
          region: 'state',
          from: 'normal',
          to,
          event: 'e',
          note: 'K1',
          evidence: [],
          data: {},
        },
      ],
    }) as never;
  const told = async (date: string, own: JournalStep, seq: number): Promise<string[]> => {
    const from = sent.length;
    desk.step(date, own, seq, 1e12, 1e12);
    desk.tick(1e12, true, () => 1e12);
    await desk.settled();
    return sent.slice(from).flatMap(({ title, lines }) => [title, ...lines.slice(0, 1)]);
  };
  expect(await told('20261123', step(1, 'frozen'), 1)).toEqual(['⚠️ 风控冻结|market', '由 K1']);
  expect(await told('20261124', step(1, 'normal'), 2)).toEqual(['✅ 风控解除|market', '新交易日 2026-11-24,风控重新开始']);
  expect(await told('20261125', step(1, 'normal'), 3)).toEqual([]);
});

describe('a disk that takes nothing', () => {
  test('keeps nobody from being told, and is said once', async () => {
    const dir = folder();
    // a file stands where its folder would be
    writeFileSync(join(dir, 'notify'), '');
    const { sent, play, faults, desk } = deskOn(dir, 0);
    await play(0, steps.length);
    expect(sent.length).toBeGreaterThan(3);
    expect([faults, desk.fault]).toEqual([['EEXIST'], 'EEXIST']);
    rmSync(join(dir, 'notify'));
    desk.tick(2e12, false, () => 2e12);
    expect([faults, desk.fault]).toEqual([['EEXIST', null], null]);
  });

  test('and left half of a line, or nothing of the state: the one is passed over, the other set aside and said', () => {
    const dir = folder();
    const ledger = new Ledger(dir);
    ledger.note({ atMs: 1, channel: 'bot', outcome: 'sent', title: 't', key: null, count: 1, latencyMs: null, why: null });
    appendFileSync(join(dir, 'notify', 'deliveries.jsonl'), '{"atMs":2,"chan');
    expect(ledger.lines(10)).toHaveLength(1);
    writeFileSync(join(dir, 'notify', 'state.json'), '');
    const { faults, desk } = deskOn(dir, 7);
    expect([desk.seq, faults.length, existsSync(join(dir, 'notify', 'state.json.bad'))]).toEqual([7, 1, true]);
  });
});

test('what stays as it is is not written again', async () => {
  const dir = folder();
  const { desk, play } = deskOn(dir, 0);
  await play(0, 3);
  const path = join(dir, 'notify', 'state.json');
  const { mtimeNs, ino } = statSync(path, { bigint: true });
  desk.tick(1e12 + 61_000, false, () => 1e12);
  const after = statSync(path, { bigint: true });
  expect([after.mtimeNs, after.ino]).toEqual([mtimeNs, ino]);
});
