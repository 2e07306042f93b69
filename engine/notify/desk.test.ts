/** From journal steps to messages, over a crash: what a person reads, and nothing of the past. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalStep } from '../../contracts/journal.ts';
import { NotifyConfig } from '../../contracts/notify.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { foldDay } from '../runtime/fold.ts';
import { NotifyDesk } from './desk.ts';
import { EngineWatch } from './engine-watch.ts';
import { Ledger } from './ledger.ts';
import type { Message } from './orchestrator.ts';

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
function deskOn(dir: string, fromSeq: number, takes: (message: Message) => boolean = () => true) {
  const sent: Message[] = [];
  const desk = new NotifyDesk(
    config,
    new Ledger(dir),
    fromSeq,
    (message) => {
      sent.push(message);
      return takes(message) ? Promise.resolve({ sent: true, again: false, why: null }) : new Promise(() => undefined);
    },
    () => undefined,
  );
  let nowMs = 1e12;
  /** Step `i` of the day is stored and read at once, and a second passes. */
  const play = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      nowMs += 20_000;
      desk.step('20261123', steps[i]!, i + 1, nowMs, nowMs);
      desk.tick(nowMs, () => nowMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    desk,
    sent,
    play,
    at: (ms: number) => {
      nowMs = ms;
    },
  };
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'fenshi-notify-'));

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
      /^🔴▲ \d{6}\.(SH|SZ|BJ)\|发现 → 确认\n命中:.*≥.*\n15 分钟内波动 1 % \d+ %\(基准 \d+ %,synthetic\)\n参考 \d+\.\d\d · 失效 \d+\.\d\d\n\d\d:\d\d:\d\d · 模拟行情 · 不构成投资建议$/,
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
  const whole = deskOn(folder(), 0);
  await whole.play(0, steps.length);
  const dir = folder();
  let left = 5;
  const first = deskOn(dir, 0, () => left-- > 0);
  const half = steps.length >> 1;
  await first.play(0, half);
  const second = deskOn(dir, 0);
  second.at(1e12 + half * 20_000);
  await second.play(0, 0);
  for (let i = 0; i < half; i++) second.desk.step('20261123', steps[i]!, i + 1, 0, 1e12 + half * 20_000);
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

describe('the engine', () => {
  test('that is silent for fifteen seconds is told of, once, and its return as well', () => {
    const watch = new EngineWatch(0);
    watch.heard(true, null, null, 1000);
    expect(watch.look(15_999)).toBeNull();
    expect(watch.look(16_000)).toMatchObject({ about: 'system', severity: 'urgent', title: '⛔ 引擎中断', lines: ['引擎 15 秒没有响应'] });
    expect(watch.look(20_000)).toBeNull();
    watch.heard(true, null, null, 21_000);
    expect(watch.look(21_000)).toMatchObject({ title: '✅ 引擎恢复' });
    expect(watch.look(22_000)).toBeNull();
  });

  test('that says what is wrong for as long is told of in its words; a closed market is nothing wrong', () => {
    const watch = new EngineWatch(0);
    for (let ms = 0; ms < 60_000; ms += 1000) {
      watch.heard(false, '今天休市', 'MARKET_CLOSED', ms);
      expect(watch.look(ms)).toBeNull();
    }
    for (let ms = 60_000; ms < 75_000; ms += 1000) {
      watch.heard(false, '磁盘已满', 'DISK_FULL', ms);
      expect(watch.look(ms)).toBeNull();
    }
    watch.heard(false, '磁盘已满', 'DISK_FULL', 75_000);
    expect(watch.look(75_000)).toMatchObject({ lines: ['磁盘已满'] });
  });
});
