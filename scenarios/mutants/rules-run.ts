/** Each mutation of a rule in a copy of the tree, under the tests that hold it. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { injectBug } from '../support/mutant.ts';
import { type RuleBug, ruleBugs } from './rules.ts';

const parts = ['gateway', 'scenarios', 'vitest.config.ts', 'fenshi.config.yaml', 'nats.conf'];

/** What the tests say when one fails over it; null when none does. */
function wordsOver(bug: RuleBug): string | null {
  const root = injectBug(bug, parts);
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--no-color', ...bug.tests];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  rmSync(root, { recursive: true, force: true });
  return status === 0 ? null : stdout;
}

/** The tests as they are must pass: a red one would notice everything. @returns exit code */
export function mutateRules(wanted: string | undefined): number {
  const bugs = ruleBugs.filter(({ name }) => wanted === undefined || name.includes(wanted));
  const tests = [...new Set(bugs.flatMap((bug) => bug.tests))];
  if (bugs.length === 0) return 1;
  const [first] = bugs;
  const words = wordsOver({ ...first!, replace: first!.find, tests });
  if (words !== null) {
    console.log(`${words.slice(-2000)}\nthe tests fail without a mutation`);
    return 1;
  }
  let missed = 0;
  for (const bug of bugs) {
    const noticed = wordsOver(bug) !== null;
    if (!noticed) missed += 1;
    console.log(`${noticed ? 'noticed ' : 'MISSED  '} ${bug.name}  (${bug.tests.join(', ')})`);
  }
  console.log(`${bugs.length} mutations of rules: ${bugs.length - missed} noticed, ${missed} missed`);
  return missed === 0 ? 0 : 1;
}
