import { describe, expect, test } from 'vitest';
import { NotifyConfig, type NotifyRule } from '../../contracts/notify.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { Alert } from './alert.ts';
import { budgets, type Message, matches, Orchestrator } from './orchestrator.ts';

const at = (h: number, m: number, s = 0): number => midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
const ten = at(10, 0);
const alert = (over: Partial<Alert> = {}): Alert => ({
  id: 'a',
  about: 'opportunity',
  group: 'o1',
  severity: 'notice',
  atMs: ten,
  title: 't1',
  lines: ['命中'],
  path: '/#o=o1',
  facts: { state: 'confirmed', family: 'momentum', strategies: ['rally'], symbol: '600519.SH', p: 0.5 },
  ...over,
});
const config = (rules: object[] = [{ id: 'all', about: 'opportunity', channels: ['bot'] }], more: object = {}) =>
  NotifyConfig.parse({
    channels: { bot: { kind: 'wecom', url: 'http://127.0.0.1/x' }, mail: { kind: 'bark', deviceKey: 'k' } },
    rules,
    ...more,
  });
const titles = (messages: readonly Message[]): string[] => messages.map(({ title, channel }) => `${channel} ${title}`);

describe('a rule', () => {
  const rule = (over: object): NotifyRule => config([{ id: 'r', about: 'opportunity', channels: ['bot'], ...over }]).rules[0]!;
  test.each<[string, object, Partial<Alert>, Partial<Alert>]>([
    ['what it is about', {}, {}, { about: 'risk' }],
    ['state', { state: ['confirmed'] }, {}, { facts: { state: 'ended' } }],
    ['family', { family: ['board'] }, { facts: { family: 'board' } }, {}],
    ['strategy', { strategy: ['mine'] }, { facts: { strategies: ['rally', 'mine'] } }, {}],
    ['symbol', { symbol: ['000001.SZ'] }, { facts: { symbol: '000001.SZ' } }, {}],
    ['least chance', { pMin: 0.5 }, {}, { facts: { p: 0.49 } }],
    ['least chance, where there is none', { pMin: 0 }, {}, { facts: { p: null } }],
    ['severity', { severity: 'notice' }, {}, { severity: 'info' }],
  ])('by %s', (_what, own, holds, fails) =>
    expect([matches(rule(own), alert(holds)), matches(rule(own), alert(fails))]).toEqual([true, false]),
  );

  test('by the beginning of a scope', () => {
    const own = config([{ id: 'r', about: 'risk', channels: ['bot'], scope: ['sector.'] }]).rules[0]!;
    expect([matches(own, alert({ about: 'risk', group: 'sector.BK1' })), matches(own, alert({ about: 'risk', group: 'market' }))]).toEqual([
      true,
      false,
    ]);
  });
});

