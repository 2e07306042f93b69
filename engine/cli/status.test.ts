/** `status` and `tail` of a run whose gateway asks everybody for a token: the word of the lock, the door's own answer. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalStep } from '../../contracts/journal.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { Access } from '../../gateway/auth/access.ts';
import { DayState } from '../../gateway/day-state.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { loadUws, type Uws } from '../../gateway/uws.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { gatewayOptions } from '../../scenarios/support/gateway.ts';
import { freePort } from '../../scenarios/support/test-broker.ts';
import { startOf } from '../log/processes.ts';
import { foldDay } from '../runtime/fold.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const date = '20261123';

describe.skipIf(reason !== '')(`where everybody needs a token${reason === '' ? '' : ` (${reason})`}`, () => {
  let gateway: Gateway;
  let day: DayState;
  let rest: JournalStep[];
  let token: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const made = generatedDay({ count: 60, until: '10:30' });
    const { steps } = foldDay(made.bundle, made.entries);
    day = new DayState('test-1');
    for (const step of steps.slice(0, 20)) day.apply(date, step);
    rest = steps.slice(20);
    day.caughtUp = true;
    const dir = mkdtempSync(join(tmpdir(), 'fenshi-status-'));
    const tokens = new Tokens(dir);
    token = (await tokens.issue('reader', 'viewer', 3_600_000)).token;
    const port = await freePort();
    const report = () => ({
      run: 'test-1',
      ready: true,
      code: null,
      why: null,
      origin: 'simulated',
      source: null,
      openedWith: null,
      refusedBoards: [],
      roles: [],
      day: { tradeDate: date, step: day.step },
    });
    gateway = await startGateway(
      loaded as Uws,
      gatewayOptions(day, port, { tokens, report, access: new Access(tokens, { needsToken: true, code: null }) }),
    );
    mkdirSync(dir, { recursive: true });
    const lock = {
      pid: process.pid,
      pidStart: startOf(process.pid),
      run: 'test-1',
      host: '127.0.0.1',
      port,
      natsPort: 1,
      opsPort: 1,
      startedMs: 0,
    };
    writeFileSync(join(dir, 'up.lock'), JSON.stringify(lock));
    env = { ...process.env, FENSHI_DATA: dir };
    delete env.FENSHI_TOKEN;
  });
  afterAll(() => gateway.close());

  const fenshi = ['engine/cli/launch.mjs', 'engine/cli/main.ts'];
  const said = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [...fenshi, ...args], { env: { ...env, ...more } }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );

  test.each([['status'], ['tail']])('%s without one says what to set, and ends', async (command) => {
    const { code, stderr } = await said([command]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('UNAUTHORIZED: set FENSHI_TOKEN to a valid token; fenshi token create')]);
  });

  test.each([['status'], ['tail']])('%s with one that was never given out is as good as none', async (command) => {
    const { code, stderr } = await said([command], { FENSHI_TOKEN: `${token}x` });
    expect([code, stderr]).toEqual([1, expect.stringContaining('UNAUTHORIZED')]);
  });

  test('status with one tells the run', async () => {
    const { code, stdout } = await said(['status'], { FENSHI_TOKEN: token });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^test-1 .* ready\n {2}market {4}simulated, 20261123, step 20/);
  });

  test('tail with one prints what comes', async () => {
    const tail = spawn(process.execPath, [...fenshi, 'tail', '--json'], {
      env: { ...env, FENSHI_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    tail.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    // a step more at each look: when it begins to listen nobody else knows
    await expect
      .poll(() => {
        const step = rest.shift();
        if (step === undefined) throw new Error('the day is told');
        const { delta, newDay } = day.apply(date, step);
        gateway.broadcast(delta, newDay);
        return out;
      })
      .toContain('\n');
    expect(JSON.parse(out.split('\n')[0]!).opportunity.instrument).toMatch(/^\d{6}\.(SH|SZ|BJ)$/);
    tail.kill('SIGTERM');
    expect(await new Promise((resolve) => tail.once('exit', resolve))).toBe(0);
  });
});
