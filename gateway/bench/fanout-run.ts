/** One run of the fan-out: so many clients in other processes, a server in this one, and every event to all of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { FenshiError } from '../../contracts/errors.ts';
import { frameLimits } from '../../contracts/frames.ts';
import type { JournalEntry, JournalStep } from '../../contracts/journal.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { Access } from '../auth/access.ts';
import { DayState } from '../day-state.ts';
import { metrics, registry } from '../metrics.ts';
import { PastDays } from '../past-days.ts';
import { startGateway } from '../server.ts';
import { loadUws } from '../uws.ts';
import { Values } from '../ws/values.ts';
import type { Report, Task } from './fanout-clients.ts';

/** `heavy` of the clients follow a channel of long events besides; `isSlow`: those read nothing until all is sent. */
export type Load = { readonly count: number; readonly events: number; readonly heavy: number; readonly isSlow: boolean };
export type Figures = Omit<Report, 'latencies'> & {
  /** Of the gateway's process. */
  readonly perCpuSec: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMb: number;
};

const date = '20261123';
const note = 'x'.repeat(400);
/** 200 of these are 6.4 MB a client: more than the kernel takes, so that they lie with us. */
const heavyNote = 'x'.repeat(32_768);
const now = (): number => performance.timeOrigin + performance.now();
const nobody = () => Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'a bench'));

const entryOf = (step: number, tsMs: number, machine: 'market' | 'source', text: string): JournalEntry => ({
  kind: 'transition',
  tsMs,
  actorId: machine === 'market' ? 'market' : 'source:tencent',
  actorSeq: step,
  machine,
  region: machine === 'market' ? 'phase' : 'link',
  from: 'A',
  to: 'B',
  event: 'e',
  note: text,
  evidence: [],
  data: {},
});
const stepOf = (step: number, tsMs: number, isHeavy: boolean): JournalStep => ({
  v: 2,
  step,
  n: step,
  prevHash: '',
  hash: '',
  origin: 'simulated',
  entries: [entryOf(step, tsMs, 'market', note), ...(isHeavy ? [entryOf(step, tsMs, 'source', heavyNote)] : [])],
});

/** `ready` once each client listens, `reports` once each has seen the last event. */
function clientsAt(url: string, { count, events, heavy, isSlow }: Load, kind: Task['kind']) {
  const processes = 4;
  const children: ChildProcess[] = Array.from({ length: processes }, () =>
    fork('engine/cli/launch.mjs', ['gateway/bench/fanout-clients.ts'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  const ready: Promise<unknown>[] = [];
  const reports: Promise<Report>[] = [];
  for (const child of children) {
    ready.push(new Promise((resolve) => child.on('message', (said) => said === 'ready' && resolve(said))));
    reports.push(new Promise((resolve) => child.on('message', (said) => said !== 'ready' && resolve(said as Report))));
    child.send({ url, count: count / processes, heavy: heavy / processes, isSlow, last: events + 1, kind } satisfies Task);
  }
  const read = (): void => {
    for (const child of children) child.send('read');
  };
  return { ready: Promise.all(ready), reports: Promise.all(reports), read };
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

/** Sends the events, 25,000 deliveries a second in all, and waits until everybody has them. */
async function measured(
  clients: ReturnType<typeof clientsAt>,
  { count, events, isSlow }: Load,
  send: (i: number) => void,
): Promise<Figures> {
  await clients.ready;
  const cpu = process.cpuUsage();
  let rss = 0;
  const watch = setInterval(() => (rss = Math.max(rss, process.memoryUsage().rss)), 100);
  for (let i = 0; i < events; i++) {
    send(i);
    await pause(count / 25);
  }
  // who is slow has been told so by then
  if (isSlow) await pause(frameLimits.stuckMs + 3000);
  if (isSlow) clients.read();
  const reports = await clients.reports;
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpu);
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const latencies = reports.flatMap((report) => report.latencies);
  const delivered = sum((report) => report.delivered);
  return {
    delivered,
    broken: sum((report) => report.broken),
    resumed: sum((report) => report.resumed),
    restored: sum((report) => report.restored),
    closed: sum((report) => report.closed),
    toldSlow: sum((report) => report.toldSlow),
    perCpuSec: delivered / ((user + system) / 1e6),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    rssMb: Math.round(rss / 1e6),
  };
}

export async function throughGateway(load: Load): Promise<Figures> {
  const port = await freePort();
  const day = new DayState('test-1');
  day.apply(date, stepOf(1, now(), load.heavy > 0));
  day.caughtUp = true;
  const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-bench-')));
  const gateway = await startGateway(await loadUws(), {
    host: '127.0.0.1',
    port,
    day,
    values: new Values(),
    ready: () => ({ ready: true, checks: {} }),
    report: () => ({}),
    qualityOf: () => null,
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
  const figures = await measured(clientsAt(`ws://127.0.0.1:${port}/v1/stream`, load, 'fenshi'), load, (i) => {
    const { delta, newDay } = day.apply(date, stepOf(i + 2, now(), load.heavy > 0));
    gateway.broadcast(delta, newDay);
  });
  await gateway.close();
  return figures;
}

/** The same events by npm's `ws`, encoded once as well. */
export async function throughWs(load: Load): Promise<Figures> {
  const port = await freePort();
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  const figures = await measured(clientsAt(`ws://127.0.0.1:${port}`, load, 'ws'), load, (i) => {
    const { entries } = stepOf(i + 2, 0, false);
    const frame = JSON.stringify({ ch: 'market', type: 'delta', origin: 'simulated', seq: i + 2, prev: i + 1, ts: now(), events: entries });
    for (const socket of server.clients) socket.send(frame);
  });
  server.close();
  return figures;
}
