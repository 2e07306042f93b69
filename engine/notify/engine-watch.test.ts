/** What people are told of the engine itself: nothing that did not happen, and each thing once. */
import { describe, expect, test } from 'vitest';
import { EngineWatch } from './engine-watch.ts';

/** What was said at which second; `word` of each second before its look, null: silence; `away`: seconds without the broker. */
type Word = readonly [ready: boolean, code: string | null] | null;
function said(
  seconds: number,
  word: (sec: number) => Word,
  { away = () => false, isTold = false }: { away?: (sec: number) => boolean; isTold?: boolean } = {},
) {
  const watch = new EngineWatch(0, isTold);
  const told: string[] = [];
  for (let sec = 1; sec <= seconds; sec++) {
    const of = word(sec);
    if (of !== null) watch.heard(of[0], of[1] === null ? null : `say ${of[1]}`, of[1], sec * 1000);
    const alert = watch.look(sec * 1000, !away(sec));
    if (alert !== null) told.push(`${sec} ${alert.title} ${alert.lines[0]}`);
  }
  return { told, watch };
}
const ready: Word = [true, null];
const back = '✅ 引擎恢复 行情重新进入,机会继续跟踪';

describe('the engine', () => {
  test('that is silent for fifteen seconds is told of, once, and its return after ten seconds of it', () => {
    const { told } = said(80, (sec) => (sec <= 10 || sec >= 40 ? ready : null));
    expect(told).toEqual(['25 ⛔ 引擎中断 引擎 15 秒没有响应', `50 ${back}`]);
  });

  test('that never spoke is told of too', () => expect(said(20, () => null).told).toEqual(['15 ⛔ 引擎中断 引擎 15 秒没有响应']));

  test('that says what is wrong for as long is told of in its words', () =>
    expect(said(40, (sec) => (sec < 10 ? ready : [false, 'DISK_FULL'])).told).toEqual(['25 ⛔ 引擎中断 say DISK_FULL']));

  test('that rests is none in trouble: no day, or a day that is over', () => {
    expect(said(100, () => [false, 'NO_DAY']).told).toEqual([]);
    expect(said(100, () => [false, 'AFTER_CLOSE']).told).toEqual([]);
  });

  test('may take a minute to start, and not two hours', () => {
    expect(said(60, () => [false, 'STARTING']).told).toEqual([]);
    expect(said(90, () => [false, 'STARTING']).told).toEqual(['61 ⛔ 引擎中断 say STARTING']);
  });

  test('that comes up for a word and falls again, for ever, is told of once', () =>
    expect(said(600, (sec) => (sec % 32 === 0 ? [false, 'STARTING'] : null)).told).toEqual(['15 ⛔ 引擎中断 引擎 15 秒没有响应']));

  test('that is ready for nine seconds has not come back', () =>
    expect(said(60, (sec) => (sec >= 20 && sec <= 28 ? ready : null)).told).toEqual(['15 ⛔ 引擎中断 引擎 15 秒没有响应']));

  test('that comes back to no day is back, and no market with it', () =>
    expect(said(40, (sec) => (sec < 20 ? null : [false, 'NO_DAY'])).told).toEqual([
      '15 ⛔ 引擎中断 引擎 15 秒没有响应',
      '30 ✅ 引擎恢复 引擎已恢复,当前没有进行中的交易日',
    ]));
});

test('without the broker nobody can be heard: that is what is said, and the engine has its time to speak after it', () => {
  const { told } = said(60, (sec) => (sec <= 10 || sec > 44 ? ready : null), { away: (sec) => sec > 10 && sec <= 30 });
  expect(told).toEqual(['26 ⛔ 引擎中断 消息服务(nats-server)15 秒没有连接', `55 ${back}`]);
});

test('this machine’s own sleep is no silence of the engine', () => {
  const { watch } = said(10, () => ready);
  expect(watch.look(28_800_000, true)).toBeNull();
  watch.heard(true, null, null, 28_801_000);
  expect(watch.look(28_801_000, true)).toBeNull();
});

test('a role that begins again knows what it has told', () => {
  expect(said(20, () => null).watch.isTold).toBe(true);
  expect(said(40, (sec) => (sec < 20 ? null : ready), { isTold: true }).told).toEqual([`30 ${back}`]);
});
