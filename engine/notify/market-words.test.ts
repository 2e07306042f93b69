import { expect, test } from 'vitest';
import { bytesOf } from '../../contracts/codec.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { type Ask, withMarketWords } from './market-words.ts';
import type { Message } from './message.ts';

const nowMs = 1_795_735_800_000;
const message: Message = {
  key: 'bot:1',
  channel: 'bot',
  severity: 'notice',
  title: '🔴▲ 600519.SH|发现 → 确认',
  lines: ['命中:量比 3.1≥2.5', '10:00:00 · 真实行情 · 不构成投资建议'],
  path: '/o/1',
  symbol: '600519.SH',
  isLive: true,
  atMs: nowMs,
  count: 1,
  isDigest: false,
  maybeRepeat: false,
};
type Quote = { last?: number; before?: number; receivedMs?: number; source?: string; count?: number };
const asking = ({ last = 103_420, before = 100_000, receivedMs = nowMs - 1200, source = 'eastmoney', count = 1 }: Quote = {}): Ask =>
  ((name: string, { instruments }: { instruments: readonly string[] }) =>
    Promise.resolve(
      name === 'instruments'
        ? { rows: instruments.filter((each) => each !== '000002.SZ').map((symbol) => ({ symbol, name: `名${symbol.slice(0, 3)}` })) }
        : {
            asOf: { tsMs: nowMs + 60_000 },
            count,
            columns: {
              lastMilli: bytesOf(Int32Array.of(last)),
              preCloseMilli: bytesOf(Int32Array.of(before)),
              tsRecvMs: bytesOf(Float64Array.of(receivedMs)),
              source: [source],
            },
          },
    )) as never;
const marketLine = async (quote: Quote, over: Partial<Message> = {}) =>
  (await withMarketWords({ ...message, ...over }, asking(quote), nowMs)).lines.at(-2);

test('a stock has its name, its price and its change, and says whose quote that is and how old', async () => {
  const { title, lines } = await withMarketWords(message, asking(), nowMs);
  expect(title).toBe('🔴▲ 名600 600519.SH|发现 → 确认');
  expect(lines).toEqual(['命中:量比 3.1≥2.5', '现价 103.42(+3.42 %) · 数据 1.2 秒前(东财)', message.lines[1]]);
});

test.each<[string, Quote, Partial<Message>, string]>([
  ['a fall', { last: 95_000 }, {}, '现价 95.00(-5.00 %) · 数据 1.2 秒前(东财)'],
  ['no close before', { before: absentMilli }, {}, '现价 103.42 · 数据 1.2 秒前(东财)'],
  ['an old quote', { receivedMs: nowMs - 83_400 }, {}, '现价 103.42(+3.42 %) · 数据 83 秒前(东财)'],
  ['a day that is played, by its own clock', {}, { isLive: false }, '现价 103.42(+3.42 %) · 数据 61 秒前(东财)'],
  ['a source without a word of its own', { source: 'mine' }, {}, '现价 103.42(+3.42 %) · 数据 1.2 秒前(mine)'],
  ['no price', { last: absentMilli }, {}, '行情来源此刻未知'],
  ['no quote yet', { source: '' }, {}, '行情来源此刻未知'],
  ['no such stock today', { count: 0 }, {}, '行情来源此刻未知'],
])('%s', async (_what, quote, over, line) => {
  expect(await marketLine(quote, over)).toBe(line);
});

test('in a digest each code has its name, and one that the day has not stands alone; no price is said of many', async () => {
  const lines = ['10:00 🔴▲ 600519.SH|确认', '10:01 🟢▼ 000002.SZ|确认', '不构成投资建议'];
  const digest = await withMarketWords({ ...message, symbol: null, title: '汇总:2 条', lines }, asking(), nowMs);
  expect(digest.lines).toEqual(['10:00 🔴▲ 名600 600519.SH|确认', '10:01 🟢▼ 000002.SZ|确认', '不构成投资建议']);
});

test('where nobody answers the message leaves all the same, and says what it does not know', async () => {
  const { title, lines } = await withMarketWords(message, (() => Promise.reject(new Error('away'))) as never, nowMs);
  expect([title, lines[1]]).toEqual([message.title, '行情来源此刻未知']);
});
