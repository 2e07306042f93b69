/**
 * The scenarios role of a demo: a market, invented or recorded. The pacer writes it to TAPE up to `startAt`; from there on it is served
 * by emulated vendors, and the feed collects it as it would collect the real one. At another speed than 1 the pacer writes the whole day.
 *
 * Days     one trading day after another, of a recording as long as it has some; a restart goes on where the tape stands
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../contracts/errors.ts';
import { type RoleProcess, runRole } from '../contracts/process/run-role.ts';
import type { RoleStart } from '../contracts/roles.ts';
import { assertKind } from '../contracts/run-kind.ts';
import { midnightOf, tradeDateOf } from '../contracts/session.ts';
import { streams } from '../contracts/subjects.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { recordedDays } from '../engine/log/day-files.ts';
import { openFeedBucket } from '../engine/log/feed-bucket.ts';
import { JetStreamTapeWriter, newestDay, type OpenDay } from '../engine/log/jetstream-tape.ts';
import { type PacedDay, pace, paceAsync } from '../engine/log/pacer.ts';
import { isWeekend, nextTradingDayOrNone } from '../engine/reference/calendar.ts';
import { codeVersion } from '../engine/runtime/paths.ts';
import { roleOnBroker } from '../engine/runtime/role-on-broker.ts';
import { LiveMarket, type ServedDay } from './live-market.ts';
import { generatedBundle } from './market/bundle.ts';
import { MarketDay } from './market/market-day.ts';
import { saveTruth } from './market/truth.ts';
import { RecordedDay } from './recorded-day.ts';

const dayMs = 86_400_000;
type Demo = NonNullable<RoleStart['demo']>;
const unreadable: readonly string[] = ['NOT_FOUND', 'BUNDLE_MISSING', 'TAPE_CORRUPT'];

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up } = role;
  const asked = start.demo;
  if (asked === undefined) throw new FenshiError('CONFIG_INVALID', 'the scenarios role needs a demo');
  assertKind(start.run, 'simulated');
  let served: string | null = null;
  const { js, jsm } = await roleOnBroker(role, 'scenarios', () => ({
    code: served === null ? 'STARTING' : null,
    facts: { tradeDate: served },
  }));
  up();
  while (!signal.aborted && (await jsm.streams.info(streams(start.run).tape).catch(() => null)) === null) await sleep(50, signal); // the engine makes the streams
  const demo = begun(start.dir, asked);
  const newest = signal.aborted ? null : await newestDay(jsm, start.run);
  const day: DayWriter = { start, log, signal, js, jsm, demo: { ...demo, speed: asked.speed }, newest, serving: (date) => (served = date) };
  await (demo.recorded == null ? invented(day) : recorded(day, demo.recorded)).catch((error: unknown) => {
    // a recording that cannot be read will not be read at the next try
    if (error instanceof FenshiError && unreadable.includes(error.code))
      throw new FenshiError('CONFIG_INVALID', error.message, { cause: error });
    throw error;
  });
}

type DayWriter = Pick<RoleProcess, 'start' | 'log' | 'signal'> & {
  readonly serving: (date: string) => void;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly demo: Demo;
  readonly newest: OpenDay | null;
};

function isWritten(newest: OpenDay | null, date: string): boolean {
  return newest !== null && (date < newest.open.tradeDate || (date === newest.open.tradeDate && newest.closed));
}

async function invented(to: DayWriter): Promise<void> {
  const { demo, newest, start, log, signal } = to;
  const preset = demo.market ?? 'planted';
  let closes: Map<number, number> | undefined;
  let boards = new Map<number, number>();
  for (let date = demo.date, day = 0; !signal.aborted; date = nextDate(date), day++) {
    const market = new MarketDay({ seed: demo.seed, date, day, count: demo.count, preset, ...(closes ? { closes } : {}) });
    const bundle = generatedBundle({
      seed: demo.seed,
      date,
      day,
      boards: market.boardsBefore(boards),
      issues: market.issues,
      config: demo.config,
      preset,
      ...(closes ? { closes } : {}),
    });
    const paced: PacedDay = { tradeDate: date, bundle: saveBundle(start.bundles, bundle), codeVersion, origin: 'simulated' };
    if (isWritten(newest, date))
      for (const _ of pace(paced, market)); // before a restart: only its closes are wanted
    else {
      const truth = saveTruth(start.dir, date, market.episodes);
      log.info({ event: 'day.generated', date, preset, symbols: market.issues.length, episodes: market.episodes.length, truth });
      await serveDay(to, market, paced, day === 0 ? demo.startAt : '09:10');
    }
    closes = market.closes();
    boards = market.boards(market.boardsBefore(boards));
  }
}

async function recorded(to: DayWriter, dir: string): Promise<void> {
  const { start, log, signal } = to;
  const days = recordedDays(dir);
  for (const [i, date] of days.entries()) {
    if (isWritten(to.newest, date) || signal.aborted) continue;
    const market = await RecordedDay.open(dir, date, start.bundles);
    log.info({ event: 'day.recorded', date, symbols: market.listings.length });
    await serveDay(
      to,
      market,
      { tradeDate: date, bundle: market.bundle, codeVersion, origin: 'recorded' },
      i === 0 ? to.demo.startAt : '09:10',
    );
  }
  if (!signal.aborted) log.info({ event: 'recording.ended', days: days.length });
  while (!signal.aborted) await sleep(1000, signal); // the page stays: what was found is there to be looked at
}

function serveDay(to: DayWriter, market: ServedDay, paced: PacedDay, startAt: string): Promise<void> {
  to.serving(paced.tradeDate);
  return to.demo.speed === 1 ? collectDay(to, market, paced, startAt) : writeDay(to, market, paced, startAt);
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
async function collectDay(to: DayWriter, market: ServedDay, day: PacedDay, startAt: string): Promise<void> {
  const { js, jsm, start, log, signal } = to;
  const from = momentOf(day.tradeDate, startAt);
  const live = new LiveMarket(market, from);
  const kv = await openFeedBucket(js, jsm, start.run, signal);
  const resumed = await live.resumable(kv);
  if (!resumed) {
    const writer = new JetStreamTapeWriter(js, jsm, start.run, day.tradeDate);
    const stored = await writer.stored();
    let n = 0;
    for await (const entry of paceAsync(day, live.rows)) {
      if (signal.aborted || entry.tsMs > from) break;
      if (n > stored) await writer.append(n, entry);
      n += 1;
    }
    await writer.flush();
  }
  if (signal.aborted) return;
  await live.serve({ kv, jsm, run: start.run, dir: start.dir, log, signal });
}

async function writeDay({ js, jsm, start, signal, demo }: DayWriter, market: ServedDay, day: PacedDay, startAt: string): Promise<void> {
  const writer = new JetStreamTapeWriter(js, jsm, start.run, day.tradeDate);
  const paceFrom = momentOf(day.tradeDate, startAt);
  const stored = await writer.stored();
  let origin: { readonly tapeMs: number; readonly wallMs: number } | null = null;
  let n = 0;
  for await (const entry of paceAsync(day, market)) {
    if (signal.aborted) break;
    const ordinal = n++;
    if (ordinal <= stored) continue;
    if (entry.tsMs >= paceFrom) {
      origin ??= { tapeMs: entry.tsMs, wallMs: Date.now() };
      const wait = origin.wallMs + (entry.tsMs - origin.tapeMs) / demo.speed - Date.now();
      if (wait > 2) {
        await writer.flush();
        await sleep(wait, signal);
      }
    }
    await writer.append(ordinal, entry);
  }
  await writer.flush();
}

/** An invented market goes on past the known calendar: there every weekday is a trading day. */
function nextDate(date: string): string {
  return nextTradingDayOrNone(date) ?? nextWeekday(date);
}

function nextWeekday(date: string): string {
  for (let at = midnightOf(date) + dayMs; ; at += dayMs) if (!isWeekend(tradeDateOf(at))) return tradeDateOf(at);
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);

await runRole('scenarios', main);
