/**
 * A real nats-server for one test file, on its own port and in its own folder, from the repository's nats.conf.
 *
 * onDisk   true: every message is synced before it is acknowledged, as in a run: for what is about durability, or measures. Otherwise it is
 *          written, which outlives the server, and synced later: 25,000 entries a day are half a minute of syncs that prove nothing
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessFor, type Broker, type BrokerRole, startBroker } from '../../engine/log/broker.ts';
import type { BrokerAccess } from '../../engine/log/connect.ts';

export type TestBroker = {
  readonly run: string;
  readonly dir: string;
  readonly port: number;
  readonly access: (role: BrokerRole) => BrokerAccess;
  /** Ends the server at once, and starts it again on the same store. */
  readonly killAndRestart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export const natsServer = process.env.NATS_SERVER ?? 'nats-server';

/** Below the range that systems hand out by themselves, so that nobody is given one between our look and our use of it. */
const [lowest, span, stride] = [12_000, 18_000, 16];
let taken = 0;

export const freePort = (): Promise<number> => freePorts(1);

/** The first of `count` neighbouring free ports; each process begins elsewhere. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = lowest + (((process.pid * 37 + taken++) * stride) % span);
    const found = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (found.every(Boolean)) return first;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

export async function startTestBroker({ run = 'test-1', onDisk = false } = {}): Promise<TestBroker> {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-broker-'));
  const port = await freePort();
  const configFile = onDisk ? 'nats.conf' : syncedLater(dir);
  const start = () => startBroker({ program: natsServer, configFile, dir, run, port });
  let broker: Broker = await start();
  return {
    run,
    dir,
    port,
    access: (role) => accessFor(dir, port, role),
    killAndRestart: async () => {
      process.kill(broker.pid, 'SIGKILL');
      await broker.exited;
      broker = await start();
    },
    stop: async () => {
      await broker.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const synced = 'sync_interval: always';

function syncedLater(dir: string): string {
  const config = readFileSync('nats.conf', 'utf8');
  if (!config.includes(synced)) throw new Error(`nats.conf has no line "${synced}"`);
  const file = join(dir, 'nats.conf');
  writeFileSync(file, config.replace(synced, 'sync_interval: "2m"'));
  return file;
}
