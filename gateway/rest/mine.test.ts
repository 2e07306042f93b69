import { expect, test } from 'vitest';
import type { Mine } from '../../contracts/mine.ts';
import { ofCode } from '../../contracts/process/tokens.ts';
import { mineRoutes } from './mine.ts';

const kept = new Map<string, Mine>();
const [get, put] = mineRoutes({
  mine: {
    read: async (subject: string) => (kept.has(subject) ? { revision: 1, mine: kept.get(subject)! } : null),
    write: async (subject: string, mine: Mine, revision: number) => {
      if (revision !== 0) return null;
      kept.set(subject, mine);
      return 1;
    },
  },
} as never);
const lists = (name: string): Mine => ({ v: 1, lists: [{ name, symbols: ['600519.SH'] }], marks: {} }) as Mine;
const by = (subject: string, id: string | null) => ({ caller: { subject, id, role: 'viewer' } });
const read = async (subject: string, id: string | null) =>
  ((await get!.handle(by(subject, id) as never)).body as { mine: Mine }).mine.lists.map(({ name }) => name);
const write = async (subject: string, id: string | null, name: string) =>
  (await put!.handle({ ...by(subject, id), body: { revision: 0, mine: lists(name) } } as never)).body;

test('who sits at the machine keeps his lists, whether he came by the link of this start, of another, or by none', async () => {
  await write(`${ofCode}aaaa`, 't1', '自选');
  expect([await read(`${ofCode}bbbb`, 't2'), await read('guest', null)]).toEqual([['自选'], ['自选']]);
});

test('a token of another name is another person, who neither sees nor writes over what is his', async () => {
  expect(await read('wang', 't3')).toEqual([]);
  await write('wang', 't3', 'of Wang');
  expect([await read('wang', 't4'), await read('guest', null)]).toEqual([['of Wang'], ['自选']]);
});

test('what another was faster to change is a conflict', async () => {
  await expect(put!.handle({ ...by('wang', 't3'), body: { revision: 7, mine: lists('late') } } as never)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});
