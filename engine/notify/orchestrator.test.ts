import { describe, expect, test } from 'vitest';
import { NotifyConfig } from '../../contracts/notify.ts';
import { alert, at, config, risk, ten } from '../../scenarios/support/alerts.ts';
import type { Alert } from './alert.ts';
import type { Verdict } from './formats.ts';
import type { Message } from './message.ts';
import { type Answered, budgets, Orchestrator } from './orchestrator.ts';

const orchestrator = (rules?: object[], more?: object): Orchestrator => new Orchestrator(config(rules, more), 'id');
const titles = (messages: readonly Message[]): string[] => messages.map(({ title, channel }) => `${channel} ${title}`);
/** What is sent at `nowMs`, and taken by the vendor. */
const sent = (own: Orchestrator, nowMs: number): readonly Message[] => {
  const { messages } = own.due(nowMs);
  for (const { key } of messages) own.answered(key, { outcome: 'sent', waitMs: 0 }, nowMs);
  return messages;
};
const held = (own: Orchestrator, nowMs: number): string[] => own.due(nowMs).held.map(({ why }) => why);
const clear = (over: Partial<Alert> = {}): Alert => risk({ isClear: true, title: '✅ 风控解除|market', ...over });
const both = [
  { id: 'a', about: 'opportunity', channels: ['bot'] },
  { id: 'r', about: 'risk', channels: ['bot'] },
];
const closing = '模拟行情 · 不构成投资建议';

