import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Source files of the five folders. */
function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist') return []; // what was built, not what was written
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) ? [path] : [];
  });
}
const folders = ['contracts', 'actors', 'engine', 'gateway', 'scenarios'] as const;
const files = folders.flatMap(sources).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const isTest = (path: string) => path.includes('.test.') || path.includes('scenarios/support');
/** What a file imports of the repository, as paths from its root. */
const importsOf = (path: string, text: string): string[] =>
  [...text.matchAll(/from '((?:\.\.?\/)+[^']*)'/g)].map(([, target]) => join(path, '..', target!));
const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync('contracts/decisions').map((name) => `contracts/decisions/${name}`)].map(
  (path) => ({
    path,
    text: readFileSync(path, 'utf8'),
  }),
);
/** What a process and its supervisor agree on: signals, exit, log lines, ops port. Neither pure nor a schema. */
const processes = 'contracts/process/';
const pure = ['contracts/', 'actors/', 'engine/clean/', 'engine/features/', 'engine/detectors/', 'engine/opportunities/', 'engine/cell/'];

const isPure = (path: string) => pure.some((folder) => path.startsWith(folder)) && !path.startsWith(processes);

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

  test('the engine’s rooms lie one over another: an import goes down', () => {
    const order = ['telemetry', 'wire', 'log', 'clean', 'features', 'detectors', 'opportunities', 'backtest', 'reference', 'cell'];
    const rooms = [...order, 'runtime', 'files', 'store', 'feeds', 'sandbox', 'notify', 'query', 'ops', 'cli'];
    const roomOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1]! : 'main');
    const wrong = files
      .filter(({ path }) => path.startsWith('engine/') && !isTest(path) && roomOf(path) !== 'main')
      .flatMap(({ path, text }) =>
        importsOf(path, text)
          .filter((target) => target.startsWith('engine/'))
          .filter((target) => roomOf(target) !== roomOf(path) && rooms.indexOf(roomOf(target)) >= rooms.indexOf(roomOf(path)))
          .map((target) => `${path} → ${target}`),
      );
    expect(wrong).toEqual([]);
    expect(
      [
        ...new Set(
          files
            .map(({ path }) => path)
            .filter((path) => path.startsWith('engine/'))
            .map(roomOf),
        ),
      ].sort(),
    ).toEqual([...rooms, 'main', 'tidy.test.ts'].filter((room) => room !== 'tidy.test.ts').sort());
  });

  test('a pure folder imports pure folders only, so that nothing impure is behind one', () => {
    const wrong = files
      .filter(({ path }) => isPure(path) && !isTest(path))
      .flatMap(({ path, text }) =>
        importsOf(path, text)
          .filter((target) => !isPure(target))
          .map((target) => `${path} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('what the code cites of the law has its heading there, and nothing cites a page that is not here', () => {
    const anchors = new Set<string>();
    for (const page of readdirSync('contracts/spec')) {
      anchors.add(page);
      for (const [, heading] of readFileSync(join('contracts/spec', page), 'utf8').matchAll(/^#+ (.+)$/gm))
        anchors.add(
          `${page}#${heading!
            .toLowerCase()
            .replace(/[^a-z0-9 -]/g, '')
            .replaceAll(' ', '-')}`,
        );
    }
    const cited = [...files, ...pages].flatMap(({ path, text }) =>
      [...text.matchAll(/contracts\/spec\/([a-z-]+\.md(?:#[a-z0-9-]+)?)/g)].map(([, anchor]) => ({ path, anchor: anchor! })),
    );
    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter(({ anchor }) => !anchors.has(anchor)).map(({ path, anchor }) => `${path}: ${anchor}`)).toEqual([]);
    const elsewhere = /\b(?:quant|sources|reliability|experience|stack|real-market)\.md §|\bdesign §/;
    expect(
      [...files, ...pages].filter(({ path, text }) => !path.endsWith('tidy.test.ts') && elsewhere.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  test('words the field has another word for are not written (contracts/spec/words.md)', () => {
    const banned: readonly (readonly [RegExp, string])[] = [
      [/\bone a (?:source|role|symbol|key|path|machine|minute|second|slot|bar|line|way)\b/, 'per …'],
      [/\bthe wall’?'?s pace\b/, 'real time'],
      [/\bis worth nothing\b/, 'is not valid'],
      [/\bnought\b/, '0'],
      [/\btimer wheel\b/i, 'timer queue'],
      [/\bto be had\b/, 'available'],
      [/\blaid beside\b/, 'compared with'],
      [/\b(?:is|was|been|be|an?) left alone\b/, 'circuit open, not requested'],
      [/\bcould not be had\b/, 'unavailable'],
      [/\bnone of ours\b/, 'unknown, or of another program'],
      [/\b(?:is|are) well again\b/, 'has recovered'],
      [/\btold differently\b/, 'conflicting'],
      [/\bfor so long\b/, 'for this long'],
      [/\bsaid aloud\b/, 'recorded'],
      [/\bin place of the invented\b/, 'instead of the invented'],
      [/\bnobody had\b/i, 'missing everywhere'],
      [/\b(?:two|three) (?:\w+ )?at the least\b/, 'at least two'],
      [/\bgiveOf\b/, 'retainedImpulse'],
      [/\btellAll\b/, 'broadcast'],
      [/\bheardMs\b/, 'lastBatchMs'],
      [/\bonOdd\b|\bodd: \{|\bodd\?/, 'anomalies'],
      [/\b(?:breathMs|breathe)\b/, 'yieldMs'],
      [/\bworthMs\b/, 'maxAgeMs'],
      [/\bthaw(?!ed\.)/, 'resume, or the stall ends'],
      [/\bstirring\b/, 'active'],
    ];
    const wrong = [...files, ...pages]
      .filter(({ path }) => !path.endsWith('tidy.test.ts') && path !== 'contracts/spec/words.md')
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, i) =>
            banned.filter(([word]) => word.test(line)).map(([word, instead]) => `${path}:${i + 1}: ${word.source}: write ${instead}`),
          ),
      );
    expect(wrong).toEqual([]);
  });

  test('pure folders have no node, clock, chance, I/O or platform transcendental', () => {
    const banned =
      /from 'node:|Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|process\.|fetch\(|\*\*|Math\.(?:exp|log|pow|tanh|sin|cos|log1p|expm1|cbrt|hypot)\(/;
    const wrong = files
      .filter(({ path }) => isPure(path) && !isTest(path))
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
