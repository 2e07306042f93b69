/**
 * Kills processes at named points while the engine folds a stored tape, and hands back what the streams and a client hold.
 * The tape is given in portions, one a kill, as fast as it can be read: transitions come far above 20 a second, and no life of
 * the engine gets further than its portion.
 *
 * Counts    steps new in that life; for `refused` the step after which JOURNAL takes no more
 * refused   JOURNAL is full for a while: at that rest nothing may have left the engine that JOURNAL does not hold
 * gateway   a WebSocket client follows throughout; its gateway is killed and started again
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { decode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import type { JournalStep, LifecycleMessage } from '../../contracts/journal.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { saveBundle } from '../../engine/log/bundle-store.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { JetStreamTapeWriter } from '../../engine/log/jetstream-tape.ts';
import { ensureStreams } from '../../engine/log/streams.ts';
import type { CrashPoint } from '../../engine/runtime/crash-points.ts';
import { collect } from '../support/collect.ts';
import type { FoldedDay } from '../support/days.ts';
import { RoleProcess, roleStart } from '../support/role-process.ts';
import type { TestBroker } from '../support/test-broker.ts';
import { Witness } from './witness.ts';

export type Kill = { readonly point: CrashPoint | 'nats-server' | 'gateway' | 'refused'; readonly count: number };
export type Outcome = {
  readonly steps: readonly JournalStep[];
  readonly lifecycle: readonly LifecycleMessage[];
  /** `n:row` of every dead letter, as stored. */
  readonly dead: readonly string[];
  /** What had left the engine while JOURNAL did not hold its step. */
  readonly early: readonly string[];
  /** Opportunities as the client ended up with them, by id; null without a gateway. */
  readonly client: ReadonlyMap<string, unknown> | null;
  readonly hits: Readonly<Record<string, number>>;
  /** Why the engine ended by itself, or that it stood still; null when it came to the end. */
  readonly stopped: string | null;
};
export type FireOptions = {
  readonly broker: TestBroker;
  readonly day: FoldedDay;
  readonly kills: readonly Kill[];
  /** Folder of the engine's source; another one holds a seeded bug. */
  readonly root?: string;
  readonly withGateway?: boolean;
  /** Stop killing after this many hits: a plan may hold some kills more, for a portion can end before its point is reached. */
  readonly enough?: number;
};

/** Against hanging only: a start beside eight busy processes has taken more than 15 s. */
const stillMs = 60_000;
/** Lives that a kill may take until its point is reached. */
const attempts = 4;
/** Steps of tape given beyond the one that JOURNAL refuses: enough to run ahead, too few for a checkpoint to cover the traces. */
const refusedBeyond = 8;

/** Runs the day through `kills`, then without interruption to its end. */
export async function foldUnderFire(options: FireOptions): Promise<Outcome> {
  const fire = await Fire.start(options);
  try {
    const portion = options.day.steps.length / (options.kills.length + 1);
    for (const [i, kill] of options.kills.entries()) {
      if (fire.hitsInAll >= (options.enough ?? Number.POSITIVE_INFINITY)) break;
      if (!(await fire.reach(kill, Math.ceil((i + 1) * portion), Math.floor(portion / (attempts + 1))))) break;
    }
    await fire.finish();
    return await fire.outcome();
  } finally {
    await fire.end();
  }
}

class Fire {
  readonly #options: FireOptions;
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #engine: RoleProcess;
  readonly #witness: Witness | null;
  readonly #hits: Record<string, number> = {};
  readonly #early: string[] = [];
  #stopped: string | null = null;
  #released = 0;

  private constructor(options: FireOptions, nc: NatsConnection, jsm: JetStreamManager, engine: RoleProcess, witness: Witness | null) {
    this.#options = options;
    this.#nc = nc;
    this.#jsm = jsm;
    this.#engine = engine;
    this.#witness = witness;
  }

  static async start(options: FireOptions): Promise<Fire> {
    const { broker, day, root, withGateway = false } = options;
    const nc = await connectBroker(broker.access('engine'), 'torture');
    const jsm = await jetstreamManager(nc);
    await ensureStreams(jsm, broker.run);
    const bundles = `${broker.dir}/bundles`;
    saveBundle(bundles, day.bundle);
    const engine = new RoleProcess('engine', await roleStart(broker, 'engine', bundles), root);
    return new Fire(options, nc, jsm, engine, withGateway ? await Witness.start(broker, bundles) : null);
  }