describe('what becomes of an alert', () => {
  test('a channel is told once, whatever rules name it', () => {
    const own = orchestrator([
      { id: 'a', about: 'opportunity', channels: ['bot', 'mail'] },
      { id: 'b', about: 'opportunity', channels: ['bot'] },
    ]);
    expect(own.take(alert(), ten)).toEqual({ bot: 'queued', mail: 'queued' });
    expect(titles(sent(own, ten))).toEqual(['bot t1', 'mail t1']);
    expect(sent(own, ten + 1000)).toEqual([]);
  });

  test('the same again cools down; what is more severe, another, or later does not', () => {
    const own = orchestrator([{ id: 'a', about: 'opportunity', channels: ['bot'], cooldownSec: 60 }]);
    const outcome = (over: Partial<Alert>, sec: number) => own.take(alert({ atMs: ten + sec * 1000, ...over }), ten + sec * 1000).bot;
    expect(outcome({}, 0)).toBe('queued');
    expect(outcome({}, 59)).toBe('cooldown');
    expect(outcome({ group: 'o2' }, 59)).toBe('queued');
    expect(outcome({ severity: 'urgent' }, 59)).toBe('queued');
    expect(outcome({ severity: 'urgent' }, 118)).toBe('cooldown');
    expect(outcome({}, 119)).toBe('queued');
  });

  test('a rule that is another now, or made anew under its name, cools nothing down; one that is the same does, over a restart too', () => {
    const rules = (cooldownSec: number) => config([{ id: 'a', about: 'opportunity', channels: ['bot'], cooldownSec }]).rules;
    const own = orchestrator([]);
    own.use(rules(86_400));
    expect(own.take(alert(), ten).bot).toBe('queued');
    own.use(rules(86_400));
    expect(own.take(alert(), ten + 1).bot).toBe('cooldown');
    const again = orchestrator([]);
    again.restore(own.image());
    again.use(rules(86_400));
    expect(again.take(alert(), ten + 1).bot).toBe('cooldown');

    own.use(rules(86_000));
    expect(own.take(alert(), ten + 2).bot).toBe('queued');
    own.use([]);
    own.use(rules(86_000));
    expect(own.take(alert(), ten + 3).bot).toBe('queued');
  });

  test('what cools down nowhere is not remembered, and what has cooled is forgotten', () => {
    const own = orchestrator([
      { id: 'a', about: 'opportunity', channels: ['bot'] },
      { id: 'c', about: 'opportunity', channels: ['mail'], cooldownSec: 60 },
    ]);
    for (let i = 0; i < 50; i++) own.take(alert({ group: `g${i}` }), ten);
    sent(own, ten);
    expect(own.image().cooled).toHaveLength(50);
    sent(own, ten + 60_000);
    expect(own.image().cooled).toEqual([]);
  });

  test('what is older than a minute joins the digest, one a channel in digestSec', () => {
    const own = orchestrator();
    own.take(alert(), ten + 60_001);
    own.take(alert({ group: 'o2', title: 't2' }), ten + 60_000);
    const { messages, held: late } = own.due(ten + 60_000);
    expect([late, titles(messages)]).toEqual([[], ['bot t1', 'bot t2']]);
    const other = orchestrator();
    other.take(alert(), ten + 60_001);
    const first = other.due(ten + 60_001);
    expect(first.held).toEqual([{ channel: 'bot', why: 'late', title: 't1' }]);
    expect(first.messages.map(({ title, lines }) => [title, ...lines])).toEqual([['汇总:1 条', '10:00:00 t1|命中', closing]]);
    other.answered(first.messages[0]!.key, { outcome: 'sent', waitMs: 0 }, ten + 61_000);
    other.take(alert({ group: 'o3', title: 't3' }), ten + 70_000);
    expect(sent(other, ten + 120_000)).toEqual([]);
    expect(titles(sent(other, ten + 120_001))).toEqual(['bot 汇总:1 条']);
  });

  test('in a quiet hour only what is urgent goes; the rest comes together behind it', () => {
    const own = orchestrator(both, { quiet: [{ from: '11:30', to: '13:00' }] });
    const noon = at(12, 0);
    own.take(alert({ atMs: noon, tsMs: noon }), noon);
    own.take(alert({ atMs: noon, tsMs: noon, title: 't1 later' }), noon);
    own.take(risk({ atMs: noon, tsMs: noon }), noon);
    const { messages, held: quiet } = own.due(noon);
    expect([titles(messages), quiet.map(({ why }) => why)]).toEqual([['bot ⚠️ 风控冻结|market'], ['quiet', 'quiet']]);
    own.answered(messages[0]!.key, { outcome: 'sent', waitMs: 0 }, noon);
    expect(sent(own, at(12, 59, 59))).toEqual([]);
    const [digest] = sent(own, at(13, 0)) as [Message];
    expect([digest.count, digest.lines]).toEqual([2, ['12:00:00 t1 later|命中', closing]]);
  });

  test('what is urgent and late is told in a quiet hour too, without the rest', () => {
    const own = orchestrator(both, { quiet: [{ from: '11:30', to: '13:00' }] });
    own.take(alert({ atMs: at(11, 40) }), at(12, 0));
    own.take(risk({ atMs: at(11, 40), tsMs: at(11, 40) }), at(12, 0));
    expect(sent(own, at(12, 0)).map(({ title, lines }) => [title, lines])).toEqual([
      ['汇总:1 条', ['11:40:00 ⚠️ 风控冻结|market|命中', closing]],
    ]);
    expect(titles(sent(own, at(13, 0)))).toEqual(['bot 汇总:1 条']);
  });

  test('a night from evening to morning is quiet too', () => {
    const outcome = (ms: number) => {
      const own = orchestrator(undefined, { quiet: [{ from: '22:00', to: '09:00' }] });
      own.take(alert({ atMs: ms }), ms);
      return held(own, ms);
    };
    expect([outcome(at(23, 0)), outcome(at(8, 59)), outcome(at(9, 0)), outcome(at(21, 59))]).toEqual([['quiet'], ['quiet'], [], []]);
  });

  test('more than three of one look are one message, of each opportunity its last word', () => {
    const own = orchestrator();
    for (const [group, title] of [
      ['o1', 'a'],
      ['o2', 'b'],
      ['o1', 'c'],
      ['o3', 'd'],
    ] as const)
      own.take(alert({ group, title }), ten);
    const [message] = sent(own, ten) as [Message];
    expect([message.title, message.lines, message.count]).toEqual([
      '4 条变化',
      ['10:00:00 d|命中', '10:00:00 c|命中', '10:00:00 b|命中', closing],
      4,
    ]);
    for (let i = 0; i < 20; i++) own.take(alert({ group: `g${i}`, title: `x${i}` }), ten + 1000);
    const [long] = sent(own, ten + 1000) as [Message];
    expect([long.lines.length, long.lines.at(-2)]).toEqual([14, '… 另有 8 条']);
  });

  test('a freeze stands alone in the burst that it causes, and first in a digest', () => {
    const own = orchestrator(both);
    own.take(risk(), ten);
    for (let i = 0; i < 30; i++) own.take(alert({ group: `g${i}`, severity: 'info' }), ten);
    expect(titles(sent(own, ten))).toEqual(['bot ⚠️ 风控冻结|market', 'bot 30 条变化']);
    const late = orchestrator(both);
    late.take(risk(), ten + 61_000);
    for (let i = 0; i < 30; i++) late.take(alert({ group: `g${i}`, severity: 'info' }), ten + 61_000);
    expect(sent(late, ten + 61_000)[0]!.lines[0]).toBe('10:00:00 ⚠️ 风控冻结|market|命中');
  });

  test('a spent budget turns the rest into a digest; what is urgent waits for room and is not merged away', () => {
    const own = orchestrator(both);
    let count = 0;
    for (let i = 0; i < budgets.wecom! + 5; i++) {
      own.take(alert({ group: `g${i}`, atMs: ten + i * 100 }), ten + i * 100);
      count += sent(own, ten + i * 100).filter(({ isDigest }) => !isDigest).length;
    }
    expect(count).toBe(budgets.wecom);
    own.take(risk({ atMs: ten + 3000 }), ten + 3000);
    expect(sent(own, ten + 3000)).toEqual([]);
    expect(titles(sent(own, ten + 61_000)).sort()).toEqual(['bot ⚠️ 风控冻结|market', 'bot 汇总:5 条']);
  });

  test('a digest keeps the last words of two hundred, what is urgent before all, and counts the rest', () => {
    const own = orchestrator(both, { quiet: [{ from: '00:00', to: '23:59' }] });
    own.take(risk({ severity: 'urgent', atMs: ten - 61_000 }), ten);
    for (let i = 0; i < 1000; i++) own.take(alert({ group: `g${i}` }), ten);
    own.due(ten);
    const { alerts, count } = own.image().digests[0]!;
    expect([alerts.length, count, alerts.some(({ about }) => about === 'risk')]).toEqual([199, 1000, false]);
    expect(own.image().waiting.map(({ alerts: [first] }) => first!.about)).toEqual(['risk']);
  });

  test('a vendor that counts by the second gets no more in one, however urgent; none is lost', () => {
    const own = new Orchestrator(
      NotifyConfig.parse({
        channels: { bot: { kind: 'feishu', url: 'http://127.0.0.1/x', secret: 's' } },
        rules: [{ id: 'r', about: 'risk', channels: ['bot'] }],
      }),
      'id',
    );
    const soon = at(10, 7, 9);
    for (let i = 0; i < 10; i++) own.take(risk({ id: `r${i}`, group: `sector.${i}`, atMs: soon }), soon);
    expect([0, 1, 2, 3].map((sec) => sent(own, soon + sec * 1000).length)).toEqual([4, 4, 2, 0]);
  });

  test('a message that somebody tries the channel with counts as one', () => {
    const own = orchestrator();
    for (let i = 0; i < budgets.wecom!; i++) expect(own.spend('bot', ten)).toBe(true);
    expect([own.spend('bot', ten), own.channels(ten)[0]!.sent]).toEqual([false, budgets.wecom]);
    own.take(alert(), ten);
    expect(held(own, ten)).toEqual(['budget']);
  });

  test('Feishu gets nothing but what is urgent around the full and the half hour', () => {
    const own = orchestrator(
      [
        { id: 'a', about: 'opportunity', channels: ['bird'] },
        { id: 'r', about: 'risk', channels: ['bird'] },
      ],
      {
        channels: { bird: { kind: 'feishu', url: 'http://127.0.0.1/x', secret: 's' } },
      },
    );
    own.take(alert(), ten);
    own.take(risk(), ten);
    expect(titles(sent(own, ten))).toEqual(['bird ⚠️ 风控冻结|market']);
    expect(sent(own, ten + 14_999)).toEqual([]);
    expect(titles(sent(own, ten + 15_000))).toEqual(['bird t1']);
  });
});

