/**
 * Receive → transition on a client socket: feed, broker, engine, gateway and client as processes of their own, whole market at its
 * 3-second cadence, open loop. An entry's time starts when it was due to be sent, whether or not the sender kept up.
 *
 * 09:30    the last seconds before the open at 1×, then ten times as many quotes for 3 s, then 1×
 * 10:00    1× with a 10× burst of 3 s every 20 s: here the opportunities are
 *
 * `everything`: every strategy that there is speaks, and store, query and notify read along as they do in a run.
 */

import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { defaultConfig } from '../../contracts/config.ts';
import { NotifyConfig, updateKinds } from '../../contracts/notify.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import { midnightOf } from '../../contracts/session.ts';
import { subjects } from '../../contracts/subjects.ts';
import { encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { detectors } from '../../engine/detectors/registry.ts';
import { saveBundle } from '../../engine/log/bundle-store.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { ensureStreams } from '../../engine/log/streams.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { generatedBundle } from '../market/bundle.ts';
import { scaledRates } from '../market/episodes.ts';
import { MarketDay } from '../market/market-day.ts';
import { RoleProcess, roleStart } from '../support/role-process.ts';
import { freePort, startTestBroker } from '../support/test-broker.ts';
import type { Arrival } from './live-client.ts';
import { type Stored, storedTimes } from './live-stages.ts';
import { answering, textOf, type Used, usageOf, usageOfAll, usedSince } from './live-usage.ts';
import { dueOf, livePace, type Stretch } from './schedule.ts';

const date = '20261123';
const hms = (h: number, m: number, s: number): number => h * 3600 + m * 60 + s;
const openStretch: readonly Stretch[] = [
  { fromSec: hms(9, 29, 55), wallSec: 5, speed: 1 },
  { fromSec: hms(9, 30, 0), wallSec: 3, speed: 10 },
  { fromSec: hms(9, 30, 30), wallSec: 10, speed: 1 },
];
const mainFrom = hms(10, 0, 0);
/** A real market plants these in four hours; here they come twenty times as often, to have enough transitions in two minutes. */
const plantedMore = 20;
const now = (): number => performance.timeOrigin + performance.now();

export type LiveBench = {
  readonly symbols: number;
  readonly quotesPerSec: number;
  readonly transitions: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly inBurst: { readonly transitions: number; readonly p50: number; readonly p99: number };
  /** The parts of the way: due → on TAPE → in JOURNAL → at the client. */
  readonly stages: Readonly<Record<'tape' | 'journal' | 'client', { readonly p50: number; readonly p99: number }>>;
  /** The five that took longest, by tape time, and their parts in ms. */
  readonly slowest: readonly (Way & { readonly tapeTime: string })[];
  /** How late the sender was against its schedule, p99 ms: near zero, or the figures above say little. */
  readonly senderLateP99: number;
  /** Quotes a second while the tape between the stretches was caught up as fast as it went. */
  readonly headroom: number;
  /** From the start of a killed engine's successor: until it first stands somewhere on the tape, how much was left then, until its end. */
  readonly restart: { readonly restoredMs: number; readonly quotes: number; readonly totalMs: number };
  readonly engineRssMb: number;
  /** Over the second stretch, by role: cores in use, memory at its end. */
  readonly used: Used;
  /** Events that reached actors, a share of the second stretch's quotes. */
  readonly actorShare: number;
};

export async function benchLive(symbols: number, liveSec: number, everything = false): Promise<LiveBench> {
  const market = new MarketDay({ seed: 1, date, day: 0, count: symbols, faulty: false, rates: scaled(plantedMore) });
  const bundle = generatedBundle({ seed: 1, date, issues: market.issues, config: everything ? allSpeaking : defaultConfig });
  const mainStretch = burstsEvery20(mainFrom, liveSec);
  const endSec = mainStretch.reduce((sec, { wallSec, speed }) => sec + wallSec * speed, mainFrom);
  const entries = [...livePace({ tradeDate: date, bundle: bundleSha(bundle) }, market, endSec)];
  const broker = await startTestBroker({ onDisk: true });
  const bundles = `${broker.dir}/bundles`;
  saveBundle(bundles, bundle);
  const nc = await connectBroker(broker.access('engine'), 'bench-feed');
  await ensureStreams(await jetstreamManager(nc), broker.run);
  const engineStart = await roleStart(broker, 'engine', bundles);
  const engine = new RoleProcess('engine', engineStart);
  const gatewayStart = { ...(await roleStart(broker, 'gateway', bundles)), gateway: { host: '127.0.0.1', port: await freePort() } };
  const gateway = new RoleProcess('gateway', gatewayStart);
  engine.start();
  gateway.start();
  const beside = await Promise.all(
    (everything ? besides : []).map(async (role) => besideRole(role, await roleStart(broker, role, bundles))),
  );
  const ports = {
    engine: engineStart.opsPort,
    gateway: gatewayStart.opsPort,
    ...Object.fromEntries(beside.map(({ role, opsPort }) => [role, opsPort])),
  };
  await Promise.all(Object.values(ports).map(answering));
  const client = await startClient(`ws://127.0.0.1:${gatewayStart.gateway.port}/v1/stream`);
  const feed = new Feed(nc, broker.run, entries, () => readN(engineStart.opsPort));
  try {
    await feed.catchUp(openStretch[0]!.fromSec);
    const first = await feed.play(openStretch);
    const headroom = await feed.catchUp(mainFrom);
    const before = await usageOfAll(ports);
    const second = await feed.play(mainStretch);
    await feed.settled();
    const used = await usedSince(ports, before, second.sec);
    const engineNow = await usageOf(engineStart.opsPort);
    const actorShare = (engineNow.actorEvents - before.engine!.actorEvents) / (engineNow.quotes - before.engine!.quotes);
    const arrivals = await client.stop();
    const asked = new Set(arrivals.map(([tapeMs]) => tapeMs).filter((tapeMs) => first.due.has(tapeMs) || second.due.has(tapeMs)));
    const stored = await storedTimes(jetstream(nc), await jetstreamManager(nc), broker.run, asked);
    const engineRssMb = (await usageOf(engineStart.opsPort)).rssMb;
    await engine.kill();
    const restartedMs = now();
    engine.start();
    const restored = await feed.restored();
    const restoredMs = now() - restartedMs;
    await feed.settled();
    const restart = { totalMs: now() - restartedMs, restoredMs, quotes: feed.quotesFrom(restored) };
    return { ...report({ symbols, arrivals, stored, first, second, headroom, restart, engineRssMb }), used, actorShare };
  } finally {
    await engine.kill();
    await gateway.kill();
    for (const { process } of beside) await process.kill();
    await nc.close();
    await broker.stop();
  }
}

/** Those that read along in a run; notify tells of all that there is, to an address that refuses. */
const besides = ['store', 'query', 'notify'] as const;
const allSpeaking = {
  ...defaultConfig,
  detectors: Object.fromEntries(detectors.map(({ id }) => [id, { mode: 'active' }])),
};
const toNobody = NotifyConfig.parse({
  channels: { bot: { kind: 'webhook', url: 'http://127.0.0.1:9/', secret: 'bench' } },
  rules: [
    { id: 'states', about: 'opportunity', channels: ['bot'] },
    { id: 'updates', about: 'opportunity', channels: ['bot'], update: updateKinds },
  ],
});
function besideRole(role: (typeof besides)[number], start: RoleStart) {
  const process = new RoleProcess(role, role === 'notify' ? { ...start, notify: toNobody } : start);
  process.start();
  return { role, opsPort: start.opsPort, process };
}

/** When each entry's tape time was due, in wall ms, and whether within a burst. */
type Played = {
  readonly due: ReadonlyMap<number, { readonly wallMs: number; readonly burst: boolean }>;
  readonly late: readonly number[];
  readonly quotes: number;
  readonly sec: number;
};

class Feed {
  readonly #nc: NatsConnection;
  readonly #run: string;
  readonly #entries: readonly TapeEntry[];
  readonly #engineN: () => Promise<number>;
  readonly #midnight = midnightOf(date);
  #at = 0;

  constructor(nc: NatsConnection, run: string, entries: readonly TapeEntry[], engineN: () => Promise<number>) {
    this.#nc = nc;
    this.#run = run;
    this.#entries = entries;
    this.#engineN = engineN;
  }

  /** Sends all before `untilSec` as fast as it goes; returns the engine's quotes a second until it had them all. */
  async catchUp(untilSec: number): Promise<number> {
    const js = jetstream(this.#nc);
    const startMs = now();
    let quotes = 0;
    while (this.#at < this.#entries.length && this.#secOf(this.#entries[this.#at]!) < untilSec) {
      const window = [];
      for (; window.length < 64 && this.#at < this.#entries.length && this.#secOf(this.#entries[this.#at]!) < untilSec; this.#at++) {
        const entry = this.#entries[this.#at]!;
        if (entry.type === 'quotes') quotes += entry.batch.count;
        window.push(js.publish(subjects(this.#run).tape(entry), encodeTape(entry)));
      }
      await Promise.all(window);
    }
    await this.settled();
    return quotes / ((now() - startMs) / 1000);
  }

  /** Sends each entry when it is due; nothing waits for an answer. */
  async play(stretches: readonly Stretch[]): Promise<Played> {
    const due = new Map<number, { wallMs: number; burst: boolean }>();
    const late: number[] = [];
    const originMs = now() + 50;
    let quotes = 0;
    for (; this.#at < this.#entries.length; this.#at++) {
      const entry = this.#entries[this.#at]!;
      const offset = dueOf(stretches, this.#secOf(entry));
      if (offset === null) break;
      const wallMs = originMs + offset;
      await until(wallMs);
      this.#nc.publish(subjects(this.#run).tape(entry), encodeTape(entry));
      late.push(now() - wallMs);
      due.set(entry.tsMs, { wallMs, burst: speedAt(stretches, this.#secOf(entry)) > 1 });
      if (entry.type === 'quotes') quotes += entry.batch.count;
    }
    return { due, late, quotes, sec: (now() - originMs) / 1000 };
  }

  /** Waits until the engine has applied all that was sent. */
  async settled(): Promise<void> {
    while ((await this.#engineN()) < this.#at) await sleep(10);
  }

  /** The first entry that a started engine says it stands at. */
  async restored(): Promise<number> {
    for (;;) {
      const n = await this.#engineN();
      if (n > 0) return n;
      await sleep(10);
    }
  }

  quotesFrom = (n: number): number =>
    this.#entries.slice(n, this.#at).reduce((sum, entry) => sum + (entry.type === 'quotes' ? entry.batch.count : 0), 0);

  #secOf = ({ tsMs }: TapeEntry): number => (tsMs - this.#midnight) / 1000;
}

const speedAt = (stretches: readonly Stretch[], tapeSec: number): number =>
  stretches.find(({ fromSec, wallSec, speed }) => tapeSec >= fromSec && tapeSec < fromSec + wallSec * speed)?.speed ?? 1;

/** Sleeps to within two milliseconds, then yields: a timer alone wakes up to a millisecond late. */
async function until(wallMs: number): Promise<void> {
  const wait = wallMs - now();
  if (wait > 2) await sleep(wait - 1.5);
  while (now() < wallMs) await new Promise((resolve) => setImmediate(resolve));
}

function burstsEvery20(fromSec: number, liveSec: number): Stretch[] {
  const stretches: Stretch[] = [];
  let at = fromSec;
  for (let left = liveSec; left > 0; left -= 20) {
    stretches.push({ fromSec: at, wallSec: 17, speed: 1 }, { fromSec: at + 17, wallSec: 3, speed: 10 });
    at += 17 + 30;
  }
  return stretches;
}

const scaled = scaledRates;

async function startClient(url: string): Promise<{ stop: () => Promise<Arrival[]> }> {
  const child = fork('engine/cli/launch.mjs', ['scenarios/bench/live-client.ts'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const message = <T>(test: (given: T) => boolean) =>
    new Promise<T>((resolve) => {
      child.on('message', (given) => {
        if (test(given as T)) resolve(given as T);
      });
    });
  await portOpen(new URL(url));
  const ready = message<{ ready?: boolean }>((given) => given.ready === true);
  child.send({ url });
  await ready;
  return {
    stop: async () => {
      const answer = message<{ arrivals?: Arrival[] }>((given) => given.arrivals !== undefined);
      child.send({ stop: true });
      return (await answer).arrivals!;
    },
  };
}

async function portOpen({ host }: URL): Promise<void> {
  while (
    !(await fetch(`http://${host}/healthz`).then(
      () => true,
      () => false,
    ))
  )
    await sleep(50);
}

async function readN(port: number): Promise<number> {
  const text = await textOf(port, '/readyz');
  return text === '' ? 0 : ((JSON.parse(text) as { checks: { cell?: { n?: number } } }).checks.cell?.n ?? 0);
}

type Parts = {
  readonly symbols: number;
  readonly arrivals: readonly Arrival[];
  readonly stored: ReadonlyMap<number, Stored>;
  readonly first: Played;
  readonly second: Played;
  readonly headroom: number;
  readonly restart: LiveBench['restart'];
  readonly engineRssMb: number;
};

/** ms from when the entry was due until each stage had it. */
type Way = { readonly tape: number; readonly journal: number; readonly client: number };

function report({
  symbols,
  arrivals,
  stored,
  first,
  second,
  headroom,
  restart,
  engineRssMb,
}: Parts): Omit<LiveBench, 'used' | 'actorShare'> {
  const ways: (Way & { readonly tapeMs: number; readonly burst: boolean })[] = [];
  for (const [tapeMs, wallMs] of arrivals) {
    const due = first.due.get(tapeMs) ?? second.due.get(tapeMs);
    if (due === undefined) continue; // a timer's own moment, or the tape between the stretches
    const { tapeMs: onTape, journalMs } = stored.get(tapeMs) ?? { tapeMs: Number.NaN, journalMs: Number.NaN };
    ways.push({ tapeMs, burst: due.burst, tape: onTape - due.wallMs, journal: journalMs - due.wallMs, client: wallMs - due.wallMs });
  }
  const all = ways.map(({ client }) => client);
  const burst = ways.filter((way) => way.burst).map(({ client }) => client);
  const part = (of: (way: Way) => number) => ({ p50: quantile(ways.map(of), 0.5), p99: quantile(ways.map(of), 0.99) });
  return {
    symbols,
    quotesPerSec: Math.round((first.quotes + second.quotes) / (first.sec + second.sec)),
    transitions: all.length,
    p50: quantile(all, 0.5),
    p99: quantile(all, 0.99),
    p999: quantile(all, 0.999),
    max: quantile(all, 1),
    inBurst: { transitions: burst.length, p50: quantile(burst, 0.5), p99: quantile(burst, 0.99) },
    stages: {
      tape: part((way) => way.tape),
      journal: part((way) => way.journal - way.tape),
      client: part((way) => way.client - way.journal),
    },
    slowest: [...ways]
      .sort((a, b) => b.client - a.client)
      .slice(0, 5)
      .map(({ tapeMs, tape, journal, client }) => ({ tapeTime: clockOf(tapeMs), tape, journal, client })),
    senderLateP99: quantile([...first.late, ...second.late], 0.99),
    headroom: Math.round(headroom),
    restart,
    engineRssMb,
  };
}

/** 09:30:03.125, market time. */
const clockOf = (tapeMs: number): string => new Date(tapeMs - midnightOf(date)).toISOString().slice(11, 23);

function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
}
