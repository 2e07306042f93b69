import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { rowOf } from '../../../contracts/quote.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { type Emulators, startEmulators } from '../../../scenarios/sources/emulators.ts';
import { advance, marketUntil } from '../../../scenarios/support/emulated.ts';
import type { PushChannel, PushFrame } from '../adapter.ts';
import { emPush } from '../eastmoney/sse.ts';
import { sinaPush } from '../sina/socket.ts';
import { PushFollower, type PushState } from './push.ts';

const { market, table } = marketUntil('10:00', { count: 60 });
const instruments = market.issues.map(({ no }) => no);
const forever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators(table);
});
afterAll(() => emulators.close());
beforeEach(() => emulators.faults.plan([]));

/** Follows until `enough` says so; what came and what was said of the connection. */
async function follow(channel: PushChannel, asked: readonly number[], enough: (frames: PushFrame[], states: PushState[]) => boolean) {
  const [frames, states, ended]: [PushFrame[], PushState[], AbortController] = [[], [], new AbortController()];
  const running = new PushFollower({
    channel,
    url: (path) => emulators.urls[channel.source as 'sina'] + path,
    instruments: asked,
    frame: (frame) => Promise.resolve(void frames.push(frame)),
    state: (state) => states.push(state),
    jitter: () => 0.01,
  }).run(ended.signal);
  await vi.waitUntil(() => enough(frames, states), { timeout: 300_000, interval: 10 });
  ended.abort();
  await running;
  return { frames, states };
}
const rowsOf = (frames: readonly PushFrame[]) => frames.flatMap(({ rows }) => rows);
const lastOf = (frames: readonly PushFrame[], no: number) =>
  rowsOf(frames).findLast(({ quote }) => quote.instrumentNo === no)?.quote.lastMilli ?? null;
const truth = (no: number) => rowOf(table.columns, table.indexOf(no)).lastMilli;

describe('what a vendor pushes', () => {
  test.each([sinaPush, emPush])('$source: whole first, then what changed; the end is the market’s', async (channel) => {
    const asked = instruments.slice(0, 20);
    let changed = false;
    const { frames, states } = await follow(channel, asked, (all) => {
      if (rowsOf(all).length < 20) return false;
      if (!changed) advance(market, table, table.nowMs + 3000);
      changed = true;
      return asked.every((no) => lastOf(all, no) === truth(no)) && all.filter(({ rows }) => rows.length > 0).length > 1;
    });
    expect(states).toEqual(['connected']);
    expect(frames.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(rowsOf(frames).length).toBeLessThan(40);
  });

  test('a dropped connection is opened again, at once after rows came; what it does not carry is not asked for again', async () => {
    emulators.faults.plan([{ vendor: 'sina', kind: 'wsDrop', ...forever }]);
    const index = instrumentNo('399001.SZ');
    const { frames, states } = await follow(
      sinaPush,
      [index, ...instruments.slice(0, 5)],
      (_all, said) => said.filter((s) => s === 'connected').length === 3,
    );
    expect(states.slice(0, 4)).toEqual(['connected', 'lost', 'connected', 'lost']);
    expect(frames.flatMap(({ unsupported }) => unsupported)).toEqual([index]);
  });

  test.each([
    [sinaPush, 'ban'],
    [emPush, 'ban'],
    [emPush, 'serverError'],
    [emPush, 'html'],
  ] as const)('%o: %s: tried again until it is well', async (channel, kind) => {
    emulators.faults.plan([{ vendor: channel.source as 'sina', kind, ...forever }]);
    const { states } = await follow(channel, instruments.slice(0, 5), (_all, said) => {
      if (said.length === 2) emulators.faults.plan([]);
      return said.includes('connected');
    });
    expect(states.filter((state) => state === 'lost').length).toBeGreaterThanOrEqual(2);
  });

  test.each([sinaPush, emPush])('$source denies it: not again', async (channel) => {
    emulators.faults.plan([{ vendor: channel.source as 'sina', kind: 'denied', ...forever }]);
    const { states, frames } = await follow(channel, instruments.slice(0, 5), (_all, said) => said.length > 0);
    expect([states, rowsOf(frames)]).toEqual([['denied'], []]);
  });
});
