import { describe, expect, test } from 'vitest';
import type { NotifyRule } from '../../contracts/notify.ts';
import { alert, config } from '../../scenarios/support/alerts.ts';
import type { Alert } from './alert.ts';
import { matches } from './rules.ts';

describe('a rule', () => {
  const rule = (over: object): NotifyRule => config([{ id: 'r', about: 'opportunity', channels: ['bot'], ...over }]).rules[0]!;
  test.each<[string, object, Partial<Alert>, Partial<Alert>]>([
    ['what it is about', {}, {}, { about: 'risk' }],
    ['state', { state: ['confirmed'] }, {}, { facts: { state: 'ended' } }],
    ['family', { family: ['board'] }, { facts: { family: 'board' } }, {}],
    ['strategy', { strategy: ['mine'] }, { facts: { strategies: ['rally', 'mine'] } }, {}],
    ['symbol', { symbol: ['000001.SZ'] }, { facts: { symbol: '000001.SZ' } }, {}],
    ['a sector that it is in', { sector: ['801080'] }, { facts: { sectors: ['801010', '801080'] } }, { facts: { sectors: ['801010'] } }],
    ['a sector, where none is known yet', { sector: ['801080'] }, { facts: { sectors: null } }, { facts: {} }],
    ['a watch-list', { list: ['自选'] }, { facts: { lists: ['自选'] } }, { facts: { lists: [] } }],
    ['a watch-list, where none is known yet', { list: ['自选'] }, { facts: { lists: null } }, { facts: {} }],
    ['least chance', { pMin: 0.5 }, {}, { facts: { p: 0.49 } }],
    ['least chance, where there is none', { pMin: 0 }, {}, { facts: { p: null } }],
    ['a change of the state, and no other', {}, {}, { facts: { updates: ['chance'] } }],
    [
      'one of some other changes',
      { update: ['rank', 'chance'] },
      { facts: { updates: ['stop', 'chance'] } },
      { facts: { updates: ['stop'] } },
    ],
    ['other changes, and no change of the state', { update: ['chance'] }, { facts: { updates: ['chance'] } }, {}],
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
