/** The engine role: cell and projector in one process, on the broker it is told of. */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { type RoleProcess, runRole } from '../contracts/process/run-role.ts';
import { ensureFeedBucket, ensureMineBucket } from './log/feed-bucket.ts';
import { ensureStreams } from './log/streams.ts';
import { CellRunner } from './runtime/cell-runner.ts';
import { openControlDoor } from './runtime/control-door.ts';
import { crashFromEnv } from './runtime/crash-points.ts';
import { codeVersion } from './runtime/paths.ts';
import { Projector } from './runtime/projector.ts';
import { roleOnBroker } from './runtime/role-on-broker.ts';
import { openWhyDoor } from './runtime/why-door.ts';

/**
 * The heap may grow to twice what was found alive before all of it is collected again. By V8's own measure 45 MB alive are collected
 * for each 5 MB that outlive the nursery: in a burst every three seconds, with 60 ms of marking beside the entries.
 */
setFlagsFromString('--heap-growing-percent=100');

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up } = role;
  let parts: { readonly runner: CellRunner; readonly projector: Projector } | null = null;
  const { nc, js, jsm } = await roleOnBroker(role, 'engine', () => {
    if (parts === null) return { code: 'STARTING' };
    const { code, detail } = parts.runner.verdict();
    return { code, detail, facts: { cell: parts.runner.status(), projector: parts.projector.projected } };
  });
  await ensureStreams(jsm, start.run, log, signal);
  await ensureFeedBucket(js, start.run);
  await ensureMineBucket(js, start.run);
  const atCrashPoint = crashFromEnv(process.env.FENSHI_CRASH);
  const { run, dir, bundles } = start;
  const runner = new CellRunner({ nc, js, jsm, run, codeVersion, dir, bundles, log, atCrashPoint, signal });
  const projector = new Projector(js, jsm, run, log, atCrashPoint);
  parts = { runner, projector };
  openControlDoor(nc, js, jsm, start.run, log);
  openWhyDoor(nc, start.run, runner.openCell, log);
  up();
  const projecting = projector.run(signal);
  await Promise.race([runner.run(), aborted(signal).then(() => pause(3000))]);
  await Promise.race([projecting, pause(500)]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

await runRole('engine', main);
