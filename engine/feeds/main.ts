/**
 * The feed role: sources and clock onto TAPE. A process of its own, since parsing a batch of 800 rows holds the event loop longer than
 * the cell may wait (decisions/0011).
 */
import { hostname } from 'node:os';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import type { Bundle } from '../../contracts/bundle.ts';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { Transition } from '../../contracts/journal.ts';
import { RoleStart, roleEnv } from '../../contracts/roles.ts';
import { subjects } from '../../contracts/subjects.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { codeVersion } from '../cli/root.ts';
import { benchmarkIndexNo } from '../features/index-line.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { handOverOf, isCurrent, nextHandOver, openFeedBucket } from '../log/feed-bucket.ts';
import { lastClock, newestDay } from '../log/jetstream-tape.ts';
import { makeLog } from '../telemetry/log.ts';
import { metrics, registry } from '../telemetry/metrics.ts';
import { serveOps } from '../telemetry/ops-server.ts';
import type { SweepPlanner } from './collector/planner.ts';
import { FeedDay } from './feed-day.ts';
import { closeLeftOpen, dayUnderWay, handOverLive, openLiveDay } from './live-open.ts';
import { TapeAppender } from './tape-appender.ts';

const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const log = makeLog('feed', start.logLevel);
const waitMs = 200;
const reopenMs = 10_000;
const owner = `${hostname()}-${process.pid}-${Date.now()}`;
const stop = new AbortController();
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGINT', () => stop.abort())
  .on('disconnect', () => stop.abort());

try {
  await main();
  log.info({ event: 'feed.stopped' });
  process.exit(0);
} catch (error) {
  log.fatal({ event: 'feed.failed', code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  process.exit(1);
}

async function main(): Promise<void> {
  const { feed } = start;
  if (feed === undefined) throw new Error('the feed role needs to be told its sources');
  const nc = await connectBroker(start, 'fenshi-feed');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  const kv = await openFeedBucket(js, jsm, start.run, stop.signal);
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  let day: FeedDay | null = null;
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, () => ({
    ready: true,
    checks: { collecting: day === null ? null : { active: day.collector.failover.active, runMs: day.now() } },
  }));
  process.send?.({ type: 'up' });
  for (let done: string | null = null; !stop.signal.aborted; ) {
    if (feed.live !== undefined) await untilOpened(feed.live, js, kv, jsm);
    const handOver = await nextHandOver(kv, done, stop.signal);
    if (handOver === null) break;
    const newest = await newestDay(jsm, start.run);
    const open = newest?.open.tradeDate === handOver.tradeDate ? newest : null;
    if (open?.closed === true) done = handOver.tradeDate;
    if (open === null || open.closed || !isCurrent(handOver, await lastClock(jsm, start.run))) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      continue;
    }
    const appender = new TapeAppender(js, start.run, handOver.tradeDate, owner);
    const bundle = loadBundle(start.bundles, open.open.bundle);
    day = new FeedDay({
      order: feed.order,
      cadenceMs: feed.cadenceMs,
      watch: feed.watch.map(instrumentNo),
      handOver,
      lastClock: () => lastClock(jsm, start.run),
      bundle,
      indices: [benchmarkIndexNo],
      appender,
      report: async (report) => void (await js.publish(subjects(start.run).quality(report.source), encode(report)).catch(() => undefined)),
      kv,
      owner,
      log,
      signal: stop.signal,
    });
    log.info({ event: 'feed.day', tradeDate: handOver.tradeDate, sources: feed.order, instruments: bundle.instruments.length });
    const following = followStirring(nc, day.planner);
    if ((await day.run()) === 'closed') done = handOver.tradeDate;
    following.unsubscribe();
    day = null;
  }
  ops.close();
  await nc.close();
}

/** Live: waits for a trading day, and opens it unless that has been done. */
async function untilOpened(
  live: NonNullable<NonNullable<RoleStart['feed']>['live']>,
  js: JetStreamClient,
  kv: KV,
  jsm: JetStreamManager,
): Promise<void> {
  let told = false;
  while (!stop.signal.aborted) {
    const date = dayUnderWay(Date.now());
    const newest = date === null ? null : await newestDay(jsm, start.run);
    if (date !== null && newest?.open.tradeDate === date && !newest.closed) {
      // the hand-over follows the opening: a crash between the two would leave a day that nobody collects
      if ((await handOverOf(kv))?.tradeDate !== date) await handOverLive(kv, date, live.hosts);
      return;
    }
    if (date !== null && newest?.open.tradeDate !== date) {
      try {
        if (newest !== null && !newest.closed) {
          const left = newest.open.tradeDate;
          await closeLeftOpen(new TapeAppender(js, start.run, left, owner), left, log);
        }
        await openLiveDay(date, new TapeAppender(js, start.run, date, owner), {
          ...live,
          order: start.feed!.order,
          previous: newest === null ? null : bundleOrNone(newest.open.bundle),
          signal: stop.signal,
          dir: start.dir,
          bundles: start.bundles,
          kv,
          log,
        });
        return;
      } catch (error) {
        if (!(error instanceof FenshiError)) throw error;
        log.error({ event: 'live.refused', code: error.code, why: error.message });
      }
    } else if (!told) log.info({ event: 'live.waiting', why: 'no trading day is under way' });
    told = true;
    await new Promise((resolve) => setTimeout(resolve, reopenMs));
  }
}

/** A bundle that was cleared away is as good as none. */
function bundleOrNone(sha: string): Bundle | null {
  try {
    return loadBundle(start.bundles, sha);
  } catch (error) {
    if (error instanceof FenshiError) return null;
    throw error;
  }
}

/** Symbols whose actors stir are asked for first: LIFECYCLE tells. */
function followStirring(nc: NatsConnection, planner: SweepPlanner): { readonly unsubscribe: () => void } {
  const stirring = new Set<number>();
  return nc.subscribe(subjects(start.run).allSymbols, {
    callback: (error, message) => {
      if (error !== null) return;
      const { actorId, region, to } = decode(message.data) as Partial<Transition>;
      const [, exchange, code] = (actorId ?? '').split('.');
      if (exchange === undefined || code === undefined || region !== 'activity') return;
      const no = instrumentNo(`${code}.${exchange}`);
      const quiet = to === 'quiet';
      if (quiet === !stirring.has(no)) return;
      if (quiet) stirring.delete(no);
      else stirring.add(no);
      planner.stir(stirring);
    },
  });
}
