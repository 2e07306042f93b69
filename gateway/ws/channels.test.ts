import { beforeEach, describe, expect, test } from 'vitest';
import { decode, encode } from '../../contracts/codec.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { SymbolsView } from '../../contracts/view.ts';
import {
  apply,
  begin,
  connected,
  date,
  dayOf,
  opportunityStep,
  shared,
  stepOf,
  sub,
  type Told,
  transition,
} from '../../scenarios/support/stream.ts';

beforeEach(begin);

describe('channels', () => {
  test.each([
    ['sources', transition('source.tencent', 'source', 'active'), { actor: 'source.tencent', state: 'active' }],
    ['sectors', transition('sector.BK1', 'sector', 'hot'), { actor: 'sector.BK1', state: 'hot' }],
    [
      'signals',
      {
        kind: 'signal',
        tsMs: 7,
        actorId: 'symbol.SH.600519',
        actorSeq: 1,
        signal: { score: 1, strategy: { id: 'rally' }, entity: { kind: 'symbol', key: '600519.SH' }, direction: 'up' },
      },
      { actor: 'symbol.SH.600519', tsMs: 7 },
    ],
    [
      'strategies',
      { kind: 'control', tsMs: 7, actorId: 'control', actorSeq: 1, commandId: 'c', command: 'disable', accepted: true, code: null },
      { command: 'disable' },
    ],
    [
      'strategies',
      { kind: 'fault', tsMs: 7, actorId: 'symbol.SH.600519', actorSeq: 1, scope: 'strategy:mine', code: 'DETECTOR_THREW', message: 'no' },
      { strategy: 'mine' },
    ],
    [
      'strategies',
      {
        ...transition('model.rally.spring', 'model', 'retired'),
        data: { strategy: 'rally', modelId: 'spring', by: 'K14' },
        evidence: [{ feature: 'scorePsi', value: 0.4, op: '<=', threshold: 0.25, contrib: 0 }],
      },
      { kind: 'model', strategy: 'rally', modelId: 'spring', state: 'retired', by: 'K14', evidence: [{ feature: 'scorePsi' }] },
    ],
  ])('%s has its entries, in the stream and in its snapshot', async (ch, entry, item) => {
    const day = dayOf(1);
    const first = connected(day);
    await first.say(sub(ch));
    apply(day, stepOf(2, [entry]));
    expect(first.frames.at(-1)).toMatchObject({ ch, seq: 2, events: [item] });
    const second = connected(day, 'fenshi.v1.json', shared.hub);
    await second.say(sub(ch));
    expect(second.frames).toMatchObject([{ snapshot: [item] }]);
  });

  test('one opportunity and one symbol have their own alone', async () => {
    const day = dayOf(1);
    const { say, frames } = connected(day);
    await say(sub('opportunity:a'), sub('symbol:000001.SZ'));
    frames.length = 0;
    apply(day, opportunityStep(2, 'a', 'discovered'));
    apply(day, opportunityStep(3, 'b', 'discovered', { key: '000001.SZ' }));
    expect(frames).toMatchObject([
      { ch: 'opportunity:a', seq: 2, events: [{ id: 'a' }] },
      { ch: 'symbol:000001.SZ', seq: 3, events: [{ id: 'b' }] },
    ]);
  });
});

describe('a filter', () => {
  const told = async (filter: object, ...steps: readonly JournalStep[]) => {
    const day = dayOf(1);
    const { say, frames } = connected(day);
    await say(sub('opportunities', { filter }));
    for (const step of steps) apply(day, step);
    return frames
      .slice(1)
      .flatMap((frame) =>
        (frame as unknown as { events: { id: string; left?: true }[] }).events.map(({ id, left }) => (left ? `${id} left` : id)),
      );
  };

  test('sends the end of what it showed, marked, and nothing of what it never showed', async () => {
    const seen = await told(
      { state: ['confirmed'] },
      opportunityStep(2, 'a', 'discovered'),
      opportunityStep(3, 'a', 'confirmed'),
      opportunityStep(4, 'a', 'ended'),
      opportunityStep(5, 'a', 'archived'),
    );
    expect(seen).toEqual(['a', 'a left']);
  });

  test.each<[string, object, Told, Told]>([
    ['family', { family: ['board'] }, { family: 'board' }, {}],
    ['detector', { detector: ['mine'] }, { tracks: { mine: {} } }, {}],
    ['symbol', { symbol: ['000001.SZ'] }, { key: '000001.SZ' }, {}],
    ['least chance', { pMin: 0.6 }, { p: 0.6 }, { p: 0.59 }],
    ['least chance, where there is none', { pMin: 0 }, { p: 0 }, { p: null }],
  ])('by %s', async (_what, filter, passes, fails) => {
    expect(await told(filter, opportunityStep(2, 'a', 'discovered', passes), opportunityStep(3, 'b', 'discovered', fails))).toEqual(['a']);
  });

  test('narrows the snapshot too, and its items have no history', async () => {
    const day = dayOf(1);
    day.apply(date, opportunityStep(2, 'a', 'discovered'));
    day.apply(date, opportunityStep(3, 'b', 'confirmed'));
    const { say, frames } = connected(day);
    await say(sub('opportunities', { filter: { state: ['confirmed'] } }));
    const [{ snapshot }] = frames as unknown as [{ snapshot: object[] }];
    expect(snapshot).toMatchObject([{ id: 'b' }]);
    expect(snapshot[0]).not.toHaveProperty('transitions');
  });

  test.each([
    ['an unknown key', sub('opportunities', { filter: { minScore: 60 } })],
    ['a state that is none', sub('opportunities', { filter: { state: ['bogus'] } })],
    ['one of a channel that knows none', sub('market', { filter: { state: ['ended'] } })],
    ['quotes by anything but symbols', sub('quotes', { filter: { state: ['ended'] } })],
    ['a symbol that is none, of opportunities', sub('opportunities', { filter: { symbol: ['ABC'] } })],
    ['quotes of what is no instrument', sub('quotes', { filter: { symbol: ['ABC'] } })],
  ])('%s is refused', async (_what, frame) => {
    const { say, frames } = connected(dayOf(1));
    await say(frame);
    expect(frames).toMatchObject([{ re: 1, error: { code: 'BAD_FRAME' } }]);
  });
});