describe('an all-clear', () => {
  test('goes where its raise went, whatever the rules say of it, and nowhere else', () => {
    const own = orchestrator([
      { id: 'r', about: 'risk', channels: ['bot'] },
      { id: 'm', about: 'risk', channels: ['mail'], severity: 'urgent' },
    ]);
    expect(own.take(clear(), ten)).toEqual({ bot: 'not-raised', mail: 'not-raised' });
    expect(own.take(risk({ severity: 'notice' }), ten)).toEqual({ bot: 'queued' });
    expect(own.take(clear(), ten)).toEqual({ bot: 'queued', mail: 'not-raised' });
    // frozen, then only restricted, then over: the end is no urgent one, and is told all the same
    expect(own.take(risk(), ten)).toEqual({ bot: 'queued', mail: 'queued' });
    expect(own.take(risk({ severity: 'urgent' }), ten)).toEqual({ bot: 'queued', mail: 'queued' });
    expect(own.take(clear({ severity: 'notice' }), ten)).toEqual({ bot: 'queued', mail: 'queued' });
    expect(own.raisedScopes()).toEqual([]);
  });

  test('does not cool down, and after it the next raise does not either', () => {
    const own = orchestrator([{ id: 'r', about: 'risk', channels: ['bot'], cooldownSec: 600 }]);
    const outcome = (of: Alert, sec: number) => own.take(of, ten + sec * 1000).bot;
    expect([outcome(risk(), 0), outcome(clear(), 300), outcome(risk(), 301), outcome(risk(), 302), outcome(clear(), 303)]).toEqual([
      'queued',
      'queued',
      'queued',
      'cooldown',
      'queued',
    ]);
  });

  test('scopes that were raised and not cleared are known', () => {
    const own = orchestrator(both);
    own.take(risk({ group: 'sector.BK1' }), ten);
    own.take(alert(), ten);
    expect(own.raisedScopes()).toEqual(['sector.BK1']);
  });
});

