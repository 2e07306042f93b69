import { expect, test } from 'vitest';
import { encode } from '../../contracts/codec.ts';
import { NotifyConfig, type NotifyRule } from '../../contracts/notify.ts';
import { type KeptRules, RuleBook, type RulesShelf } from './own-rules.ts';

const config = NotifyConfig.parse({
  channels: { bot: { kind: 'bark', deviceKey: 'k' } },
  rules: [{ id: 'fixed', about: 'risk', channels: ['bot'] }],
});
const rule = (id: string, over: object = {}): NotifyRule =>
  ({ id, about: 'opportunity', channels: ['bot'], severity: 'info', cooldownSec: 0, ...over }) as NotifyRule;

function shelfOf(kept: KeptRules | null = null): RulesShelf & { kept: KeptRules | null } {
  const shelf = {
    kept,
    read: async () => shelf.kept,
    write: async (body: Uint8Array, revision: number) => {
      if ((shelf.kept?.revision ?? 0) !== revision) return null;
      shelf.kept = { revision: revision + 1, body };
      return revision + 1;
    },
  };
  return shelf;
}
const idsOf = (rules: readonly NotifyRule[]): string[] => rules.map(({ id }) => id);

test('what people keep stands behind the configuration’s, over the end of the role too', async () => {
  const shelf = shelfOf();
  const book = new RuleBook(config, shelf);
  await book.load();
  expect([idsOf(book.all), book.revision]).toEqual([['fixed'], 0]);
  expect(await book.put([rule('mine')], 0)).toBe(1);
  expect(idsOf(book.all)).toEqual(['fixed', 'mine']);

  const again = new RuleBook(config, shelf);
  await again.load();
  expect([idsOf(again.all), again.revision, again.fault]).toEqual([['fixed', 'mine'], 1, null]);
  expect(again.shown.map(({ id, own }) => [id, own])).toEqual([
    ['fixed', false],
    ['mine', true],
  ]);
});

test.each([
  ['another was faster', [rule('mine')], 7, /CONFLICT/],
  [
    'a channel that there is not',
    [rule('mine', { channels: ['bot', 'nobody'] })],
    0,
    /QUERY_INVALID: rule mine: there is no channel nobody/,
  ],
  ['an id of the configuration', [rule('mine'), rule('fixed')], 0, /QUERY_INVALID: rule fixed: fixed is another rule's/],
  ['an id twice', [rule('mine'), rule('mine')], 0, /QUERY_INVALID: rule mine: mine is another rule's/],
])('%s: refused, and nothing has changed', async (_what, rules, revision, said) => {
  const shelf = shelfOf();
  const book = new RuleBook(config, shelf);
  await expect(book.put(rules, revision)).rejects.toThrow(said);
  expect([idsOf(book.all), book.revision, shelf.kept]).toEqual([['fixed'], 0, null]);
});

test('rules that rest keep nobody from changing the others, and go when they are taken away', async () => {
  const own = [rule('gone', { channels: ['old'] }), rule('fixed')];
  const book = new RuleBook(config, shelfOf({ revision: 3, body: encode({ v: 1, rules: own }) }));
  await book.load();
  expect(await book.put([...own, rule('mine')], 3)).toBe(4);
  expect(idsOf(book.all)).toEqual(['fixed', 'mine']);
  // made worse it is refused
  await expect(book.put([rule('gone', { channels: ['old', 'older'] })], 4)).rejects.toThrow(/no channel older/);
  expect(await book.put([rule('mine')], 4)).toBe(5);
  expect(idsOf(book.shown)).toEqual(['fixed', 'mine']);
});

test('stored without an acknowledgement they are in force; not stored, what stands is', async () => {
  const shelf = shelfOf();
  const lost = {
    ...shelf,
    read: shelf.read,
    write: async (body: Uint8Array, revision: number) => {
      await shelf.write(body, revision);
      throw new Error('timeout');
    },
  };
  const book = new RuleBook(config, lost);
  expect(await book.put([rule('mine')], 0)).toBe(1);
  expect([idsOf(book.all), book.revision]).toEqual([['fixed', 'mine'], 1]);

  const away = new RuleBook(config, { read: () => Promise.reject(new Error('away')), write: () => Promise.reject(new Error('away')) });
  await expect(away.put([rule('mine')], 0)).rejects.toThrow(/SERVICE_UNAVAILABLE/);
  expect(idsOf(away.all)).toEqual(['fixed']);
});

test('where another was faster what stands is read again, and the next try is upon that', async () => {
  const shelf = shelfOf();
  const [one, other] = [new RuleBook(config, shelf), new RuleBook(config, shelf)];
  await one.put([rule('first')], 0);
  await expect(other.put([rule('second')], 0)).rejects.toThrow(/CONFLICT/);
  expect([idsOf(other.all), other.revision]).toEqual([['fixed', 'first'], 1]);
  // taken away whole, at a revision of its own
  shelf.kept = { revision: 2, body: null };
  await expect(one.put([rule('third')], 1)).rejects.toThrow(/CONFLICT/);
  expect([idsOf(one.all), await one.put([rule('third')], 2)]).toEqual([['fixed'], 3]);
});

test('of a channel that is configured no more a rule rests, and is shown all the same; so one whose id the configuration has taken', async () => {
  const kept = encode({ v: 1, rules: [rule('gone', { channels: ['old'] }), rule('half', { channels: ['old', 'bot'] }), rule('fixed')] });
  const book = new RuleBook(config, shelfOf({ revision: 3, body: kept }));
  await book.load();
  expect(idsOf(book.all)).toEqual(['fixed', 'half']);
  expect(book.all[1]!.channels).toEqual(['bot']);
  expect(idsOf(book.shown)).toEqual(['fixed', 'gone', 'half', 'fixed']);
});

test.each([
  ['of another version', encode({ v: 2, rules: [] })],
  ['no document', Uint8Array.of(0xc1)],
])('kept rules that are %s are a fault that is told, until somebody writes over them', async (_what, body) => {
  const book = new RuleBook(config, shelfOf({ revision: 3, body }));
  await book.load();
  expect([idsOf(book.all), book.revision]).toEqual([['fixed'], 3]);
  expect(book.fault).toEqual(expect.any(String));
  await book.put([], 3);
  expect(book.fault).toBeNull();
});
