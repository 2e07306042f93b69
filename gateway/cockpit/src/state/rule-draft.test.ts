import { expect, test } from 'vitest';
import { NotifyRule } from '../../../../contracts/notify.ts';
import { draftOf, emptyDraft, freeId, type Rule, ruleOf, withChoice } from './rule-draft.ts';

const draft = emptyDraft('own-1', ['bot', 'mail']);

test('a new rule goes to the first channel, of what was confirmed, under a name that no other has', () => {
  expect(ruleOf(draft, [], null)).toEqual({
    rule: { id: 'own-1', about: 'opportunity', channels: ['bot'], state: ['confirmed'], severity: 'info', cooldownSec: 0 },
    faults: [],
  });
  expect(freeId(['own-1', 'own-3'])).toBe('own-2');
});

test('who asks for what changes while a state stands asks for no state any more, until he names one', () => {
  const updates = withChoice(draft, 'update', ['chance']);
  expect([updates.state, updates.update]).toEqual([[], ['chance']]);
  const more = withChoice({ ...updates, state: ['tracking'] }, 'update', ['chance', 'risk']);
  expect([more.state, more.update]).toEqual([['tracking'], ['chance', 'risk']]);
  expect(withChoice(updates, 'state', ['ended'])).toMatchObject({ state: ['ended'], update: [] });
  expect(withChoice(draft, 'family', ['board'])).toEqual({ ...draft, family: ['board'] });
});

test('what a person types is what the API takes', () => {
  const { rule, faults } = ruleOf(
    { ...draft, symbol: '600519，sz000001', sector: '801120 801080', list: ['自选'], pMin: '58.5', cooldownSec: '300' },
    ['other'],
    null,
  );
  expect(faults).toEqual([]);
  expect(rule).toEqual({
    id: 'own-1',
    about: 'opportunity',
    channels: ['bot'],
    state: ['confirmed'],
    symbol: ['600519.SH', '000001.SZ'],
    sector: ['801120', '801080'],
    list: ['自选'],
    pMin: 0.585,
    severity: 'info',
    cooldownSec: 300,
  });
  expect(NotifyRule.parse(rule)).toEqual(rule);
});

test.each([
  ['id', { id: 'Two words' }],
  ['id', { id: 'other' }],
  ['channels', { channels: [] }],
  ['symbol', { symbol: '茅台' }],
  ['symbol', { symbol: '600519 123456' }],
  ['pMin', { pMin: 'half' }],
  ['pMin', { pMin: '101' }],
  ['cooldownSec', { cooldownSec: '' }],
  ['cooldownSec', { cooldownSec: '1.5' }],
] as const)('%s is marked: %j', (field, change) => {
  expect(ruleOf({ ...draft, ...change }, ['other'], null).faults).toEqual([field]);
});

test('of what it is not about nothing is asked: a condition left in another field neither counts nor is wrong', () => {
  const typed = { ...draft, symbol: '茅台', pMin: 'half', scope: 'market sector.' };
  expect(ruleOf({ ...typed, about: 'risk' }, [], null)).toEqual({
    rule: { id: 'own-1', about: 'risk', channels: ['bot'], scope: ['market', 'sector.'], severity: 'info', cooldownSec: 0 },
    faults: [],
  });
  expect(ruleOf({ ...typed, about: 'system' }, [], null).rule).not.toHaveProperty('scope');
});

test('a rule opened and saved untouched is the same rule, with what the form has no field for', () => {
  const rule: Rule = {
    id: 'mine',
    about: 'opportunity',
    channels: ['mail'],
    state: ['confirmed', 'ended'],
    update: ['chance', 'risk'],
    family: ['board'],
    strategy: ['rally'],
    symbol: ['600519.SH'],
    pMin: 0.07,
    severity: 'notice',
    cooldownSec: 60,
  };
  expect(ruleOf(draftOf(rule, ['bot', 'mail']), [], rule)).toEqual({ rule, faults: [] });
  expect(draftOf({ ...rule, channels: ['gone', 'mail'] }, ['bot', 'mail']).channels).toEqual(['mail']);
});
