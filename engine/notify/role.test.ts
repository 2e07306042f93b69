/** The role itself, on a real broker and against a webhook: killed while a message is out, cut off from the broker, and without an engine. */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Transition } from '../../contracts/journal.ts';
import { askNotify } from '../../contracts/process/ask-service.ts';
import { roleEnv } from '../../contracts/roles.ts';
import type { NotifyServiceName } from '../../contracts/services.ts';
import { type FoldedDay, foldedDay } from '../../scenarios/support/days.ts';
import { freePort, startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from '../log/connect.ts';
import { ensureMineBucket } from '../log/feed-bucket.ts';
import { JetStreamJournal } from '../log/jetstream-journal.ts';
import { ensureStreams } from '../log/streams.ts';

type Told = { readonly path: string; readonly key: string; readonly title: string; readonly count: number; readonly maybeRepeat: boolean };
let broker: TestBroker;
let nc: NatsConnection;
let day: FoldedDay;
let server: Server;
let host: string;
/** What was taken, in its order; `hangs`: questions that nobody answers. */
const told: Told[] = [];
const hanging: ServerResponse[] = [];
let hangs = false;
let changed = (): void => undefined;
let role: ChildProcess | null = null;

const until = (isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    changed = () => {
      if (isSo()) resolve();
    };
    changed();
  });

beforeAll(async () => {
  broker = await startTestBroker();
  nc = await connectBroker(broker.access('engine'), 'test');
  await ensureStreams(await jetstreamManager(nc), broker.run);
  day = foldedDay({ count: 80, until: '10:30' });
  server = createServer((request, response) => {
    let raw = '';
    request.on('data', (chunk) => {
      raw += String(chunk);
    });
    request.on('end', () => {
      if (hangs) hanging.push(response);
      else {
        told.push({ ...(JSON.parse(raw) as Told), path: request.url! });
        response.end('{}');
      }
      changed();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(async () => {
  role?.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  await nc.close();
  await broker.stop();
});

/** Resolves once the role says that it is up. */
async function begin(): Promise<void> {
  const start = {
    run: broker.run,
    ...broker.access('notify'),
    opsHost: '127.0.0.1',
    opsPort: await freePort(),
    dir: broker.dir,
    bundles: broker.dir,
    logLevel: 'fatal',
    notify: {
      channels: {
        bot: { kind: 'webhook', url: `${host}/bot`, secret: 's' },
        ops: { kind: 'webhook', url: `${host}/ops`, secret: 's' },
      },
      rules: [
        { id: 'changes', about: 'opportunity', channels: ['bot'], state: ['discovered'] },
        { id: 'engine', about: 'system', channels: ['ops'] },
      ],
      digestSec: 10,
    },
  };
  const child = fork('engine/cli/launch.mjs', ['engine/notify/main.ts'], { env: { ...process.env, [roleEnv]: JSON.stringify(start) } });
  role = child;
  await new Promise((resolve) => child.once('message', resolve));
  // what is stored from now on is news; before the role has looked it would be the past
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${start.opsPort}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
/** What is there already is not stored twice. */
async function append(to: number): Promise<void> {
  const journal = new JetStreamJournal(jetstream(nc), await jetstreamManager(nc), broker.run, '20261123', day.sha);
  for (const step of day.steps.slice(0, to)) await journal.append(step);
}
const ofLife = (from: number, to: number): readonly Transition[] =>
  day.steps
    .slice(from, to)
    .flatMap(({ entries }) => entries)
    .flatMap((entry) => (entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle' ? [entry] : []));
const discovered = (from: number, to: number): number => ofLife(from, to).filter((entry) => entry.from === null).length;
/** Steps at the end of the day that are kept for the last test, twice. */
const kept = 15;
/** Changes that were told, each message once. */
const count = (): number =>
  [...new Map(told.filter(({ path }) => path === '/bot').map((each) => [each.key, each.count])).values()].reduce((sum, of) => sum + of, 0);

test('it tells each change of after it came, over its own end and the broker’s, and that there is no engine', async () => {
  const [first, second, third, end] = [40, 120, 150, day.steps.length - 2 * kept];
  for (const [from, to] of [
    [first, second],
    [second, third],
    [third, end],
  ] as const)
    expect(discovered(from, to)).toBeGreaterThan(0);
  await append(first);
  await begin();
  await append(second);
  await until(() => count() === discovered(first, second));
  expect(told.some(({ maybeRepeat }) => maybeRepeat)).toBe(false);

  hangs = true;
  await append(third);
  await until(() => hanging.length > 0);
  const gone = new Promise((resolve) => role!.once('exit', resolve));
  role!.kill('SIGKILL');
  await gone;
  hangs = false;
  await begin();
  await until(() => count() === discovered(first, third));
  expect(told.some(({ maybeRepeat }) => maybeRepeat)).toBe(true);

  await nc.close();
  await broker.killAndRestart();
  nc = await connectBroker(broker.access('engine'), 'test');
  await append(end);
  await until(() => count() === discovered(first, end));
  // nobody is an engine here
  await until(() => told.some(({ path, title }) => path === '/ops' && title === '⛔ 引擎中断'));
  const keys = told.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test('rules that people keep are in force with the answer, and after its end', async () => {
  const [from, middle, end] = [day.steps.length - 2 * kept, day.steps.length - kept, day.steps.length];
  const ends = (begin: number, to: number): number =>
    ofLife(begin, to).filter((entry) => entry.to === 'ended' && entry.from !== 'ended').length;
  expect(Math.min(ends(from, middle), ends(middle, end))).toBeGreaterThan(0);
  const heard = (): number =>
    [
      ...new Map(
        told.filter(({ path, title }) => path === '/ops' && title !== '⛔ 引擎中断').map((each) => [each.key, each.count]),
      ).values(),
    ].reduce((sum, of) => sum + of, 0);
  const ask = <N extends NotifyServiceName>(name: N, request: never) => askNotify(nc, broker.run, name, request);
  const rule = { id: 'own', about: 'opportunity', channels: ['ops'], state: ['ended'], severity: 'info', cooldownSec: 0 };
  await expect(ask('notify-rules', { revision: 0, rules: [rule] } as never), 'no engine has made the bucket').rejects.toThrow(
    'SERVICE_UNAVAILABLE',
  );
  await ensureMineBucket(jetstream(nc), broker.run);
  const { revision } = await ask('notify-rules', { revision: 0, rules: [rule] } as never);
  expect(revision).toBeGreaterThan(0);
  await expect(ask('notify-rules', { revision: 0, rules: [] } as never)).rejects.toThrow('CONFLICT');
  await append(middle);
  await until(() => heard() === ends(from, middle));
  const { of, matched } = await ask('notify-try', { rule } as never);
  expect([matched, of > matched]).toEqual([ends(0, middle), true]);

  const gone = new Promise((resolve) => role!.once('exit', resolve));
  role!.kill('SIGKILL');
  await gone;
  await begin();
  const held = await ask('notifications', { limit: 1 } as never);
  expect(held).toMatchObject({ revision, rulesFault: null });
  expect(held.rules.filter(({ own }) => own)).toEqual([{ ...rule, own: true }]);
  await append(end);
  await until(() => heard() === ends(from, end));
});
