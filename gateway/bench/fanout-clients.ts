/**
 * A share of the clients, in a process of its own: each checks its `prev` chains, decodes what it gets, and says how long it was on its way. IPC: a
 * task in, `ready`, then its figures once each client has seen the last event.
 */
import { performance } from 'node:perf_hooks';
import WebSocket from 'ws';

export type Task = {
  readonly url: string;
  readonly count: number;
  /** So many follow the heavy channel as well. */
  readonly heavy: number;
  /** Those read nothing until they are told `read`. */
  readonly isSlow: boolean;
  readonly last: number;
  readonly kind: 'fenshi' | 'ws';
};
export type Report = {
  readonly delivered: number;
  readonly broken: number;
  /** Subscriptions after a close that were given all that was missed, or a snapshot. */
  readonly resumed: number;
  readonly restored: number;
  /** Connections that the gateway ended, and how many of them could still read the code 4008. */
  readonly closed: number;
  readonly toldSlow: number;
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
  epoch?: string;
  events?: { seq: number }[];
};
type Place = { epoch: string; offset: number };

const now = (): number => performance.timeOrigin + performance.now();
const state = { delivered: 0, broken: 0, resumed: 0, restored: 0, closed: 0, toldSlow: 0, ready: 0, done: 0, latencies: [] as number[] };
/** Every fiftieth client's way is timed. */
const sampled = 50;
const slowCode = 4008;

const stopped: WebSocket[] = [];
process.on('message', (task: Task | 'read') => {
  if (task === 'read') return stopped.forEach((socket) => socket.resume());
  for (let i = 0; i < task.count; i++) new Client(task, i).connect();
});

class Client {
  readonly #task: Task;
  readonly #i: number;
  readonly #isHeavy: boolean;
  readonly #places = new Map<string, Place>();
  #isFirst = true;

  constructor(task: Task, i: number) {
    this.#task = task;
    this.#i = i;
    this.#isHeavy = i < task.heavy;
    for (const ch of this.#isHeavy ? ['market', 'sources'] : ['market'])
      this.#places.set(ch, { epoch: '', offset: task.kind === 'ws' ? 1 : 0 });
  }

  connect(): void {
    const { url, kind } = this.#task;
    const socket = new WebSocket(url, 'fenshi.v1.json');
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      state.closed += 1;
      if (code === slowCode) state.toldSlow += 1;
      if (!this.#isDone()) setTimeout(() => this.connect(), 100);
    });
    socket.on('message', (data: Buffer) => {
      this.#take(JSON.parse(String(data)) as Frame, socket);
      if (this.#isDone()) this.#finish(socket);
    });
    if (kind === 'ws') socket.on('open', () => this.#ready());
  }

  #take(frame: Frame, socket: WebSocket): void {
    if (frame.op === 'welcome') {
      for (const [ch, since] of this.#places)
        socket.send(JSON.stringify({ op: 'sub', id: 1, ch, ...(since.epoch === '' ? {} : { since }) }));
    }
    const place = this.#places.get(frame.ch ?? '');
    if (place === undefined) return;
    if (frame.recovered !== undefined) this.#answered(frame, place, socket);
    if (frame.type !== 'delta') return;
    if (frame.prev! > place.offset) state.broken += 1;
    if (frame.seq! > place.offset && frame.ch === 'market') state.delivered += 1;
    place.offset = Math.max(place.offset, frame.seq!);
    if (!this.#isHeavy && this.#i % sampled === sampled - 1) state.latencies.push(now() - frame.ts!);
  }

  #answered(frame: Frame, place: Place, socket: WebSocket): void {
    if (place.epoch !== '') {
      if (frame.recovered) state.resumed += 1;
      else state.restored += 1;
      if (frame.ch === 'market') state.delivered += frame.recovered ? frame.events!.length : 0;
    }
    [place.offset, place.epoch] = [frame.offset!, frame.epoch!];
    if (!this.#isFirst || [...this.#places.values()].some(({ epoch }) => epoch === '')) return;
    this.#isFirst = false;
    this.#ready();
    if (!this.#isHeavy || !this.#task.isSlow) return;
    socket.pause();
    stopped.push(socket);
  }

  #isDone = (): boolean => [...this.#places.values()].every(({ offset }) => offset >= this.#task.last);

  #finish(socket: WebSocket): void {
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    socket.close();
    state.done += 1;
    if (state.done < this.#task.count) return;
    const { ready: _ready, done: _done, ...report } = state;
    process.send?.(report satisfies Report, () => process.exit(0));
  }

  #ready(): void {
    state.ready += 1;
    if (state.ready === this.#task.count) process.send?.('ready');
  }
}
