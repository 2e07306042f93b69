/** The gateway role: JOURNAL in, people out. */
import { createServer, type Server } from 'node:http';
import { FenshiError } from '../contracts/errors.ts';
import { hopelessCode, RoleStart, roleEnv } from '../contracts/roles.ts';
import { sayStatus } from '../contracts/status.ts';
import { DayState } from './day-state.ts';
import { connectGateway, followJournal } from './journal-feed.ts';
import { metrics, registry } from './metrics.ts';
import { RunStatus } from './run-status.ts';
import { startGateway } from './server.ts';
import { loadUws } from './uws.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const say = (level: string, event: string, more: Record<string, unknown> = {}) => {
  if (levels.indexOf(level) < levels.indexOf(start.logLevel)) return;
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), logger: 'gateway', event, ...more })}\n`);
};
const stop = new AbortController();
const supervised = process.send !== undefined;
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGHUP', () => undefined)
  .on('SIGINT', () => (supervised ? undefined : stop.abort())) // of a terminal: the supervisor's business
  .on('disconnect', () => stop.abort());

try {
  await main();
  say('info', 'gateway.stopped');
  process.exit(0);
} catch (error) {
  const code = error instanceof FenshiError ? error.code : 'BUG';
  const message = error instanceof Error ? error.message : String(error);
  say('fatal', 'gateway.failed', { code, error: message });
  await new Promise<void>((resolve) =>
    process.send === undefined ? resolve() : process.send({ type: 'failed', code, message }, undefined, {}, () => resolve()),
  );
  process.exit(error instanceof FenshiError && !error.retryable ? hopelessCode : 1);
}

async function main(): Promise<void> {
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
    say('error', 'gateway.fault', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  // the page comes first: it is where people read that the broker is away
  const gateway = await startGateway(uws, { host, port, day, registry, metrics, ready, report: () => status.report(Date.now()), onFault });
  const ops = await serveOps(ready);
  say('info', 'gateway.listening', { host, port });
  process.send?.({ type: 'up' });
  const nc = await connectGateway(start);
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
        say('info', 'gateway.caught-up', { epoch: day.epoch, step: day.step });
      },
      onRetry: (why) => {
        if (why !== told) say('warn', 'gateway.retry', { why });
        told = why;
      },
    },
    stop.signal,
  );
  await gateway.close();
  ops.close();
  await nc.close();
}

/** `/metrics`, `/healthz` and `/readyz` on the role's own port. @throws FenshiError PORT_IN_USE */
function serveOps(ready: () => { readonly ready: boolean }): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (code: number, type: string, body: string) => response.writeHead(code, { 'content-type': type }).end(body);
    if (request.url === '/healthz') return answer(200, 'text/plain', 'ok\n');
    if (request.url === '/readyz') return answer(ready().ready ? 200 : 503, 'application/json', JSON.stringify(ready()));
    if (request.url !== '/metrics') return answer(404, 'text/plain', 'not found\n');
    void registry.metrics().then((text) => answer(200, registry.contentType, text));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new FenshiError('PORT_IN_USE', `${start.opsHost}:${start.opsPort}; set ops.port`) : error),
    );
    server.listen(start.opsPort, start.opsHost, () => resolve(server));
  });
}
