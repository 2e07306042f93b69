/** The gateway role: JOURNAL, VIEW and answers in, people and programs out. */
import type { NatsConnection } from 'nats';
import { FenshiError } from '../contracts/errors.ts';
import { askControlService, askLanes, askNotify, askService, askWhy } from '../contracts/process/ask-service.ts';
import type { Log } from '../contracts/process/log.ts';
import { serveOps } from '../contracts/process/ops-server.ts';
import { type RoleProcess, runRole } from '../contracts/process/run-role.ts';
import { Tokens } from '../contracts/process/tokens.ts';
import type { NotifyServiceName } from '../contracts/services.ts';
import { sayStatus } from '../contracts/status.ts';
import { Access } from './auth/access.ts';
import { DayState } from './day-state.ts';
import type { Act } from './http/serve.ts';
import { connectGateway, followJournal } from './journal-feed.ts';
import { metrics, registry } from './metrics.ts';
import { mineStore } from './mine-bucket.ts';
import { journalReader, PastDays } from './past-days.ts';
import type { RestContext } from './rest/context.ts';
import { RunStatus } from './run-status.ts';
import { type Gateway, startGateway } from './server.ts';
import { loadUws } from './uws.ts';
import { followView } from './view-feed.ts';
import { Values } from './ws/values.ts';

/** A vendor may take its time. */
/** What sends a message, writes to the broker or asks the query role waits for them; the others are told what is held. */
const notifyMs: Partial<Record<NotifyServiceName, number>> = { 'notify-test': 20_000, 'notify-rules': 12_000, 'notify-try': 12_000 };

async function main({ start, log, signal, up, closing }: RoleProcess): Promise<void> {
  const { host, port, dataDir, hosts, origins, needsToken, code, config } = start.gateway ?? { host: '127.0.0.1', port: 8787 };
  metrics.build.set({ version: start.version ?? '', node: process.version }, 1);
  metrics.restarts.set(start.restarts ?? 0);
  const uws = await loadUws();
  const day = new DayState(start.run);
  const values = new Values();
  const status = new RunStatus(day);
  const ready = () => {
    const { ready: isReady, code: reason, detail } = status.verdict(Date.now());
    const why = reason === null ? {} : { code: reason, why: sayStatus(reason, detail, 'en') };
    return { ready: isReady, ...why, checks: { epoch: day.epoch, step: day.step, caughtUp: day.caughtUp } };
  };
  const broker: { nc: NatsConnection | null } = { nc: null };
  const connected = (): NatsConnection => {
    if (broker.nc === null) throw new FenshiError('SERVICE_UNAVAILABLE', 'the broker is not connected yet');
    return broker.nc;
  };
  const tokens = new Tokens(dataDir ?? start.dir);
  const context: Omit<RestContext, 'consumers'> = {
    day,
    values,
    ready,
    report: () => status.report(Date.now()),
    qualityOf: (source) => status.quality.get(source) ?? null,
    metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
    ask: (name, request) => askService(connected(), start.run, name, request),
    lanes: () => askLanes(connected(), start.run),
    why: (instrument) => askWhy(connected(), start.run, instrument),
    notify: (name, request) => askNotify(connected(), start.run, name, request, notifyMs[name]),
    command: (request) => askControlService(connected(), start.run, request),
    access: new Access(tokens, { needsToken: needsToken ?? false, code: code ?? null }),
    tokens,
    config: config ?? [],
    past: new PastDays(journalReader(connected, start.run), start.run),
    mine: mineStore(connected, start.run),
    version: start.version ?? '',
  };
  const onFault = (error: unknown): void =>
    log.error({ event: 'gateway.fault', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  // the page comes first: it is where people read that the broker is away
  const gateway = await startGateway(uws, {
    ...context,
    host,
    port,
    hosts: hosts ?? [],
    origins: origins ?? [],
    measure: metrics,
    onFault,
    onAct: actLog(log),
  });
  const looking = setInterval(() => status.lookAround(Date.now()), 1000);
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, ready);
  closing(
    () => ops.close(),
    () => gateway.close(),
    () => clearInterval(looking),
  );
  log.info({ event: 'gateway.listening', host, port });
  up();
  const nc = await connectGateway(start);
  closing(() => nc.close());
  broker.nc = nc;
  status.watch(nc, onFault);
  followView(nc, start.run, values, onFault);
  await followDay(nc, start.run, { day, gateway, log, signal });
}

/** Who did what. Those who were turned away: a line a second at most, for anybody may knock. */
function actLog(log: Log): (act: Act) => void {
  let [toldMs, untold] = [0, 0];
  return ({ id, route, caller, status, did }) => {
    const line = {
      request: id,
      route,
      subject: caller?.subject ?? null,
      role: caller?.role ?? null,
      token: caller?.id ?? null,
      status,
      ...did,
    };
    if (status !== 401 && status !== 403) return log.info({ event: 'gateway.acted', ...line });
    if (Date.now() - toldMs < 1000) {
      untold += 1;
      return;
    }
    log.warn({ event: 'gateway.turned-away', ...line, before: untold });
    [toldMs, untold] = [Date.now(), 0];
  };
}

async function followDay(
  nc: NatsConnection,
  run: string,
  { day, gateway, log, signal }: { readonly day: DayState; readonly gateway: Gateway; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  let told = '';
  await followJournal(
    nc,
    run,
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
