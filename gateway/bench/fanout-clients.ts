/**
 * A share of the clients, in a process of its own: each checks its `prev` chain, decodes what it gets, and says how long it was on its way. IPC: {url,
 * count, slow, kind} in, `ready`, then `done` with its figures once each has seen `last`.
 */
import { performance } from 'node:perf_hooks';
import WebSocket from 'ws';

export type Task = {
  readonly url: string;
  readonly count: number;
  readonly slow: number;
  readonly last: number;
  readonly kind: 'fenshi' | 'ws';
};
export type Report = {
  readonly delivered: number;
  readonly broken: number;
  readonly resumed: number;
  readonly latencies: readonly number[];
};
type Frame = {
  op?: string;
  ch?: string;
  type?: string;
  seq?: number;
  prev?: number;
  ts?: number;
  offset?: number;
  recovered?: boolean;
  events?: { seq: number }[];
};

const now = (): number => performance.timeOrigin + performance.now();
const state = { delivered: 0, broken: 0, resumed: 0, ready: 0, done: 0, latencies: [] as number[] };
const sampled = 50;

process.on('message', (task: Task) => {
  for (let i = 0; i < task.count; i++) connect(task, i < task.slow, i);
});

function connect(task: Task, isSlow: boolean, i: number, since: { epoch: string; offset: number } | null = null): void {
  const socket = new WebSocket(task.url, 'fenshi.v1.json');
  let [seen, epoch] = [since?.offset ?? (task.kind === 'ws' ? 1 : 0), since?.epoch ?? ''];
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (seen < task.last && task.kind === 'fenshi') setTimeout(() => connect(task, false, i, { epoch, offset: seen }), 100); // resumes
  });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(String(data)) as Frame & { epoch?: string };
    if (frame.op === 'welcome')
      return socket.send(JSON.stringify({ op: 'sub', id: 1, ch: 'market', ...(since === null ? {} : { since }) }));
    if (frame.recovered !== undefined) {
      if (frame.recovered) {
        state.resumed += 1;
        state.delivered += frame.events!.length;
      }
      [seen, epoch] = [frame.offset!, frame.epoch!];
      if (since === null) ready();
      // it reads nothing until the rest is through
      if (isSlow) socket.pause();
      if (isSlow) setTimeout(() => socket.resume(), 8000);
    }
    if (frame.type === 'delta') {
      if (frame.prev! > seen) state.broken += 1;
      if (frame.seq! > seen) state.delivered += 1;
      seen = Math.max(seen, frame.seq!);
      if (!isSlow && i % sampled === 0) state.latencies.push(now() - frame.ts!);
    }
    if (seen >= task.last) finish(socket);
  });
  if (task.kind === 'ws') socket.on('open', ready);

  function finish(own: WebSocket): void {
    own.removeAllListeners('close');
    own.close();
    state.done += 1;
    if (state.done < task.count) return;
    const { delivered, broken, resumed, latencies } = state;
    process.send?.({ delivered, broken, resumed, latencies } satisfies Report, () => process.exit(0));
  }
  function ready(): void {
    state.ready += 1;
    if (state.ready === task.count) process.send?.('ready');
  }
}
