/** The engine role: cell and projector in one process, on the broker it is told of. */
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connectBroker } from './log/connect.ts';
import { ensureFeedBucket } from './log/feed-bucket.ts';
import { ensureStreams } from './log/streams.ts';
import { CellRunner } from './runtime/cell-runner.ts';
import { crashFromEnv } from './runtime/crash-points.ts';
import { codeVersion } from './runtime/paths.ts';
import { Projector } from './runtime/projector.ts';
import { type RoleProcess, runRole } from './runtime/role-process.ts';
import { Vitals } from './runtime/vitals.ts';
import { registry } from './telemetry/metrics.ts';
import { serveOps } from './telemetry/ops-server.ts';

async function main({ start, log, signal, up }: RoleProcess): Promise<void> {
  const nc = await connectBroker(start, 'fenshi-engine');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, start.run, log, signal);
  await ensureFeedBucket(js, start.run);
  const reach = crashFromEnv(process.env.FENSHI_CRASH);
  const { run, dir, bundles } = start;
  const runner = new CellRunner({ nc, js, jsm, run, codeVersion, dir, bundles, log, reach, signal });
  const projector = new Projector(js, jsm, run, log, reach);
  const vitals = new Vitals(nc, 'engine', start, log, () => {
    const { code, detail } = runner.verdict();
    return { code, detail, facts: { cell: runner.status(), projector: projector.projected } };
  });
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, vitals.readiness);
  up();
  const projecting = projector.run(signal);
  await Promise.race([runner.run(), aborted(signal).then(() => pause(3000))]);
  await Promise.race([projecting, pause(500)]);
  vitals.stop();
  ops.close();
  await nc.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

await runRole('engine', main);
