/** An invented market can never be shown as the real one: each way that might lead there is tried. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayConfig } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { type RoleStart, roleEnv } from '../../contracts/roles.ts';
import { DayState } from '../../gateway/day-state.ts';
import { foldedDay } from '../../scenarios/support/days.ts';

const run = promisify(execFile);
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-kind-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const tried = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, ['engine/cli/launch.mjs', ...argv], { env: { ...process.env, FENSHI_DATA: dir, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, said: stdout + stderr }),
  );

test.each([
  ['a demo under the name of the real market', ['up', '--run', 'live']],
  ['a recorded day under it', ['up', '--run', 'live', '--recorded', '.']],
  ['the real market under a demo’s name', ['up', '--sources', 'tencent', '--run', 'demo-1']],
  ['the inventing role beside a broker elsewhere', ['role', 'scenarios', '--servers', '127.0.0.1:1', '--run', 'live']],
])('%s is refused before anything is started', async (_, args) => {
  const { code, said } = await tried(['engine/cli/main.ts', ...args], { FENSHI_PASSWORD_SCENARIOS: 'x' });
  expect([code, said]).toEqual([1, expect.stringContaining('RUN_KIND')]);
  expect(existsSync(join(dir, 'live'))).toBe(false);
});

test('the inventing role itself, told to write into the live run, ends and will not be started again', async () => {
  const start = {
    run: 'live',
    servers: '127.0.0.1:1',
    user: 'scenarios',
    password: 'x',
    opsPort: 1,
    dir,
    bundles: dir,
  } satisfies Partial<RoleStart>;
  const demo = { seed: 1, count: 6, date: '20261123', startAt: '10:00', speed: 1, config: dayConfig(defaultConfig) };
  const { code, said } = await tried(['scenarios/main.ts'], { [roleEnv]: JSON.stringify({ ...start, demo }) });
  expect([code, said]).toEqual([2, expect.stringContaining('RUN_KIND')]);
});

test('and where its steps stand in a run of that name all the same, they say of themselves what they are', () => {
  const { steps, market } = foldedDay({ count: 20 });
  const day = new DayState('live');
  for (const step of steps) day.apply(market.date, step);
  expect(new Set(steps.map(({ origin }) => origin))).toEqual(new Set(['simulated']));
  expect([day.origin, day.epoch]).toEqual(['simulated', `live/${market.date}/simulated`]);
});
