/** What every role of the engine has of the broker: its connection, its judgement of itself, its ops port. All end with the role. */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { serveOps } from '../../contracts/process/ops-server.ts';
import type { RoleProcess } from '../../contracts/process/run-role.ts';
import type { RoleName } from '../../contracts/roles.ts';
import type { StageLatency } from '../../contracts/status.ts';
import { connectBroker } from '../log/connect.ts';
import { metrics, registry } from '../telemetry/metrics.ts';
import { countsOf, StageWindow } from '../telemetry/stages.ts';
import { codeVersion } from './paths.ts';
import { type Verdict, Vitals } from './vitals.ts';

export type OnBroker = {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Whether the connection is broken just now. */
  readonly isAway: () => boolean;
};

const lookMs = 5000;

/** What this process's stages took, looked at every five seconds. */
function measuredStages(): { readonly latest: () => readonly StageLatency[]; readonly end: () => void } {
  const window = new StageWindow(Date.now());
  let latest: readonly StageLatency[] = [];
  const look = async (): Promise<void> => {
    latest = window.take(countsOf((await metrics.pipeline.get()).values), Date.now());
  };
  const clock = setInterval(() => void look(), lookMs);
  return { latest: () => latest, end: () => clearInterval(clock) };
}

/**
 * Connects and answers on the ops port from now on; `judge` is asked once a second.
 * @throws FenshiError BROKER_UNREACHABLE, ACCESS_REFUSED, PORT_IN_USE
 */
export async function roleOnBroker({ start, log, closing }: RoleProcess, name: RoleName, judge: () => Verdict): Promise<OnBroker> {
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  metrics.restarts.set(start.restarts ?? 0);
  const nc = await connectBroker(start, `fenshi-${name}`);
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  const stages = measuredStages();
  const vitals = new Vitals(nc, name, start, log, judge, stages.latest);
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, vitals.readiness);
  closing(
    () => nc.close(),
    () => ops.close(),
    () => vitals.stop(),
    stages.end,
  );
  return { nc, js, jsm, isAway: () => vitals.isAway };
}
