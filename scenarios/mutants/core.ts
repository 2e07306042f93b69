/**
 * `npm run mutants -- --core [--files <glob,…>] [--keep]`: which changes of the core its tests do not notice.
 *
 * Change    every condition, operator, literal and statement of a file, one at a time (StrykerJS); the tests that cover it are run
 * Ratchet   `core-floors.json`: the least share of changes, in percent, that each file's tests must notice; `--keep` raises floors
 * Left out  what is evaluated at import only (tables): a changed table would need the tests of every file
 * Exit 1    where a file is below its floor, or has none
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { belowFloor, Floors, raised, scoresOf } from './ratchet.ts';

export const coreFiles = [
  'engine/{clean,features,detectors,opportunities,cell}/**/*.ts',
  'actors/**/*.ts',
  'gateway/day-state.ts',
  'gateway/ws/*.ts',
  '!**/*.test.ts',
];
const floorsFile = 'scenarios/mutants/core-floors.json';
/** @returns exit code */
export async function mutateCore(files: readonly string[], keep: boolean): Promise<number> {
  const temp = mkdtempSync(join(tmpdir(), 'fenshi-mutants-'));
  const results = await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutants.config.ts', related: false },
    mutate: [...files],
    // what a run left in this folder is no source, and a store's links cannot be copied
    ignorePatterns: ['.fenshi'],
    // TypeScript 7 has no API for Stryker to rewrite a tsconfig with, and nothing here needs one
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 2,
    // a busy machine is no change that was noticed
    timeoutMS: 20_000,
    reporters: ['clear-text'],
    clearTextReporter: { reportTests: false, logTests: false, allowColor: false },
    tempDirName: temp,
  }).runMutationTest();
  rmSync(temp, { recursive: true, force: true });
  const root = `${process.cwd()}/`;
  const scores = scoresOf(results.map((each) => ({ ...each, fileName: each.fileName.replace(root, '') })));
  const floors = existsSync(floorsFile) ? Floors.parse(JSON.parse(readFileSync(floorsFile, 'utf8'))) : {};
  if (keep) writeFileSync(floorsFile, `${JSON.stringify(raised(scores, floors, existsSync), null, 2)}\n`);
  const low = keep ? [] : belowFloor(scores, floors, existsSync);
  for (const line of low) console.log(line);
  console.log(`${results.length} changes over ${Object.keys(scores).length} files: ${low.length} below their floor`);
  return low.length === 0 ? 0 : 1;
}