describe('what goes wrong', () => {
  const answer = (own: Orchestrator, nowMs: number, verdict: Partial<Verdict>): [Message, Answered] => {
    const [message] = own.due(nowMs).messages as [Message];
    return [message, own.answered(message.key, { outcome: 'later', waitMs: 0, ...verdict }, nowMs)];
  };
  const one = (): Orchestrator => {
    const own = orchestrator();
    own.take(alert(), ten);
    return own;
  };

  test('what was not taken is tried twice more, later each time, and then with the next digest, for as long as it takes', () => {
    const own = one();
    expect(answer(own, ten, {})[1]).toBe('again');
    expect(own.due(ten + 1999).messages).toEqual([]);
    expect(answer(own, ten + 2000, {})[1]).toBe('again');
    expect(own.due(ten + 11_999).messages).toEqual([]);
    expect(answer(own, ten + 12_000, {})[1]).toBe('held');
    const [digest] = answer(own, ten + 13_000, {});
    expect([digest.isDigest, digest.lines[0]]).toEqual([true, '10:00:00 t1|命中']);
    expect(answer(own, ten + 15_000, {})[1]).toBe('again');
    expect(answer(own, ten + 25_000, {})[1]).toBe('held');
    expect(own.due(ten + 72_999).messages).toEqual([]);
    expect(answer(own, ten + 73_000, { outcome: 'sent' })).toMatchObject([{ count: 1, maybeRepeat: false }, 'sent']);
  });

  test('what is refused is not tried again', () => {
    const own = one();
    expect(answer(own, ten, { outcome: 'refused' })[1]).toBe('failed');
    expect(own.due(ten + 600_000).messages).toEqual([]);
  });

  test('what may have been taken is sent once more and marked, never a third time', () => {
    const own = one();
    expect(answer(own, ten, { outcome: 'unknown' })).toMatchObject([{ maybeRepeat: false }, 'again']);
    expect(answer(own, ten + 2000, { outcome: 'unknown' })).toMatchObject([{ maybeRepeat: true }, 'unknown']);
    expect(own.due(ten + 600_000).messages).toEqual([]);
  });

  test('a vendor that says too often gets no request for as long as it says, and hears of it then', () => {
    const own = orchestrator(both);
    own.take(alert(), ten);
    expect(answer(own, ten, { waitMs: 600_000 })[1]).toBe('held');
    own.take(risk({ atMs: ten + 1000, tsMs: ten + 1000 }), ten + 1000);
    expect(own.due(ten + 599_999).messages).toEqual([]);
    const [digest] = own.due(ten + 600_000).messages as [Message];
    expect(digest.lines).toEqual(['10:00:01 ⚠️ 风控冻结|market|命中', '10:00:00 t1|命中', closing]);
  });

  test('what waited until it is no news, or for a quiet hour, is merged', () => {
    const own = one();
    expect(answer(own, ten, {})[1]).toBe('again');
    expect(own.due(ten + 60_001)).toMatchObject({ held: [{ why: 'late' }], messages: [{ isDigest: true }] });
    const quiet = orchestrator(undefined, { quiet: [{ from: '11:30', to: '13:00' }] });
    quiet.take(alert({ atMs: at(11, 29, 59) }), at(11, 29, 59));
    expect(answer(quiet, at(11, 29, 59), {})[1]).toBe('again');
    expect(quiet.due(at(11, 30, 1))).toMatchObject({ held: [{ why: 'quiet' }], messages: [] });
  });
});

