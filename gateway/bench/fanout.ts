/**
 * `npm run bench -- --only fanout`: one event to many, from a gateway in this process to clients in others, each of which decodes it and checks that
 * none is missing. The same bytes by npm's `ws` in the same run. `--clients 1000,5000 --events 200`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { Access } from '../auth/access.ts';
import { DayState } from '../day-state.ts';
import { metrics, registry } from '../metrics.ts';
import { PastDays } from '../past-days.ts';
import { startGateway } from '../server.ts';
import { loadUws } from '../uws.ts';
import { Values } from '../ws/values.ts';
import type { Report, Task } from './fanout-clients.ts';

const { values: flags } = parseArgs({
  options: { clients: { type: 'string', default: '1000,5000' }, events: { type: 'string', default: '200' } },
});
const events = Number(flags.events);
const note = 'x'.repeat(400);
const date = '20261123';
const stepOf = (step: number, tsMs: number): JournalStep => ({
  v: 2,
  step,
  n: step,
  prevHash: '',
  hash: '',
  origin: 'simulated',
  entries: [
    {
      kind: 'transition',
      tsMs,
      actorId: 'market',
      actorSeq: step,
      machine: 'market',
      region: 'phase',
      from: 'LUNCH',
      to: 'CONT_PM',
      event: 'e',
      note,
      evidence: [],
      data: {},
    },
  ],
});
const now = (): number => performance.timeOrigin + performance.now();
const gapMs = 20;
const nobody = () => Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'a bench'));

/** Clients in four processes: `ready` once each of them listens, `reports` once each has seen the last event. */
function clientsAt(url: string, count: number, slow: number, kind: Task['kind']) {
  const processes = 4;
  const children: ChildProcess[] = Array.from({ length: processes }, () =>
    fork('engine/cli/launch.mjs', ['gateway/bench/fanout-clients.ts'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  const ready: Promise<unknown>[] = [];
  const reports: Promise<Report>[] = [];
  for (const child of children) {
    ready.push(new Promise((resolve) => child.on('message', (said) => said === 'ready' && resolve(said))));
    reports.push(new Promise((resolve) => child.on('message', (said) => said !== 'ready' && resolve(said as Report))));
    child.send({ url, count: count / processes, slow: slow / processes, last: events + 1, kind } satisfies Task);
  }
  return { ready: Promise.all(ready), reports: Promise.all(reports) };
}

const quantile = (all: readonly number[], q: number): number =>
  [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(q * all.length))] ?? Number.NaN;
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

type Figures = {
  readonly delivered: number;
  readonly broken: number;
  readonly resumed: number;
  readonly perCpuSec: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMb: number;
};

/** Sends the events a few milliseconds apart and waits until everybody has them. */
async function measured(clients: ReturnType<typeof clientsAt>, send: (i: number) => void): Promise<Figures> {
  await clients.ready;
  const cpu = process.cpuUsage();
  let rss = 0;
  for (let i = 0; i < events; i++) {
    send(i);
    await pause(gapMs);
    rss = Math.max(rss, process.memoryUsage().rss);
  }
  const reports = await clients.reports;
  const { user, system } = process.cpuUsage(cpu);
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const latencies = reports.flatMap((report) => report.latencies);
  const delivered = sum((report) => report.delivered);
  return {
    delivered,
    broken: sum((report) => report.broken),
    resumed: sum((report) => report.resumed),
    perCpuSec: delivered / ((user + system) / 1e6),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    rssMb: Math.round(rss / 1e6),
  };
}

async function through(count: number, slow: number): Promise<Figures> {
  const port = await freePort();
  const day = new DayState('test-1');
  day.apply(date, stepOf(1, now()));
  day.caughtUp = true;
  const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-bench-')));
  const gateway = await startGateway(await loadUws(), {
    host: '127.0.0.1',
    port,
    day,
    values: new Values(),
    ready: () => ({ ready: true, checks: {} }),
    report: () => ({}),
    metrics: async () => ({ type: registry.contentType, text: '' }),
    ask: nobody,
    command: nobody,
    notify: nobody,
    why: nobody,
    lanes: nobody,
    config: [],
    tokens,
    access: new Access(tokens, { needsToken: false, code: null }),
    past: new PastDays({ days: nobody, steps: nobody }, day.run),
    mine: { read: nobody, write: nobody },
    version: 'bench',
    measure: metrics,
    onFault: (error) => console.error(error),
    onAct: () => undefined,
    connectionsPerAddress: 100_000,
  });
  const figures = await measured(clientsAt(`ws://127.0.0.1:${port}/v1/stream`, count, slow, 'fenshi'), (i) => {
    const { delta, newDay } = day.apply(date, stepOf(i + 2, now()));
    gateway.broadcast(delta, newDay);
  });
  await gateway.close();
  return figures;
}

/** The same events by `ws`, encoded once as well. */
async function throughWs(count: number): Promise<Figures> {
  const port = await freePort();
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  const figures = await measured(clientsAt(`ws://127.0.0.1:${port}`, count, 0, 'ws'), (i) => {
    const frame = JSON.stringify({
      ch: 'market',
      type: 'delta',
      origin: 'simulated',
      seq: i + 2,
      prev: i + 1,
      ts: now(),
      events: stepOf(i + 2, 0).entries,
    });
    for (const socket of server.clients) socket.send(frame);
  });
  server.close();
  return figures;
}

const print = (what: string, { delivered, broken, perCpuSec, p50, p99, rssMb, resumed }: Figures, of: number): void =>
  console.log(
    `${what.padEnd(44)} ${Math.round(perCpuSec).toLocaleString('en').padStart(10)} deliveries a CPU second; p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms; ${delivered} of ${of}, ${broken} gaps, ${resumed} resumed, ${rssMb} MB`,
  );

for (const count of flags.clients.split(',').map(Number)) {
  const of = count * events;
  const plain = await through(count, 0);
  print(`${count} clients`, plain, of);
  const slow = await through(count, 200);
  print(`${count} clients, 200 of them slow`, slow, of);
  console.log(`  p99 of the others with slow ones beside them: ${((100 * slow.p99) / plain.p99 - 100).toFixed(0)} % (asked: within 10)`);
  const ws = await throughWs(count);
  print(`${count} clients by ws`, ws, of);
  console.log(`  ratio to ws: ${(plain.perCpuSec / ws.perCpuSec).toFixed(1)} ×`);
}
process.exit(0);
