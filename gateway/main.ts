/** The gateway role: JOURNAL in, people out. */
import { serveOps } from '../contracts/process/ops-server.ts';
import { type RoleProcess, runRole } from '../contracts/process/run-role.ts';
import { sayStatus } from '../contracts/status.ts';
import { DayState } from './day-state.ts';
import { connectGateway, followJournal } from './journal-feed.ts';
import { metrics, registry } from './metrics.ts';
import { RunStatus } from './run-status.ts';
import { startGateway } from './server.ts';
import { loadUws } from './uws.ts';

async function main({ start, log, signal, up, closing }: RoleProcess): Promise<void> {
  const { host, port } = start.gateway ?? { host: '127.0.0.1', port: 8787 };
  metrics.build.set({ version: start.version ?? '', node: process.version }, 1);
  metrics.restarts.set(start.restarts ?? 0);
  const uws = await loadUws();
  const day = new DayState(start.run);
  const status = new RunStatus(day);
  const ready = () => {
    const { ready: isReady, code, detail } = status.verdict(Date.now());
    const why = code === null ? {} : { code, why: sayStatus(code, detail, 'en') };
    return { ready: isReady, ...why, checks: { epoch: day.epoch, step: day.step, caughtUp: day.caughtUp } };
  };
  const onFault = (error: unknown) =>
    log.error({ event: 'gateway.fault', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  // the page comes first: it is where people read that the broker is away
  const gateway = await startGateway(uws, { host, port, day, registry, metrics, ready, report: () => status.report(Date.now()), onFault });
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, ready);
  closing(
    () => ops.close(),
    () => gateway.close(),
  );
  log.info({ event: 'gateway.listening', host, port });
  up();
  const nc = await connectGateway(start);
  closing(() => nc.close());
  status.watch(nc);
  let told = '';
  await followJournal(
    nc,
    start.run,
    {
      onStep: (date, step, storedMs) => {
        const { delta, newDay } = day.apply(date, step);
        metrics.step.set(step.step);
        if (!day.caughtUp) return; // the past is nobody's news
        metrics.behind.observe(Math.max(0, Date.now() - day.tsMs) / 1000);
        gateway.broadcast(delta, newDay);
        metrics.pipeline.observe({ stage: 'deliver' }, Math.max(0, Date.now() - storedMs) / 1000);
      },
      onCaughtUp: () => {
        day.caughtUp = true;
        gateway.caughtUp();
        log.info({ event: 'gateway.caught-up', epoch: day.epoch, step: day.step });
      },
      onRetry: (why) => {
        if (why !== told) log.warn({ event: 'gateway.retry', why });
        told = why;
      },
    },
    signal,
  );
}

await runRole('gateway', main);
