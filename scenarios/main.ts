/**
 * The scenarios role of a demo: a market, invented or recorded. The pacer writes it to TAPE up to `startAt`; from there on it is served
 * by emulated vendors, and the feed collects it as it would collect the real one. At another speed than 1 the pacer writes the whole day.
 *
 * Days     one trading day after another, of a recording as long as it has some; a restart goes on where the tape stands
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../contracts/errors.ts';
import { hopelessCode, RoleStart, roleEnv } from '../contracts/roles.ts';
import { midnightOf } from '../contracts/session.ts';
import { streams } from '../contracts/subjects.ts';
import { codeVersion } from '../engine/cli/root.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { recordedDays } from '../engine/log/day-files.ts';
import { openFeedBucket } from '../engine/log/feed-bucket.ts';
import { JetStreamTapeWriter, newestDay, type OpenDay } from '../engine/log/jetstream-tape.ts';
import { type PacedDay, pace, paceAsync } from '../engine/log/pacer.ts';
import { nextTradingDay } from '../engine/reference/calendar.ts';
import { makeLog } from '../engine/telemetry/log.ts';
import { LiveMarket, type ServedDay } from './live-market.ts';
import { generatedBundle } from './market/bundle.ts';
import { MarketDay } from './market/market-day.ts';
import { RecordedDay } from './recorded-day.ts';

type Demo = NonNullable<RoleStart['demo']>;
const unreadable: readonly string[] = ['NOT_FOUND', 'BUNDLE_MISSING', 'TAPE_CORRUPT'];
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
  log.fatal({ event: 'scenarios.failed', code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  // a recording that cannot be read will not be read at the next try
  process.exit(error instanceof FenshiError && unreadable.includes(error.code) ? hopelessCode : 1);
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
  const day: DayWriter = { js, jsm, demo: { ...demo, speed: asked.speed }, newest };
  await (demo.recorded == null ? invented(day) : recorded(day, demo.recorded));
  await nc.close();
}

type DayWriter = {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly demo: Demo;
  readonly newest: OpenDay | null;
};

function isWritten(newest: OpenDay | null, date: string): boolean {
  return newest !== null && (date < newest.open.tradeDate || (date === newest.open.tradeDate && newest.closed));
}

async function invented(to: DayWriter): Promise<void> {
  const { demo, newest } = to;
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
    if (isWritten(newest, date))
      for (const _ of pace(paced, market)); // before a restart: only its closes are wanted
    else {
      log.info({ event: 'day.generated', date, symbols: market.issues.length, episodes: market.episodes.length });
      await serveDay(to, market, paced, day === 0 ? demo.startAt : '09:10');
    }
    closes = market.closes();
    boards = market.boards(market.boardsBefore(boards));
  }
}

async function recorded(to: DayWriter, dir: string): Promise<void> {
  const days = recordedDays(dir);
  for (const [i, date] of days.entries()) {
    if (isWritten(to.newest, date) || stop.signal.aborted) continue;
    const market = await RecordedDay.open(dir, date, start.bundles);
    log.info({ event: 'day.recorded', date, symbols: market.listings.length });
    await serveDay(to, market, { tradeDate: date, bundle: market.bundle, codeVersion }, i === 0 ? to.demo.startAt : '09:10');
  }
  if (!stop.signal.aborted) log.info({ event: 'recording.ended', days: days.length });
  while (!stop.signal.aborted) await sleep(1000); // the page stays: what was found is there to be looked at
}

function serveDay({ js, jsm, demo }: DayWriter, market: ServedDay, paced: PacedDay, startAt: string): Promise<void> {
  return demo.speed === 1
    ? collectDay(js, jsm, market, paced, startAt)
    : writeDay(new JetStreamTapeWriter(js, jsm, start.run, paced.tradeDate), market, paced, startAt, demo.speed);
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
async function collectDay(js: JetStreamClient, jsm: JetStreamManager, market: ServedDay, day: PacedDay, startAt: string): Promise<void> {
  const from = momentOf(day.tradeDate, startAt);
  const live = new LiveMarket(market, from);
  const kv = await openFeedBucket(js, jsm, start.run, stop.signal);
  const resumed = await live.resumable(kv);
  if (!resumed) {
    const writer = new JetStreamTapeWriter(js, jsm, start.run, day.tradeDate);
    const stored = await writer.stored();
    let n = 0;
    for await (const entry of paceAsync(day, live.rows)) {
      if (stop.signal.aborted || entry.tsMs > from) break;
      if (n > stored) await writer.append(n, entry);
      n += 1;
    }
    await writer.flush();
  }
  if (stop.signal.aborted) return;
  await live.serve({ kv, jsm, run: start.run, dir: start.dir, log, signal: stop.signal });
}

async function writeDay(writer: JetStreamTapeWriter, market: ServedDay, day: PacedDay, startAt: string, speed: number): Promise<void> {
  const paceFrom = momentOf(day.tradeDate, startAt);
  const stored = await writer.stored();
  let origin: { readonly tapeMs: number; readonly wallMs: number } | null = null;
  let n = 0;
  for await (const entry of paceAsync(day, market)) {
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
