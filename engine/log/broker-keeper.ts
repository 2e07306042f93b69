/**
 * Keeps the run's nats-server up: an end that nobody asked for starts it again on the same store and port, so does one that takes no more
 * messages although there is room (nats-server disables JetStream when its disk was full and does not come back by itself).
 *
 * Pause  0.1 s, doubling to 5 s while it ends within 10 s of its start; a longer life sets it back
 * Hung   silent for 20 s on its port although its process lives: ended, and started again
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Broker, type BrokerOptions, serverName, startBroker } from './broker.ts';

const firstPauseMs = 100;
const longestPauseMs = 5000;
const stableMs = 10_000;
const hungMs = 20_000;
const lookMs = 1000;

export class BrokerKeeper {
  readonly #options: BrokerOptions;
  readonly #say: (line: string) => void;
  #broker: Broker;
  #startedMs = Date.now();
  #pauseMs = firstPauseMs;
  #silentSinceMs: number | null = null;
  #stopping = false;
  /** Ended, and not yet started again: its pid may be anybody's. */
  #isDown = false;
  #kept: Promise<void>;
  /** Times it was started again. */
  restarts = 0;

  private constructor(options: BrokerOptions, broker: Broker, say: (line: string) => void) {
    this.#options = options;
    this.#broker = broker;
    this.#say = say;
    this.#kept = this.#keep();
    void this.#readBack();
  }

  /** @throws FenshiError as startBroker: a first start that fails is not tried again */
  static async start(options: BrokerOptions, say: (line: string) => void): Promise<BrokerKeeper> {
    return new BrokerKeeper(options, await startBroker(options), say);
  }

  get port(): number {
    return this.#broker.port;
  }
  get pid(): number {
    return this.#broker.pid;
  }

  /** Ends it so that it is started anew. */
  renew(why: string): void {
    if (this.#stopping || this.#isDown) return;
    this.#say(`nats-server is started anew: ${why}`);
    this.#end();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#broker.stop();
    await this.#kept;
  }

  #end(): void {
    try {
      process.kill(this.#broker.pid, 'SIGKILL');
    } catch {
      // it has ended this instant
    }
  }

  async #keep(): Promise<void> {
    while (!this.#stopping) {
      const code = await this.#broker.exited;
      if (this.#stopping) return;
      if (Date.now() - this.#startedMs > stableMs) this.#pauseMs = firstPauseMs;
      this.#say(`nats-server ended (${code === null ? 'by a signal' : `exit ${code}`}); it is started again`);
      await this.#again();
    }
  }

  async #again(): Promise<void> {
    this.#isDown = true;
    for (let said = ''; !this.#stopping; this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2)) {
      await pause(this.#pauseMs);
      try {
        this.#broker = await startBroker({ ...this.#options, port: this.port });
        this.#startedMs = Date.now();
        this.#silentSinceMs = null;
        this.#isDown = false;
        this.restarts += 1;
        if (this.#stopping) await this.#broker.stop();
        return;
      } catch (error) {
        // a full disk under its own notes, too, is waited out
        const why = error instanceof Error ? error.message : String(error);
        if (why !== said) this.#say(why);
        said = why;
      }
    }
  }

  /** A stopped process takes connections and never greets. */
  async #readBack(): Promise<void> {
    while (!this.#stopping) {
      await pause(lookMs, undefined, { ref: false });
      const answers = (await serverName(this.port)) === `fenshi-${this.#options.run}`;
      if (answers || this.#isDown) this.#silentSinceMs = null;
      else if (this.#silentSinceMs === null) this.#silentSinceMs = Date.now();
      else if (Date.now() - this.#silentSinceMs > hungMs) {
        this.#silentSinceMs = null;
        this.renew(`it has been silent for ${hungMs / 1000} s`);
      }
    }
  }
}