describe('over a crash', () => {
  const one = (): Orchestrator => {
    const own = orchestrator();
    own.take(alert(), ten);
    return own;
  };
  /** As a new process begins with what the one before remembered. */
  const crashed = (own: Orchestrator, more: object = {}): Orchestrator => {
    const next = new Orchestrator(config(both, more), 'other');
    next.restore(JSON.parse(JSON.stringify(own.image())) as ReturnType<Orchestrator['image']>);
    return next;
  };

  test('what was out is sent once more, marked, under its own key; after a second crash never again', () => {
    const own = one();
    const [first] = own.due(ten).messages as [Message];
    expect([first.maybeRepeat, first.key]).toEqual([false, 'id:bot:1']);
    const second = crashed(own);
    expect(second.due(ten + 1000).messages).toMatchObject([{ title: 't1', maybeRepeat: true, key: 'id:bot:1' }]);
    expect(crashed(second).due(ten + 2000).messages).toEqual([]);
  });

  test('the next day what was out is a digest with its date, and keeps to the quiet hour', () => {
    const own = one();
    own.due(ten);
    const next = crashed(own, { quiet: [{ from: '08:00', to: '12:00' }] });
    const day = 86_400_000;
    expect(next.due(ten + day).messages).toEqual([]);
    const [digest] = next.due(at(12, 0) + day).messages as [Message];
    expect([digest.isDigest, digest.maybeRepeat, digest.lines[0]]).toEqual([true, true, '11-23 10:00:00 t1|命中']);
  });

  test('what was taken and not looked at, and what was to be merged, is lost by none', () => {
    const own = one();
    own.take(alert({ group: 'o2', title: 'old', atMs: ten - 61_000, tsMs: ten - 61_000 }), ten);
    const next = crashed(own);
    const { messages } = next.due(ten + 1000);
    expect(messages.map(({ isDigest, lines }) => [isDigest, lines[0]])).toEqual([
      [false, '命中'],
      [true, '09:58:59 old|命中'],
    ]);
    for (const { key } of messages) next.answered(key, { outcome: 'sent', waitMs: 0 }, ten + 1000);
    expect(crashed(next).due(ten + 120_000).messages).toEqual([]);
  });

  test('an urgent one that was just taken goes at once, quiet or not', () => {
    const own = orchestrator(both);
    own.take(risk(), ten);
    expect(titles(crashed(own, { quiet: [{ from: '00:00', to: '23:59' }] }).due(ten + 1000).messages)).toEqual(['bot ⚠️ 风控冻结|market']);
  });
});