describe('what becomes of an alert', () => {
  test('a channel is told once, whatever rules name it', () => {
    const own = new Orchestrator(
      config([
        { id: 'a', about: 'opportunity', channels: ['bot', 'mail'] },
        { id: 'b', about: 'opportunity', channels: ['bot'] },
      ]),
    );
    expect(own.take(alert(), ten)).toEqual({ bot: 'queued', mail: 'queued' });
    expect(titles(own.due(ten))).toEqual(['bot t1', 'mail t1']);
    expect(own.due(ten + 1000)).toEqual([]);
  });

  test('the same again cools down; what is more severe, another, or later does not', () => {
    const own = new Orchestrator(config([{ id: 'a', about: 'opportunity', channels: ['bot'], cooldownSec: 60 }]));
    const outcome = (over: Partial<Alert>, sec: number) => own.take(alert({ atMs: ten + sec * 1000, ...over }), ten + sec * 1000).bot;
    expect(outcome({}, 0)).toBe('queued');
    expect(outcome({}, 59)).toBe('cooldown');
    expect(outcome({ group: 'o2' }, 59)).toBe('queued');
    expect(outcome({ severity: 'urgent' }, 59)).toBe('queued');
    expect(outcome({ severity: 'urgent' }, 118)).toBe('cooldown');
    expect(outcome({}, 119)).toBe('queued');
  });

  test('what is older than a minute joins the digest, one a channel in digestSec', () => {
    const own = new Orchestrator(config());
    expect(own.take(alert(), ten + 60_001)).toEqual({ bot: 'late' });
    expect(own.take(alert({ group: 'o2', title: 't2' }), ten + 60_000)).toEqual({ bot: 'queued' });
    const [digest, prompt] = [...own.due(ten + 61_000)].sort((a) => (a.isDigest ? -1 : 1)) as [Message, Message];
    expect([digest.title, digest.lines, prompt.title]).toEqual(['汇总:1 条', ['t1|命中'], 't2']);
    own.take(alert({ group: 'o3', title: 't3' }), ten + 70_000);
    expect(own.due(ten + 120_999)).toEqual([]);
    expect(titles(own.due(ten + 121_000))).toEqual(['bot 汇总:1 条']);
  });

  test('in a quiet hour only what is urgent goes; the rest comes together behind it', () => {
    const own = new Orchestrator(
      config(
        [
          { id: 'a', about: 'opportunity', channels: ['bot'] },
          { id: 'r', about: 'risk', channels: ['bot'] },
        ],
        { quiet: [{ from: '11:30', to: '13:00' }] },
      ),
    );
    const noon = at(12, 0);
    expect(own.take(alert({ atMs: noon }), noon)).toEqual({ bot: 'quiet' });
    expect(own.take(alert({ atMs: noon, group: 'o1', title: 't1 later' }), noon)).toEqual({ bot: 'quiet' });
    expect(own.take(alert({ atMs: noon, about: 'risk', severity: 'urgent', group: 'market', title: 'risk' }), noon)).toEqual({
      bot: 'queued',
    });
    expect(titles(own.due(noon + 60_000))).toEqual(['bot risk']);
    expect(own.due(at(12, 59, 59))).toEqual([]);
    const [digest] = own.due(at(13, 0)) as [Message];
    expect([digest.count, digest.lines]).toEqual([2, ['t1 later|命中']]);
  });

  test('a night from evening to morning is quiet too', () => {
    const own = new Orchestrator(config(undefined, { quiet: [{ from: '22:00', to: '09:00' }] }));
    const outcome = (ms: number) => own.take(alert({ atMs: ms }), ms).bot;
    expect([outcome(at(23, 0)), outcome(at(8, 59)), outcome(at(9, 0)), outcome(at(21, 59))]).toEqual([
      'quiet',
      'quiet',
      'queued',
      'queued',
    ]);
  });

  test('more than three of one look are one message, of each opportunity its last word', () => {
    const own = new Orchestrator(config());
    for (const [group, title] of [
      ['o1', 'a'],
      ['o2', 'b'],
      ['o1', 'c'],
      ['o3', 'd'],
    ] as const)
      own.take(alert({ group, title }), ten);
    const [message] = own.due(ten) as [Message];
    expect([message.title, message.lines, message.count]).toEqual(['4 条变化', ['d|命中', 'b|命中', 'c|命中'], 4]);
    for (let i = 0; i < 20; i++) own.take(alert({ group: `g${i}`, title: `x${i}` }), ten + 1000);
    const [long] = own.due(ten + 1000) as [Message];
    expect([long.lines.length, long.lines.at(-1)]).toEqual([13, '… 另有 8 条']);
  });

  test('a spent budget turns the rest into a digest; what is urgent waits for room and is not merged away', () => {
    const own = new Orchestrator(
      config([
        { id: 'a', about: 'opportunity', channels: ['bot'] },
        { id: 'r', about: 'risk', channels: ['bot'] },
      ]),
    );
    let sent = 0;
    for (let i = 0; i < budgets.wecom! + 5; i++) {
      own.take(alert({ group: `g${i}`, atMs: ten + i * 100 }), ten + i * 100);
      sent += own.due(ten + i * 100).filter(({ isDigest }) => !isDigest).length;
    }
    expect(sent).toBe(budgets.wecom);
    own.take(alert({ about: 'risk', severity: 'urgent', group: 'market', title: 'risk', atMs: ten + 3000 }), ten + 3000);
    expect(own.due(ten + 3000)).toEqual([]);
    expect(titles(own.due(ten + 61_000)).sort()).toEqual(['bot risk', 'bot 汇总:5 条']);
  });

  test('an all-clear goes where its raise went, and nowhere else', () => {
    const own = new Orchestrator(
      config([
        { id: 'r', about: 'risk', channels: ['bot'] },
        { id: 'm', about: 'risk', channels: ['mail'], severity: 'urgent' },
      ]),
    );
    const risk = (title: string, severity: Alert['severity']) => own.take(alert({ about: 'risk', group: 'market', title, severity }), ten);
    expect(risk('✅ 风控解除|market', 'urgent')).toEqual({ bot: 'not-raised', mail: 'not-raised' });
    expect(risk('⚠️ 风控注意|market', 'notice')).toEqual({ bot: 'queued' });
    expect(risk('✅ 风控解除|market', 'urgent')).toEqual({ bot: 'queued', mail: 'not-raised' });
  });
});

describe('once', () => {
  const one = (): Orchestrator => {
    const own = new Orchestrator(config());
    own.take(alert(), ten);
    return own;
  };

  test('what fails for now is tried twice more, later each time; what is refused is not', () => {
    const own = one();
    const [first] = own.due(ten) as [Message];
    expect(own.answered(first.key, { sent: false, again: true }, ten)).toBe(true);
    expect(own.due(ten + 1999)).toEqual([]);
    const [second] = own.due(ten + 2000) as [Message];
    expect(own.answered(second.key, { sent: false, again: true }, ten + 2000)).toBe(true);
    expect(own.due(ten + 11_999)).toEqual([]);
    const [third] = own.due(ten + 12_000) as [Message];
    expect(own.answered(third.key, { sent: false, again: true }, ten + 12_000)).toBe(false);
    expect(own.due(ten + 600_000)).toEqual([]);
    const other = one();
    expect(other.answered(other.due(ten)[0]!.key, { sent: false, again: false }, ten)).toBe(false);
  });

  /** As a new process begins with what the one before remembered. */
  const crashed = (own: Orchestrator): Orchestrator => {
    const next = new Orchestrator(config());
    next.restore(JSON.parse(JSON.stringify(own.image())) as ReturnType<Orchestrator['image']>);
    return next;
  };

  test('what was out at a crash is sent once more, marked; after a second crash never again', () => {
    const own = one();
    expect(own.due(ten)).toMatchObject([{ maybeRepeat: false }]);
    const second = crashed(own);
    expect(second.due(ten + 1000)).toMatchObject([{ title: 't1', maybeRepeat: true }]);
    expect(crashed(second).due(ten + 2000)).toEqual([]);
  });

  test('what was not out at a crash, and what was to be merged, is lost by none', () => {
    const own = one();
    own.take(alert({ group: 'o2', title: 'old', atMs: ten - 61_000 }), ten);
    const next = crashed(own);
    const [digest] = next.due(ten + 1000) as [Message];
    expect([digest.isDigest, digest.lines]).toEqual([true, ['t1|命中', 'old|命中']]);
    next.answered(digest.key, { sent: true, again: false }, ten + 1000);
    expect(crashed(next).due(ten + 120_000)).toEqual([]);
  });
});
