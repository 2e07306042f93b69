/** The connection of every process to the broker, with options that notice a frozen server in seconds (contracts/spec/engine.md#connections). */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { FenshiError } from '../../contracts/errors.ts';

export type BrokerAccess = { readonly servers: string; readonly user: string; readonly password: string };

const oldest = [2, 12, 15] as const;
export const inboxOf = (user: string): string => `_INBOX.${user}`;

/** @throws FenshiError BROKER_UNREACHABLE when `waitMs` passes, BROKER_OUTDATED below 2.12.15 */
export async function connectBroker(access: BrokerAccess, name: string, waitMs = 15_000): Promise<NatsConnection> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      const nc = await connect({
        servers: access.servers,
        user: access.user,
        pass: access.password,
        name,
        // nobody else may listen to our replies, or forge one (nats.conf)
        inboxPrefix: inboxOf(access.user),
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 300,
        pingInterval: 1000,
        maxPingOut: 2,
        timeout: 2000,
      });
      assertVersion(nc.info?.version ?? '0.0.0');
      return nc;
    } catch (error) {
      if (error instanceof FenshiError) throw error;
      if (Date.now() >= deadline) throw new FenshiError('BROKER_UNREACHABLE', `${access.servers}: ${String(error)}`, { cause: error });
      await sleep(100);
    }
  }
}

function assertVersion(version: string): void {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [i, least] of oldest.entries()) {
    if ((parts[i] ?? 0) > least) return;
    if ((parts[i] ?? 0) < least) throw new FenshiError('BROKER_OUTDATED', `nats-server ${version}; ${oldest.join('.')} or newer is needed`);
  }
}
