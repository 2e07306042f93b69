import { expect, test } from 'vitest';
import { fenshiProgram } from './program.ts';

const namesOf = async (wanted?: string): Promise<string[]> => (await fenshiProgram(wanted)).commands.map((each) => each.name());

test('a command asked for by name is made alone, each one of them', async () => {
  const all = await namesOf();
  expect(all).toEqual([...new Set(all)]);
  expect(all).toContain('up');
  expect(await Promise.all(all.map(namesOf))).toEqual(all.map((name) => [name]));
});

test.each([undefined, '--help', 'nothing', 'constructor'])('for %s all are made', async (wanted) => {
  expect((await namesOf(wanted)).length).toBeGreaterThan(10);
});
