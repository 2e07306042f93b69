import { expect, test } from 'vitest';
import type { Alert } from './alert.ts';
import { Digests } from './digests.ts';

const alert = (group: string, severity = 'notice', title = group, facts: Alert['facts'] = {}): Alert =>
  ({ about: 'opportunity', group, severity, title, facts }) as Alert;

test('of each group the last word waits, and every word is counted', () => {
  const own = new Digests();
  own.add('bot', [alert('a'), alert('b')]);
  own.add('bot', [alert('a', 'notice', 'again')], 3);
  expect(own.take('bot', false)).toMatchObject({ count: 5, alerts: [{ group: 'b' }, { title: 'again' }] });
  expect(own.take('bot', false)).toBeNull();
});

test('what changes while the state stands takes no change of the state away, nor the other way round', () => {
  const own = new Digests();
  own.add('bot', [alert('a', 'notice', 'confirmed'), alert('a', 'info', 'chance', { updates: ['chance'] })]);
  own.add('bot', [alert('a', 'info', 'risk', { updates: ['risk'] })]);
  expect(own.take('bot', false)!.alerts.map(({ title }) => title)).toEqual(['confirmed', 'risk']);
});

test('what may have been read before is marked so until it is taken, whatever comes to it', () => {
  const own = new Digests();
  own.add('bot', [alert('a')], 1, true);
  own.add('bot', [alert('b')]);
  own.add('mail', [alert('b')]);
  expect([own.take('bot', false), own.take('mail', false)].map((each) => each?.maybeRepeat)).toEqual([true, false]);
});

test('urgent ones are taken alone and leave the rest with its count', () => {
  const own = new Digests();
  own.add('bot', [alert('a'), alert('u', 'urgent')]);
  expect(own.take('bot', true)).toMatchObject({ count: 1, alerts: [{ group: 'u' }] });
  expect(own.take('bot', true)).toBeNull();
  expect(own.take('bot', false)).toMatchObject({ count: 1, alerts: [{ group: 'a' }] });
});

test('two hundred groups at most: what is urgent is the last to be counted only', () => {
  const own = new Digests();
  own.add('bot', [alert('first', 'urgent'), ...Array.from({ length: 250 }, (_, i) => alert(`g${i}`))]);
  const { alerts, count } = own.take('bot', false)!;
  expect([alerts.length, count, alerts[0]!.group, alerts[1]!.group]).toEqual([200, 251, 'first', 'g51']);
  own.add(
    'bot',
    Array.from({ length: 250 }, (_, i) => alert(`u${i}`, 'urgent')),
  );
  expect(own.take('bot', true)!.alerts.map(({ group }) => group)).toEqual(Array.from({ length: 200 }, (_, i) => `u${i + 50}`));
});
