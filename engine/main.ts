/** The engine role: cell and projector in one process, on the broker it is told of. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../contracts/errors.ts';
import { RoleStart, roleEnv } from '../contracts/roles.ts';
import { codeVersion } from './cli/root.ts';
import { connectBroker } from './log/connect.ts';
import { ensureFeedBucket } from './log/feed-bucket.ts';
import { ensureStreams } from './log/streams.ts';
import { CellRunner } from './runtime/cell-runner.ts';
import { crashFromEnv } from './runtime/crash-points.ts';
import { Projector } from './runtime/projector.ts';
import { makeLog } from './telemetry/log.ts';
import { metrics, registry } from './telemetry/metrics.ts';
import { serveOps } from './telemetry/ops-server.ts';

const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const log = makeLog('engine', start.logLevel);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort()).on('SIGINT', () => stop.abort());
process.on('disconnect', () => stop.abort()); // the supervisor is gone

try {
  await main();
  log.info({ event: 'engine.stopped' });
  process.exit(0);
} catch (error) {
  log.fatal({ event: 'engine.failed', code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  process.exit(1);
}

async function main(): Promise<void> {
  const nc = await connectBroker(start, 'fenshi-engine');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, start.run);
  await ensureFeedBucket(js, start.run);
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  const reach = crashFromEnv(process.env.FENSHI_CRASH);
  const runner = new CellRunner({
    nc,
    js,
    jsm,
    run: start.run,
    codeVersion,
    dir: start.dir,
    bundles: start.bundles,
    log,
    reach,
    signal: stop.signal,
  });
  const projector = new Projector(js, jsm, start.run, log, reach);
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, () => ({
    ready: runner.status().step > 0,
    checks: { cell: runner.status(), projector: projector.projected },
  }));
  process.send?.({ type: 'up' });
  const projecting = projector.run(stop.signal);
  await Promise.race([runner.run(), aborted(stop.signal).then(() => settle(3000))]);
  await Promise.race([projecting, settle(500)]);
  ops.close();
  await nc.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function settle(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
