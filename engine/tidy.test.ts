import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Source files of the five folders. */
function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) ? [path] : [];
  });
}
const folders = ['contracts', 'actors', 'engine', 'gateway', 'scenarios'] as const;
const files = folders.flatMap(sources).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const isTest = (path: string) => path.includes('.test.') || path.includes('scenarios/support');
const pure = ['contracts/', 'actors/', 'engine/clean/', 'engine/features/', 'engine/detectors/', 'engine/opportunities/', 'engine/cell/'];

describe('house rules', () => {
  test('arrows point one way: contracts ← actors ← engine; gateway → contracts; nothing imports scenarios', () => {
    const may: Record<string, readonly string[]> = {
      contracts: ['contracts'],
      actors: ['contracts', 'actors'],
      engine: ['contracts', 'actors', 'engine'],
      gateway: ['contracts', 'gateway'],
      scenarios: ['contracts', 'actors', 'engine', 'scenarios'],
    };
    const wrong = files
      .filter(({ path }) => !isTest(path))
      .flatMap(({ path, text }) => {
        const own = path.split('/')[0]!;
        const imported = [...text.matchAll(/from '((?:\.\.?\/)+[^']*)'/g)].map(([, target]) => join(path, '..', target!).split('/')[0]!);
        return imported
          .filter((target) => folders.includes(target as never) && !may[own]!.includes(target))
          .map((target) => `${path} → ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  test('pure folders have no node, clock, chance, I/O or platform transcendental', () => {
    const banned =
      /from 'node:|Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|process\.|fetch\(|\*\*|Math\.(?:exp|log|pow|tanh|sin|cos|log1p|expm1|cbrt|hypot)\(/;
    const wrong = files
      .filter(({ path }) => pure.some((folder) => path.startsWith(folder)) && !isTest(path))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, i) =>
            banned.test(line) && !/^\s*(\*|\/\*\*|\/\/)/.test(line) && !line.includes('clock-ok')
              ? [`${path}:${i + 1}: ${line.trim()}`]
              : [],
          ),
      );
    expect(wrong).toEqual([]);
  });

  test('the slow references import only types', () => {
    const slow = files.filter(({ path }) => /oracles\/slow-[a-z]+\.ts$/.test(path));
    expect(slow).toHaveLength(2);
    for (const { path, text } of slow) expect(text.match(/^import (?!type)/gm), path).toBeNull();
  });

  test('no file passes 400 lines', () => {
    expect(files.filter(({ path, text }) => !isTest(path) && text.split('\n').length > 400).map(({ path }) => path)).toEqual([]);
  });

  test('generator and detectors share no module', () => {
    const market = files.filter(({ path }) => path.startsWith('scenarios/market/') && !path.endsWith('bundle.ts'));
    expect(
      market
        .filter(({ text }) => /engine\/(detectors|opportunities|features)\//.test(text) && !/index-line/.test(text))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  test('the oracle of vendor bodies imports nothing of the engine', () => {
    const oracle = files.filter(({ path }) => /scenarios\/mutants\/(oracle|values|bodies|mutate)[a-z-]*\.ts$/.test(path));
    expect(oracle).toHaveLength(9);
    expect(oracle.filter(({ text }) => /from '[^']*engine\//.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('every reader of the journal reads through the one that knows its earlier versions', () => {
    const wrong = files
      .filter(({ path }) => !isTest(path) && path !== 'contracts/compat/read.ts')
      .filter(({ text }) => /JournalStep\.(safeP|p)arse\(/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('no unfinished work and no skipped reason-less tests', () => {
    const wrong = files
      .filter(({ path }) => !path.endsWith('tidy.test.ts'))
      .flatMap(({ path, text }) => (/\b(TODO|FIXME|XXX)\b|\.only\(|as any\b|@ts-ignore/.test(text) ? [path] : []));
    expect(wrong).toEqual([]);
  });
});
