import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ruleBugs } from './rules.ts';

test('each mutation of a rule has its place in the source, a name of its own, and tests that exist', () => {
  const tests = ['actors', 'contracts', 'engine', 'gateway', 'scenarios'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((path) => (path.endsWith('.test.ts') ? [`${folder}/${path}`] : [])),
  );
  expect(new Set(ruleBugs.map(({ name }) => name)).size).toBe(ruleBugs.length);
  for (const { name, file, find, replace, tests: filters } of ruleBugs) {
    expect(readFileSync(file, 'utf8').split(find), name).toHaveLength(2);
    expect(replace, name).not.toBe(find);
    for (const filter of filters)
      expect(
        tests.some((path) => path.includes(filter)),
        `${name}: ${filter}`,
      ).toBe(true);
  }
});
