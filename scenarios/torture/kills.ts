/**
 * Kills the engine at named points while it folds a stored tape, starts it again, and hands back what the streams hold.
 * The tape is written before: played as fast as it can be read, so transitions come far above 20 a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { decode } from '../../contracts/codec.ts';
import { JournalStep, type LifecycleMessage } from '../../contracts/journal.ts';
import { type RoleStart, roleEnv } from '../../contracts/roles.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { saveBundle } from '../../engine/log/bundle-store.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { JetStreamTapeWriter } from '../../engine/log/jetstream-tape.ts';
import { ensureStreams } from '../../engine/log/streams.ts';
import type { CrashPoint } from '../../engine/runtime/crash-points.ts';
import type { GeneratedDay } from '../support/days.ts';
import { freePort, type TestBroker } from '../support/test-broker.ts';

export type Kill = { readonly point: CrashPoint | 'nats-server'; readonly count: number };
export type Outcome = {
  readonly steps: JournalStep[];
  readonly lifecycle: LifecycleMessage[];
  readonly hits: Readonly<Record<string, number>>;
};

/** Runs the day through `kills`, then without interruption to its end. */
export async function foldUnderFire(
  broker: TestBroker,
  day: GeneratedDay,
  kills: readonly Kill[],
  expectedSteps: number,
): Promise<Outcome> {
  const nc = await connectBroker(broker.access('engine'), 'torture');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const bundles = `${broker.dir}/bundles`;
  saveBundle(bundles, day.bundle);
  const writer = new JetStreamTapeWriter(js, jsm, broker.run, day.market.date);
  for (const [n, entry] of day.entries.entries()) await writer.append(n, entry);
  await writer.close();
  const role: RoleStart = {
    run: broker.run,
    ...broker.access('engine'),
    opsPort: await freePort(),
    dir: broker.dir,
    bundles,
    logLevel: 'silent',
  };
  const hits: Record<string, number> = {};
  for (const { point, count } of kills) {
    if (point === 'nats-server') {
      const engine = start(role);
      await journaled(jsm, broker.run, count);
      await broker.killAndRestart();
      hits[point] = (hits[point] ?? 0) + 1;
      engine.kill('SIGKILL');
      await exited(engine);
      continue;
    }
    const killed = await exited(start(role, `${point}:${count}`));
    if (killed === 'SIGKILL') hits[point] = (hits[point] ?? 0) + 1;
  }
  const last = start(role);
  const entries = async () => (await jsm.streams.info(streams(broker.run).lifecycle)).state.messages;
  await journaled(jsm, broker.run, expectedSteps);
  const steps = await collect(js, streams(broker.run).journal, expectedSteps, (body) => JournalStep.parse(decode(body)));
  const wanted = steps.reduce((sum, step) => sum + step.entries.length, 0);
  while ((await entries()) < wanted) await pause();
  last.kill('SIGTERM');
  await exited(last);
  const lifecycle = await collect(js, streams(broker.run).lifecycle, await entries(), (body) => decode(body) as LifecycleMessage);
  await nc.close();
  return { steps, lifecycle, hits };
}

function start(role: RoleStart, crash?: string): ChildProcess {
  const env = { ...process.env, [roleEnv]: JSON.stringify(role), ...(crash === undefined ? {} : { FENSHI_CRASH: crash }) };
  return spawn(process.execPath, ['engine/cli/launch.mjs', 'engine/main.ts'], { env, stdio: 'ignore' });
}

const exited = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null
      ? child.once('exit', (_code, signal) => resolve(signal))
      : resolve(child.signalCode),
  );

async function journaled(jsm: Awaited<ReturnType<typeof jetstreamManager>>, run: string, steps: number): Promise<void> {
  for (;;) {
    const info = await jsm.streams.info(streams(run).journal, { subjects_filter: subjects(run).allJournal }).catch(() => null);
    if (info !== null && info.state.messages >= steps) return;
    await pause();
  }
}

async function collect<T>(js: ReturnType<typeof jetstream>, stream: string, count: number, read: (body: Uint8Array) => T): Promise<T[]> {
  const items: T[] = [];
  const consumer = await js.consumers.get(stream);
  const messages = await consumer.consume();
  for await (const message of messages) {
    items.push(read(message.data));
    if (items.length >= count) break;
  }
  await messages.close();
  return items;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
