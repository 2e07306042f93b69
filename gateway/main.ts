/** The gateway role: JOURNAL in, people out. */
import { createServer } from 'node:http';
import { FenshiError } from '../contracts/errors.ts';
import { RoleStart, roleEnv } from '../contracts/roles.ts';
import { DayState } from './day-state.ts';
import { connectGateway, followJournal } from './journal-feed.ts';
import { metrics, registry } from './metrics.ts';
import { startGateway } from './server.ts';
import { loadUws } from './uws.ts';

const say = (level: string, event: string, more: Record<string, unknown> = {}) =>
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), logger: 'gateway', event, ...more })}\n`);
const stop = new AbortController();
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGINT', () => stop.abort())
  .on('disconnect', () => stop.abort());

try {
  await main();
  say('info', 'gateway.stopped');
  process.exit(0);
} catch (error) {
  say('fatal', 'gateway.failed', { code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  process.exit(error instanceof FenshiError && !error.retryable ? 2 : 1);
}

async function main(): Promise<void> {
  const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
  const { host, port } = start.gateway ?? { host: '127.0.0.1', port: 8787 };
  const uws = await loadUws();
  const nc = await connectGateway(start);
  const day = new DayState(start.run);
  const ready = () => ({ ready: !nc.isClosed() && day.step > 0, checks: { broker: !nc.isClosed(), epoch: day.epoch, step: day.step } });
  const gateway = await startGateway(uws, { host, port, day, registry, metrics, ready });
  const ops = createServer((request, response) => {
    if (request.url === '/metrics')
      void registry.metrics().then((text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text));
    else response.writeHead(request.url === '/healthz' ? 200 : 404).end('ok\n');
  }).listen(start.opsPort, start.opsHost);
  say('info', 'gateway.listening', { host, port });
  process.send?.({ type: 'up' });
  await followJournal(
    nc,
    start.run,
    {
      onStep: (date, step, storedMs) => {
        const { delta, newDay } = day.apply(date, step);
        metrics.step.set(step.step);
        metrics.behind.observe(Math.max(0, Date.now() - day.tsMs) / 1000);
        gateway.broadcast(delta, newDay);
        metrics.pipeline.observe({ stage: 'deliver' }, Math.max(0, Date.now() - storedMs) / 1000);
      },
      onView: () => undefined,
    },
    stop.signal,
  );
  await gateway.close();
  ops.close();
  await nc.close();
}
