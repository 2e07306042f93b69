/**
 * The feed role: sources and clock onto TAPE. A process of its own, since parsing a batch of 800 rows holds the event loop longer than
 * the cell may wait (decisions/0011).
 */

import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from '../../contracts/bundle.ts';
import { encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { assertKind } from '../../contracts/run-kind.ts';
import { subjects } from '../../contracts/subjects.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { benchmarkIndexNo } from '../features/index-line.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { isCurrent, nextHandOver, openFeedBucket } from '../log/feed-bucket.ts';
import { lastClock, newestDay } from '../log/jetstream-tape.ts';
import { dataDir } from '../runtime/paths.ts';
import { roleOnBroker } from '../runtime/role-on-broker.ts';
import { followActive } from './active.ts';
import { Claims } from './claims.ts';
import { FeedDay } from './feed-day.ts';
import { Opening } from './opening.ts';
import { TapeAppender } from './tape-appender.ts';

const waitMs = 200;

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up } = role;
  const { feed } = start;
  if (feed === undefined) throw new FenshiError('CONFIG_INVALID', 'the feed role needs a list of sources');
  const owner = `${hostname()}-${process.pid}-${Date.now()}`;
  let day: FeedDay | null = null;
  let opening: Opening | null = null;
  let opened: Pick<Bundle, 'openedWith' | 'assumed'> | null = null;
  const { nc, js, jsm } = await roleOnBroker(role, 'feed', () => {
    const verdict = day?.verdict() ?? opening?.verdict() ?? { code: 'STARTING' };
    return { ...verdict, facts: { ...verdict.facts, openedWith: opened?.openedWith ?? null, assumed: opened?.assumed ?? [] } };
  });
  up();
  const kv = await openFeedBucket(js, jsm, start.run, signal);
  if (feed.live !== undefined) assertKind(start.run, 'live');
  const claims = feed.live === undefined ? null : new Claims(dataDir, 'feed', feed.order);
  if (feed.live !== undefined) opening = new Opening({ start, js, jsm, kv, log, signal, owner });
  for (let done: string | null = null; !signal.aborted; ) {
    await opening?.untilOpen();
    const handOver = await nextHandOver(kv, done, signal);
    if (handOver === null) break;
    const newest = await newestDay(jsm, start.run);
    const open = newest?.open.tradeDate === handOver.tradeDate ? newest : null;
    if (open?.closed === true) done = handOver.tradeDate;
    if (open === null || open.closed || !isCurrent(handOver, await lastClock(jsm, start.run))) {
      await sleep(waitMs);
      continue;
    }
    const appender = new TapeAppender(js, start.run, handOver.tradeDate, owner);
    const bundle = loadBundle(start.bundles, open.open.bundle);
    opened = bundle;
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
      claims,
      log,
      signal,
    });
    log.info({ event: 'feed.day', tradeDate: handOver.tradeDate, sources: feed.order, instruments: bundle.instruments.length });
    const following = followActive(nc, start.run, day.planner, log);
    if ((await day.run()) === 'closed') done = handOver.tradeDate;
    following.unsubscribe();
    day = null;
  }
}

await runRole('feed', main);
