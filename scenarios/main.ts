/**
 * The scenarios role of a demo: the invented market, written to TAPE by the pacer. Fast-forward to `startAt`, then at the
 * wall's pace; one trading day after another. A restart goes on after the last stored entry.
 */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { defaultConfig } from '../contracts/config.ts';
import { RoleStart, roleEnv } from '../contracts/roles.ts';
import { midnightOf } from '../contracts/session.ts';
import { streams } from '../contracts/subjects.ts';
import { codeVersion } from '../engine/cli/root.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { JetStreamTapeWriter } from '../engine/log/jetstream-tape.ts';
import { pace } from '../engine/log/pacer.ts';
import { nextTradingDay } from '../engine/reference/calendar.ts';
import { makeLog } from '../engine/telemetry/log.ts';
import { generatedBundle } from './market/bundle.ts';
import { MarketDay } from './market/market-day.ts';

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
  const { demo } = start;
  if (demo === undefined) throw new Error('the scenarios role needs a demo');
  const nc = await connectBroker(start, 'fenshi-scenarios');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  while ((await jsm.streams.info(streams(start.run).tape).catch(() => null)) === null) await sleep(50); // the engine makes the streams
  process.send?.({ type: 'up' });
  let closes: Map<number, number> | undefined;
  for (let date = demo.date, day = 0; !stop.signal.aborted; date = nextTradingDay(date), day++) {
    const market = new MarketDay({ seed: demo.seed, date, day, count: demo.count, ...(closes ? { closes } : {}) });
    const bundle = generatedBundle({ seed: demo.seed, date, issues: market.issues, config: defaultConfig, ...(closes ? { closes } : {}) });
    const sha = saveBundle(start.bundles, bundle);
    const writer = new JetStreamTapeWriter(js, jsm, start.run, date);
    log.info({ event: 'day.generated', date, symbols: market.issues.length, episodes: market.episodes.length });
    await writeDay(writer, market, { tradeDate: date, bundle: sha, codeVersion }, day === 0 ? demo.startAt : '09:10', demo.speed);
    closes = market.closes();
  }
  await nc.close();
}

async function writeDay(
  writer: JetStreamTapeWriter,
  market: MarketDay,
  day: { tradeDate: string; bundle: string; codeVersion: string },
  startAt: string,
  speed: number,
): Promise<void> {
  const [hours = 0, minutes = 0] = startAt.split(':').map(Number);
  const paceFrom = midnightOf(day.tradeDate) + (hours * 60 + minutes) * 60_000;
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
