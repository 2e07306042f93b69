/** A WebSocket client behind a gateway that is killed under it: what it holds in the end must be the fold of JOURNAL. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'undici';
import type { StreamedEvent, withHistory } from '../../contracts/fold.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { type SocketConstructor, StreamClient } from '../../contracts/stream-client.ts';
import { RoleProcess, roleStart } from '../support/role-process.ts';
import { freePort, type TestBroker } from '../support/test-broker.ts';

export class Witness {
  readonly opportunities = new Map<string, ReturnType<typeof withHistory>>();
  readonly #gateway: RoleProcess;
  readonly #client: StreamClient;

  private constructor(gateway: RoleProcess, port: number) {
    this.#gateway = gateway;
    this.#client = new StreamClient({
      url: `ws://127.0.0.1:${port}/v1/stream`,
      ch: 'opportunities',
      WebSocket: WebSocket as unknown as SocketConstructor,
    });
    this.#client.onSnapshot = (items) => {
      this.opportunities.clear();
      for (const item of items as ReturnType<typeof withHistory>[]) this.opportunities.set(item.id, item);
    };
    this.#client.onEvents = (_seq, events) => {
      for (const { id, change, opportunity } of events as StreamedEvent[])
        this.opportunities.set(id, {
          ...opportunity,
          transitions: [...(this.opportunities.get(id)?.transitions ?? []), change],
        });
    };
  }

  static async start(broker: TestBroker, bundles: string): Promise<Witness> {
    const port = await freePort();
    const start = { ...(await roleStart(broker, 'gateway', bundles)), gateway: { host: '127.0.0.1', port } };
    const witness = new Witness(new RoleProcess('gateway', start), port);
    witness.#gateway.start();
    witness.#client.start();
    return witness;
  }

  async killAndRestart(): Promise<void> {
    await this.#gateway.kill();
    this.#gateway.start();
  }

  /** Waits until the client has seen the last opportunity's last step, as long as there is a gateway. */
  async caughtUp(steps: readonly JournalStep[]): Promise<void> {
    const last = steps.findLast(({ entries }) => entries.some(({ actorId }) => actorId.startsWith('opportunity.')))?.step ?? 0;
    while (this.#client.position.offset < last && this.#gateway.ended === null) await sleep(20);
  }

  async stop(): Promise<void> {
    this.#client.stop();
    await this.#gateway.kill();
  }
}