describe('values', () => {
  /** As it comes from the broker: a part of a larger buffer, aligned to nothing. */
  const view = (...rows: readonly (readonly [no: number, last: number])[]): SymbolsView => decode(encode(made(rows))) as SymbolsView;
  const made = (rows: readonly (readonly [no: number, last: number])[]) => ({
    v: 1 as const,
    step: 1,
    tsMs: 5000,
    count: rows.length,
    columns: {
      instrumentNo: new Uint8Array(Uint32Array.from(rows, ([no]) => no).buffer),
      lastMilli: new Uint8Array(Int32Array.from(rows, ([, last]) => last).buffer),
      preCloseMilli: new Uint8Array(Int32Array.from(rows, () => 10_000).buffer),
      awake: new Uint8Array(rows.length),
    },
  });
  const quotes = (frame: unknown) =>
    (frame as { values: { symbol: string; lastMilli: number }[] }).values.map(({ symbol, lastMilli }) => `${symbol} ${lastMilli}`);

  test('quotes are of the symbols asked for: all at first, then those that changed', async () => {
    shared.values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_000]));
    const { say, frames } = connected(dayOf(1));
    await say(sub('quotes', { filter: { symbol: ['600519.SH', '000001.SZ'] } }));
    shared.values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_010]));
    shared.values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_010]));
    expect(frames[0]).toEqual({ re: 1, ok: true, ch: 'quotes' });
    expect(frames.slice(1).map((frame) => [(frame as { whole: boolean }).whole, quotes(frame)])).toEqual([
      [true, ['600519.SH 1000000', '000001.SZ 10000']],
      [false, ['000001.SZ 10010']],
    ]);
  });

  test('without a filter they are of the whole market, of what comes to be known later too', async () => {
    shared.values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_000]));
    const { say, frames, connection } = connected(dayOf(1));
    await say(sub('quotes'));
    shared.values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_010], [2_000_002, 7]));
    expect(frames.slice(1).map((frame) => [(frame as { whole: boolean }).whole, quotes(frame)])).toEqual([
      [true, ['600519.SH 1000000', '000001.SZ 10000']],
      [false, ['000001.SZ 10010', '000002.SZ 7']],
    ]);
    await say(sub('quotes', { filter: { symbol: ['000002.SZ'] }, id: 2 }));
    frames.length = 0;
    shared.values.symbols(view([1_600_519, 1], [2_000_002, 8]));
    expect(frames.map(quotes), 'a filter takes its place').toEqual([['000002.SZ 8']]);
    connection.gone();
    shared.values.symbols(view([2_000_002, 9]));
    expect(frames).toHaveLength(1);
  });

  test('of the whole market one frame is made for all who are in step; who had no room gets what he missed, without another quote', async () => {
    shared.values.symbols(view([1_600_519, 1], [2_000_001, 1]));
    const [one, other] = [connected(dayOf(1)), connected(dayOf(1))];
    await one.say(sub('quotes'));
    await other.say(sub('quotes'));
    other.socket.buffered = 64 * 1024;
    for (const each of [one, other]) each.raw.length = 0;
    shared.values.symbols(view([1_600_519, 2]));
    shared.values.symbols(view([2_000_001, 2]));
    expect([one.frames.slice(2).map(quotes), other.raw.length]).toEqual([[['600519.SH 2'], ['000001.SZ 2']], 0]);
    other.socket.buffered = 0;
    shared.values.catchUp();
    expect(quotes(other.frames.at(-1))).toEqual(['600519.SH 2', '000001.SZ 2']);
    shared.values.symbols(view([1_600_519, 3]));
    expect(one.raw.at(-1)).toBe(other.raw.at(-1));
  });

  test('one who has no room gets the newest when he has, and not what was between', async () => {
    const { say, frames, socket } = connected(dayOf(1));
    await say(sub('quotes', { filter: { symbol: ['600519.SH'] } }));
    frames.length = 0;
    socket.buffered = 64 * 1024;
    for (const last of [1, 2, 3]) shared.values.symbols(view([1_600_519, last]));
    expect(frames).toEqual([]);
    socket.buffered = 0;
    shared.values.symbols(view([1_600_519, 3]));
    expect(frames.map(quotes)).toEqual([['600519.SH 3']]);
  });

  test('what is told whole is there at once, and nothing comes after leaving', async () => {
    shared.values.live({ v: 1, step: 1, tsMs: 1, live: [] });
    const { say, frames } = connected(dayOf(1));
    await say(sub('live'));
    expect(frames).toMatchObject([
      { re: 1, ch: 'live' },
      { ch: 'live', type: 'values', whole: true },
    ]);
    await say({ op: 'unsub', id: 2, ch: 'live' });
    shared.values.live({ v: 1, step: 2, tsMs: 2, live: [] });
    expect(frames).toHaveLength(3);
  });
});
