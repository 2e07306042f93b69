import { describe, expect, test } from 'vitest';
import { type Answer, Asked, type Questions } from './asked.ts';
import type { Message } from './encode.ts';
import { type AskedChannel, type Listener, Values } from './values.ts';

const silent = { tsMs: 0, values: [] };
const questions = (own: Partial<Questions>): Questions => ({
  heatmap: () => silent,
  auction: () => silent,
  notifications: () => silent,
  ops: () => silent,
  ...own,
});
function listener(values: Values, ch: AskedChannel, hasRoom: () => boolean = () => true) {
  const told: unknown[] = [];
  const own: Listener = {
    protocol: 'fenshi.v1.json',
    hasRoom,
    offer: (message: Message) => {
      if (!hasRoom()) return false;
      told.push(JSON.parse(String(message)));
      return true;
    },
  };
  values.join(own, ch, []);
  return { told, leave: () => values.leave(own, ch) };
}

describe('channels that have to be asked for', () => {
  test('nobody is asked while nobody listens, and only of what somebody listens to', async () => {
    const values = new Values();
    const asked: string[] = [];
    const note = (ch: string) => () => {
      asked.push(ch);
      return silent;
    };
    const channels = new Asked(values, questions({ heatmap: note('heatmap'), auction: note('auction') }));
    await channels.tick(0);
    listener(values, 'auction');
    await channels.tick(1);
    expect(asked).toEqual(['auction']);
  });

  test('an answer is told whole, with its own time, and again only when it says something else', async () => {
    const values = new Values();
    let answer: Answer = { tsMs: 5, values: [{ up: 1 }] };
    const channels = new Asked(values, questions({ heatmap: () => Promise.resolve(answer) }));
    const { told } = listener(values, 'heatmap');
    await channels.tick(0);
    answer = { tsMs: 6, values: [{ up: 1 }] };
    await channels.tick(1);
    answer = { tsMs: 7, values: [{ up: 2 }] };
    await channels.tick(2);
    expect(told).toEqual([
      { ch: 'heatmap', type: 'values', ts: 5, whole: true, values: [{ up: 1 }] },
      { ch: 'heatmap', type: 'values', ts: 7, whole: true, values: [{ up: 2 }] },
    ]);
  });

  test('of what the run says of itself the age counts: it is told though nothing changed', async () => {
    const values = new Values();
    const channels = new Asked(values, questions({ ops: (nowMs) => ({ tsMs: nowMs, values: ['same'] }) }));
    const { told } = listener(values, 'ops');
    await channels.tick(1);
    await channels.tick(2);
    expect(told).toMatchObject([{ ts: 1 }, { ts: 2 }]);
  });

  test('a question that is not answered is not asked again meanwhile, and keeps no other channel waiting', async () => {
    const values = new Values();
    let asked = 0;
    let reply = (_answer: Answer): void => undefined;
    const slow = () => {
      asked += 1;
      return new Promise<Answer>((resolve) => {
        reply = resolve;
      });
    };
    const channels = new Asked(values, questions({ heatmap: slow, auction: (nowMs) => ({ tsMs: nowMs, values: [nowMs] }) }));
    const [heat, auction] = [listener(values, 'heatmap'), listener(values, 'auction')];
    const first = channels.tick(1);
    await new Promise(setImmediate);
    await channels.tick(2);
    expect([asked, heat.told.length]).toEqual([1, 0]);
    expect(auction.told).toMatchObject([{ values: [1] }, { values: [2] }]);
    reply({ tsMs: 3, values: ['late'] });
    await first;
    expect(heat.told).toMatchObject([{ values: ['late'] }]);
  });

  test('a role that is away is silence, and is asked again', async () => {
    const values = new Values();
    let isAway = true;
    const channels = new Asked(
      values,
      questions({ notifications: () => (isAway ? Promise.reject(new Error('away')) : { tsMs: 1, values: ['back'] }) }),
    );
    const { told } = listener(values, 'notifications');
    await channels.tick(0);
    expect(told).toEqual([]);
    isAway = false;
    await channels.tick(1);
    expect(told).toMatchObject([{ values: ['back'] }]);
  });

  test('who had no room when it changed gets it when he has, though nothing changes any more', async () => {
    const values = new Values();
    const channels = new Asked(values, questions({ auction: () => ({ tsMs: 1, values: ['matched'] }) }));
    let room = false;
    const [busy, other] = [listener(values, 'auction', () => room), listener(values, 'auction')];
    await channels.tick(0);
    await channels.tick(1);
    expect([busy.told.length, other.told.length]).toEqual([0, 1]);
    const late = listener(values, 'auction', () => room);
    room = true;
    await channels.tick(2);
    expect([busy.told, late.told]).toMatchObject([[{ values: ['matched'] }], [{ values: ['matched'] }]]);
    await channels.tick(3);
    expect([busy.told.length, other.told.length, late.told.length]).toEqual([1, 1, 1]);
  });

  test('who joins gets the newest at once; who comes after everybody left gets nothing old', async () => {
    const values = new Values();
    const channels = new Asked(values, questions({ heatmap: () => ({ tsMs: 1, values: ['kept'] }) }));
    const first = listener(values, 'heatmap');
    await channels.tick(0);
    const second = listener(values, 'heatmap');
    expect(second.told).toMatchObject([{ values: ['kept'] }]);
    first.leave();
    second.leave();
    await channels.tick(1);
    const third = listener(values, 'heatmap');
    expect(third.told).toEqual([]);
    await channels.tick(2);
    expect(third.told).toMatchObject([{ values: ['kept'] }]);
  });
});