  get hitsInAll(): number {
    return Object.values(this.#hits).reduce((sum, hits) => sum + hits, 0);
  }

  /** The tape up to the entry of `step`; all of it past the last. */
  async #release(step: number): Promise<void> {
    const { broker, day } = this.#options;
    const until = day.steps[step - 1]?.n ?? day.entries.length - 1;
    const writer = new JetStreamTapeWriter(jetstream(this.#nc), this.#jsm, broker.run, day.market.date);
    for (; this.#released <= until; this.#released++) await writer.append(this.#released, day.entries[this.#released]!);
    await writer.close();
  }

  /** One kill, planned anew a little further on where a busy machine ended the portion before its point. False when it will not go on. */
  async reach(kill: Kill, step: number, further: number): Promise<boolean> {
    const before = this.hitsInAll;
    const canHit = kill.point !== 'gateway' || this.#witness !== null;
    let goesOn = await this.kill(kill, step);
    for (let again = 1; goesOn && canHit && this.hitsInAll === before && again < attempts; again++)
      goesOn = await this.kill({ ...kill, count: 1 }, step + again * further);
    return goesOn;
  }

  /** One life of the engine on the tape up to `step`. False when it will not go on. */
  async kill({ point, count }: Kill, step: number): Promise<boolean> {
    await this.#release(point === 'refused' ? count + refusedBeyond : step);
    if (point === 'nats-server' || point === 'gateway') {
      const before = (await this.#jsm.streams.info(streams(this.#options.broker.run).journal)).state.messages;
      this.#engine.start();
      if (await this.#journaled(Math.min(before + count, step))) {
        if (point === 'nats-server') await this.#options.broker.killAndRestart();
        else await this.#witness?.killAndRestart();
        if (point === 'nats-server' || this.#witness !== null) this.#hit(point);
      }
      await this.#engine.kill();
    } else if (point === 'refused') await this.#refuse(count);
    else await this.#crash(point, count, step);
    return this.#stopped === null;
  }

  /** Runs to a crash point; a portion that ends before it is reached is no hit. */
  async #crash(point: string, count: number, step: number): Promise<void> {
    this.#engine.start(`${point}:${count}`);
    // beside a busy machine a counter that stands may be that of an engine which has not read yet: the portion is over when it is stored
    await this.#storedOrEnded(Math.min(step, this.#options.day.steps.length));
    // what works behind the cell is not seen in its counter: it gets longer to arrive
    await this.#engine.atRest(point === 'projector' || point === 'midCheckpoint' ? 5000 : 500);
    if (this.#engine.ended === 'SIGKILL') this.#hit(point);
    else if (this.#engine.ended !== null) this.#stopped ??= `the engine ended by itself before ${point}: ${this.#engine.ended}`;
    await this.#engine.kill();
  }

  /** JOURNAL takes `count` messages and no more until the engine has come to rest. */
  async #refuse(count: number): Promise<void> {
    await this.#limit(count);
    this.#engine.start();
    await this.#journaled(count);
    await this.#engine.atRest();
    await this.#lookForEarly();
    this.#hit('refused');
    await this.#limit(-1);
    await this.#journaled(Math.min(count + refusedBeyond, this.#options.day.steps.length));
    await this.#engine.kill();
  }

  async #limit(messages: number): Promise<void> {
    await this.#jsm.streams.update(streams(this.#options.broker.run).journal, { max_msgs: messages });
  }

  /** A dead letter of entry n may leave once every step before n is stored. */
  async #lookForEarly(): Promise<void> {
    const { run } = this.#options.broker;
    const stored = await this.#jsm.streams.getMessage(streams(run).journal, { last_by_subj: subjects(run).allJournal });
    const last = readStep(stored!.data);
    const blockedAt = this.#options.day.steps.find(({ step }) => step === last.step + 1)?.n ?? Number.POSITIVE_INFINITY;
    for (const letter of await this.#dead()) if (Number(letter.split(':')[0]) > blockedAt) this.#early.push(`dead letter ${letter}`);
  }

  async finish(): Promise<void> {
    if (this.#stopped !== null) return;
    await this.#release(Number.POSITIVE_INFINITY);
    this.#engine.start();
    const wanted = this.#options.day.steps.reduce((sum, { entries }) => sum + entries.length, 0);
    if (await this.#journaled(this.#options.day.steps.length)) await this.#grows(streams(this.#options.broker.run).lifecycle, wanted);
    await this.#witness?.caughtUp(this.#options.day.steps);
    await this.#engine.stop();
  }

  async outcome(): Promise<Outcome> {
    const { run } = this.#options.broker;
    const js = jetstream(this.#nc);
    const steps = await collect(js, this.#jsm, streams(run).journal, readStep);
    const lifecycle = await collect(js, this.#jsm, streams(run).lifecycle, (body) => decode(body) as LifecycleMessage);
    const client = this.#witness?.opportunities ?? null;
    return { steps, lifecycle, dead: await this.#dead(), early: this.#early, client, hits: this.#hits, stopped: this.#stopped };
  }

  async end(): Promise<void> {
    await this.#engine.kill();
    await this.#witness?.stop();
    await this.#nc.close();
  }

  #dead(): Promise<string[]> {
    return collect(jetstream(this.#nc), this.#jsm, streams(this.#options.broker.run).dead, (body) => {
      const { n, row } = decode(body) as { n: number; row: number };
      return `${n}:${row}`;
    });
  }

  #hit(point: string): void {
    this.#hits[point] = (this.#hits[point] ?? 0) + 1;
  }

  /** Resolves when JOURNAL holds `steps`, the engine has ended, or nothing moves any more. */
  async #storedOrEnded(steps: number): Promise<void> {
    const { journal } = streams(this.#options.broker.run);
    for (let [held, movedMs] = [-1, Date.now()]; this.#engine.ended === null && held < steps && Date.now() - movedMs < stillMs; ) {
      const now = (await this.#jsm.streams.info(journal).catch(() => null))?.state.messages ?? held;
      if (now !== held) [held, movedMs] = [now, Date.now()];
      await sleep(20);
    }
  }

  #journaled = (steps: number): Promise<boolean> => this.#grows(streams(this.#options.broker.run).journal, steps);

  /** True once the stream holds `messages`; false, with the reason noted, when the engine ends or the stream stands still. */
  async #grows(stream: string, messages: number): Promise<boolean> {
    let [held, movedMs] = [-1, Date.now()];
    for (;;) {
      const info = await this.#jsm.streams.info(stream).catch(() => null);
      const now = info?.state.messages ?? held;
      if (now >= messages) return true;
      if (now !== held) [held, movedMs] = [now, Date.now()];
      if (this.#engine.ended !== null) this.#stopped ??= `the engine ended by itself: ${this.#engine.ended}`;
      if (Date.now() - movedMs > stillMs) this.#stopped ??= `${stream} stands still at ${now} of ${messages}`;
      if (this.#stopped !== null) return false;
      await sleep(20);
    }
  }
}
