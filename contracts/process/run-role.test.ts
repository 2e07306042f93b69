import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type RoleName, roleEnv } from '../roles.ts';

const start = { run: 'test-1', servers: '', user: '', password: '', opsPort: 1, dir: '/nowhere', bundles: '/nowhere' };

/** A role whose main is `body`, as a process under a supervisor. */
function role(body: string, name: RoleName = 'engine'): ChildProcess {
  const program = `
    const { runRole } = await import('./contracts/process/run-role.ts');
    const { FenshiError } = await import('./contracts/errors.ts');
    await runRole('${name}', async ({ signal, up, closing, log }) => { ${body} });`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    env: { ...process.env, [roleEnv]: JSON.stringify(start) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

async function ended(child: ChildProcess, onUp: () => void = () => undefined) {
  const told: { type: string; code?: string; message?: string }[] = [];
  let printed = '';
  child.stdout!.on('data', (chunk) => (printed += chunk));
  child.on('message', (message: (typeof told)[number]) => {
    told.push(message);
    if (message.type === 'up') onUp();
  });
  const [[exit]] = await Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
  const events = printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  // in the order of the alphabet: a log that is flushed at the exit may tell its last lines in another one than they were said
  return { exit, told, events: events.sort() };
}

describe('how a role ends', () => {
  test.each([
    ['what another start will not better', "throw new FenshiError('JOURNAL_FORK', 'step 7')", 2, 'JOURNAL_FORK'],
    ['no addon for this platform', "throw new FenshiError('GATEWAY_UWS_UNAVAILABLE', 'musl')", 2, 'GATEWAY_UWS_UNAVAILABLE'],
    ['what may pass', "throw new FenshiError('STORE_UNAVAILABLE', 'chDB ended')", 1, 'STORE_UNAVAILABLE'],
    ['a full disk', "throw Object.assign(new Error('write'), { code: 'ENOSPC' })", 1, 'DISK_FULL'],
    ['a bug', "throw new TypeError('undefined is not a function')", 1, 'BUG'],
  ])('%s', async (_what, body, exit, code) => {
    expect(await ended(role(body))).toMatchObject({ exit, told: [{ type: 'failed', code }], events: ['engine.failed'] });
  });

  test('at its end what it named is closed, the last first', async () => {
    const body = "up(); let told = ''; closing(() => log.info({ event: told + 'first' }), async () => { told += 'second '; });";

    expect(await ended(role(body, 'gateway'))).toEqual({
      exit: 0,
      told: [{ type: 'up' }],
      events: ['gateway.stopped', 'second first'],
    });
  });

  test.each(['SIGTERM', 'disconnect'])('%s stops it, and what fails on the way down is no failure', async (how) => {
    const waiting =
      "const held = setInterval(() => 0, 1e6); up(); await new Promise((_done, fail) => signal.addEventListener('abort', () => { clearInterval(held); fail(new Error('cut off')); }));";
    const child = role(waiting);

    expect(await ended(child, () => (how === 'disconnect' ? child.disconnect() : child.kill('SIGTERM')))).toEqual({
      exit: 0,
      told: [{ type: 'up' }],
      events: ['engine.stopped', 'engine.stopping'],
    });
  });

  test('SIGINT of the terminal is its supervisor’s business', async () => {
    const child = role('up(); await new Promise((done) => setTimeout(done, 300)); signal.throwIfAborted();');

    expect(await ended(child, () => child.kill('SIGINT'))).toMatchObject({ exit: 0, events: ['engine.stopped'] });
  });
});
