/**
 * The scenarios role of a demo: the invented market. The pacer writes it to TAPE up to `startAt`; from there on the market is served by
 * emulated vendors, and the feed collects it as it would collect the real one. At another speed than 1 the pacer writes the whole day.
 *
 * Days     one trading day after another; a restart goes on where the tape stands
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { RoleStart, roleEnv } from '../contracts/roles.ts';
import { midnightOf } from '../contracts/session.ts';
import { streams } from '../contracts/subjects.ts';
import { codeVersion } from '../engine/cli/root.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { openFeedBucket } from '../engine/log/feed-bucket.ts';
import { JetStreamTapeWriter, newestDay } from '../engine/log/jetstream-tape.ts';
import { type PacedDay, pace } from '../engine/log/pacer.ts';
import { nextTradingDay } from '../engine/reference/calendar.ts';
import { makeLog } from '../engine/telemetry/log.ts';
import { LiveMarket } from './live-market.ts';
import { generatedBundle } from './market/bundle.ts';
import { MarketDay } from './market/market-day.ts';

type Demo = NonNullable<RoleStart['demo']>;
const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const log = makeLog('scenarios', start.logLevel);
const stop = new AbortController();
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGINT', () => stop.abort())
  .on('disconnect', () => stop.abort());

try {
  await main();
  log.info({ event: 'scenarios.stopped' });
  process.exit(0);
} catch (error) {
  log.fatal({ event: 'scenarios.failed', error: String(error) });
  process.exit(1);
}

async function main(): Promise<void> {
  const asked = start.demo;
  if (asked === undefined) throw new Error('the scenarios role needs a demo');
  const nc = await connectBroker(start, 'fenshi-scenarios');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  while ((await jsm.streams.info(streams(start.run).tape).catch(() => null)) === null) await sleep(50); // the engine makes the streams
  const demo = begun(start.dir, asked);
  const newest = await newestDay(jsm, start.run);
  process.send?.({ type: 'up' });
  let closes: Map<number, number> | undefined;
  let boards = new Map<number, number>();
  for (let date = demo.date, day = 0; !stop.signal.aborted; date = nextTradingDay(date), day++) {
    const market = new MarketDay({ seed: demo.seed, date, day, count: demo.count, ...(closes ? { closes } : {}) });
    const bundle = generatedBundle({
      seed: demo.seed,
      date,
      day,
      boards: market.boardsBefore(boards),
      issues: market.issues,
      config: demo.config,
      ...(closes ? { closes } : {}),
    });
    const paced = { tradeDate: date, bundle: saveBundle(start.bundles, bundle), codeVersion };
    const written = newest !== null && (date < newest.open.tradeDate || (date === newest.open.tradeDate && newest.closed));
    if (written)
      for (const _ of pace(paced, market)); // before a restart: only its closes are wanted
    else {
      log.info({ event: 'day.generated', date, symbols: market.issues.length, episodes: market.episodes.length });
      const startAt = day === 0 ? demo.startAt : '09:10';
      await (asked.speed === 1
        ? collectDay(js, jsm, market, paced, startAt)
        : writeDay(new JetStreamTapeWriter(js, jsm, start.run, date), market, paced, startAt, asked.speed));
    }
    closes = market.closes();
    boards = market.boards(market.boardsBefore(boards));
  }
  await nc.close();
}

/** What the run began with, from its folder: a restart on another day or with another seed goes on with the same market. */
function begun(dir: string, asked: Demo): Demo {
  const file = join(dir, 'demo.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Demo;
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(asked));
  renameSync(`${file}.tmp`, file);
  return asked;
}

function momentOf(date: string, clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return midnightOf(date) + (hours * 60 + minutes) * 60_000;
}

/** Paced to `startAt`, then served to the feed until the day is over. */
async function collectDay(js: JetStreamClient, jsm: JetStreamManager, market: MarketDay, day: PacedDay, startAt: string): Promise<void> {
  const from = momentOf(day.tradeDate, startAt);
  const live = new LiveMarket(market, from);
  const kv = await openFeedBucket(js, jsm, start.run, stop.signal);
  const resumed = await live.resumable(kv);
  if (!resumed) {
    const writer = new JetStreamTapeWriter(js, jsm, start.run, day.tradeDate);
    const stored = await writer.stored();
    let n = 0;
    for (const entry of pace(day, live.rows)) {
      if (stop.signal.aborted || entry.tsMs > from) break;
      if (n > stored) await writer.append(n, entry);
      n += 1;
    }
    await writer.flush();
  }
  if (stop.signal.aborted) return;
  await live.serve({ kv, jsm, run: start.run, dir: start.dir, log, signal: stop.signal });
}

async function writeDay(writer: JetStreamTapeWriter, market: MarketDay, day: PacedDay, startAt: string, speed: number): Promise<void> {
  const paceFrom = momentOf(day.tradeDate, startAt);
  const stored = await writer.stored();
  let origin: { readonly tapeMs: number; readonly wallMs: number } | null = null;
  let n = 0;
  for (const entry of pace(day, market)) {
    if (stop.signal.aborted) break;
    const ordinal = n++;
    if (ordinal <= stored) continue;
    if (entry.tsMs >= paceFrom) {
      origin ??= { tapeMs: entry.tsMs, wallMs: Date.now() };
      const wait = origin.wallMs + (entry.tsMs - origin.tapeMs) / speed - Date.now();
      if (wait > 2) {
        await writer.flush();
        await sleep(wait);
      }
    }
    await writer.append(ordinal, entry);
  }
  await writer.flush();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      stop.signal.removeEventListener('abort', done);
      clearTimeout(timer);
      resolve();
    }
    stop.signal.addEventListener('abort', done, { once: true });
  });
}
