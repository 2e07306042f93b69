import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { injectBug } from '../support/mutant.ts';
import { bugs } from './bugs.ts';
import { feedsIn } from './feeds.ts';
import { trial } from './trial.ts';

/** Bodies in `npm test`; `npm run mutants` takes 200,000. */
const count = Number(process.env.FENSHI_MUTANTS ?? 36_000);

describe('mutated vendor bodies against an oracle that shares nothing with the parsers', () => {
  test('no crash, no wrong row; of every parser at least 30 % accepted and 30 % rejected', async () => {
    const tallies = trial(await feedsIn(process.cwd()), count);

    expect(tallies.filter(({ crashes, wrong }) => crashes + wrong > 0)).toEqual([]);
    expect(tallies.filter(({ bodies, accepted, rejected }) => accepted < 0.3 * bodies || rejected < 0.3 * bodies)).toEqual([]);
  });

  test.each(bugs)('finds: $name', async (bug) => {
    const root = injectBug(bug);
    const tallies = trial(await feedsIn(root), 6000);
    rmSync(root, { recursive: true });
    const sum = (of: 'crashes' | 'wrong'): number => tallies.reduce((all, each) => all + each[of], 0);

    expect(tallies).toHaveLength(37);
    expect(sum('crashes')).toBe(0);
    expect(sum('wrong')).toBeGreaterThan(0);
  });

  test('the command says the same of a copy with a bug in it, and ends with 1', () => {
    const root = injectBug(bugs[0]!);
    const run = spawnSync(process.execPath, ['engine/cli/launch.mjs', 'scenarios/mutants/main.ts', '--count', '6000', '--feeds', root], {
      encoding: 'utf8',
    });
    rmSync(root, { recursive: true });

    expect(run.stderr).toBe('');
    expect(run.status, run.stdout.slice(-300)).toBe(1);
    expect(run.stdout).toMatch(/over 37 parsers: 0 crashes, [1-9]\d* wrong/);
  });
});
