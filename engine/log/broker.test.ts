import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort, natsServer } from '../../scenarios/support/test-broker.ts';
import { accessFor, type Broker, brokerRoles, endOrphan, ensureSecrets, startBroker } from './broker.ts';
import { connectBroker } from './connect.ts';
import { isAlive } from './processes.ts';

let dir: string;
let port: number;
const started: Broker[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-broker-'));
  port = await freePort();
});
afterEach(async () => {
  for (const broker of started.splice(0)) await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function start(more: { run?: string; port?: number } = {}): Promise<Broker> {
  const broker = await startBroker({ program: natsServer, configFile: 'nats.conf', dir, run: 'test-1', port, ...more });
  started.push(broker);
  return broker;
}

describe('the embedded broker', () => {
  test('a living one of the same run is adopted: two servers on one store would destroy it', async () => {
    const first = await start();
    const second = await start();

    expect([second.adopted, second.pid, second.port]).toEqual([true, first.pid, first.port]);
    const nc = await connectBroker(accessFor(dir, port, 'engine'), 'test');
    await nc.close();
  });

  test('one that is named but no longer answers as ours is ended, and a new one takes its store', async () => {
    const first = await start();
    const holder = JSON.parse(readFileSync(join(dir, 'broker.json'), 'utf8')) as { port: number };
    writeFileSync(join(dir, 'broker.json'), JSON.stringify({ ...holder, port: await freePort() }));
    const second = await start({ port: await freePort() });

    expect(isAlive(first.pid)).toBe(false);
    expect([second.adopted, second.pid === first.pid]).toEqual([false, false]);
  });

  test('a port that something else answers on is refused, by name', async () => {
    const other = createServer((socket) => socket.end('hello\n')).listen(port, '127.0.0.1');

    await expect(start()).rejects.toThrow(`PORT_IN_USE: 127.0.0.1:${port} is answered by another program; set nats.port or end it`);
    other.close();
  });

  test('another run’s broker on the port is named, not adopted', async () => {
    await start({ run: 'test-2' });
    const elsewhere = mkdtempSync(join(tmpdir(), 'fenshi-broker-'));

    await expect(startBroker({ program: natsServer, configFile: 'nats.conf', dir: elsewhere, run: 'test-1', port })).rejects.toThrow(
      'is answered by fenshi-test-2',
    );
    rmSync(elsewhere, { recursive: true, force: true });
  });

  test('an orphan is ended by pid; a pid that now belongs to another process is spared', async () => {
    const broker = await start();
    expect(await endOrphan(dir)).toBe(true);
    expect(isAlive(broker.pid)).toBe(false);

    writeFileSync(join(dir, 'broker.json'), JSON.stringify({ pid: process.pid, startedMs: 0, port, name: 'fenshi-test-1' }));
    expect(await endOrphan(dir)).toBe(false);
    writeFileSync(join(dir, 'broker.json'), '{"pid": 1'); // cut while writing
    expect(await endOrphan(dir)).toBe(false);
  });

  test.skipIf(process.platform !== 'linux')('a process that has ended but was not collected by its parent is dead', async () => {
    // the shell starts a child, becomes another program before it ends, and so never collects it
    const shell = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = await new Promise<number>((resolve) => shell.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));

    expect(isAlive(shell.pid!)).toBe(true);
    expect(() => process.kill(pid, 0)).not.toThrow(); // a zombie still answers
    shell.kill('SIGKILL');
  });

  test('a program that is no broker is said so with what it printed', async () => {
    await expect(startBroker({ program: '/bin/false', configFile: 'nats.conf', dir, run: 'test-1', port })).rejects.toThrow(
      'BROKER_UNREACHABLE: nats-server did not start',
    );
  });

  test('a program that is not there is said so by name', async () => {
    await expect(startBroker({ program: '/nowhere/nats', configFile: 'nats.conf', dir, run: 'test-1', port })).rejects.toThrow(
      'BROKER_UNREACHABLE: nats-server did not start: spawn /nowhere/nats ENOENT',
    );
  });

  test('secrets: one per role, readable by the owner only, kept, and completed when a role is added', () => {
    const secrets = ensureSecrets(dir);
    expect(Object.keys(secrets)).toEqual([...brokerRoles]);
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);

    const { control: _gone, ...older } = secrets;
    writeFileSync(join(dir, 'secrets.json'), JSON.stringify(older));
    expect(ensureSecrets(dir)).toMatchObject(older);
    expect(ensureSecrets(dir).control).toMatch(/^p[0-9a-f]{36}$/);
  });
});

describe('rights', () => {
  test.each([
    ['scenarios', 'journal.v1.test-1.20261123'],
    ['scenarios', 'lifecycle.v1.test-1.market'],
    ['control', 'tape.v1.test-1.quote'],
    ['control', 'journal.v1.test-1.20261123'],
    ['gateway', 'tape.v1.test-1.control'],
    ['gateway', 'journal.v1.test-1.20261123'],
    ['subscriber', 'tape.v1.test-1.clock'],
    ['subscriber', 'svc.v1.test-1.control'],
    ['subscriber', 'svc.v1.test-1.notify-test'],
    ['subscriber', 'svc.v1.test-1.notify-rules'],
    ['subscriber', 'svc.v1.test-1.notify-try'],
    ['gateway', '$KV.MINE-test-1.rules'],
    ['notify', '$KV.MINE-test-1.mine.guest'],
    ['subscriber', 'quality.v1.test-1.tencent'],
  ] as const)('%s may not publish %s', async (role, subject) => {
    await start();
    const nc = await connectBroker(accessFor(dir, port, role), 'test');
    await expect(nc.request(subject, new Uint8Array(1), { timeout: 2000 })).rejects.toThrow(/permissions|violation/i);
    await nc.close();
  });

  test('subscriber asks a service and may not answer for it', async () => {
    await start();
    const nc = await connectBroker(accessFor(dir, port, 'subscriber'), 'test');
    const answering = nc.subscribe('svc.v1.test-1.minutes');
    await expect(
      (async () => {
        for await (const _ of answering);
      })(),
    ).rejects.toThrow(/permissions|violation/i);
    await expect(nc.request('svc.v1.test-1.minutes', new Uint8Array(1), { timeout: 2000 })).rejects.toThrow(/no responders/);
    await nc.close();
  });

  test('a wrong password is refused', async () => {
    await start();
    await expect(connectBroker({ ...accessFor(dir, port, 'engine'), password: 'wrong' }, 'test', 300)).rejects.toThrow(
      'BROKER_UNREACHABLE',
    );
  });
});
