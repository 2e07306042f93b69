/** The run's FEED bucket: the hand-over and the leases. State, not a log; nothing in it reaches a decision. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { decode, encode } from '../../contracts/codec.ts';
import { feedBucket, HandOver, handOverKey, Lease, leaseKey, sourceLease } from '../../contracts/feed.ts';
import { mineBucket } from '../../contracts/mine.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';

export async function ensureFeedBucket(js: JetStreamClient, run: string): Promise<void> {
  await new Kvm(js).create(feedBucket(run), { history: 1 });
}

/** What people keep for themselves; the gateway writes it and no decision reads it. */
export async function ensureMineBucket(js: JetStreamClient, run: string): Promise<void> {
  await new Kvm(js).create(mineBucket(run), { history: 1, max_bytes: 64 * 1024 * 1024, maxValueSize: 1024 * 1024 });
}

/** The bucket once the engine has made it. */
export async function openFeedBucket(js: JetStreamClient, jsm: JetStreamManager, run: string, signal: AbortSignal): Promise<KV> {
  while (!signal.aborted && (await jsm.streams.info(`KV_${feedBucket(run)}`).catch(() => null)) === null) await sleep(50);
  return new Kvm(js).open(feedBucket(run));
}

export async function handOverOf(kv: KV): Promise<HandOver | null> {
  const entry = await kv.get(handOverKey);
  return entry === null || entry.operation !== 'PUT' ? null : HandOver.parse(decode(entry.value));
}

export const handOver = (kv: KV, value: HandOver): Promise<number> => kv.put(handOverKey, encode(value));

/** A run that rested longer goes on from where its tape stands, not from where the wall is: it waits to be handed over anew. */
const restMs = 60_000;
export const isCurrent = ({ tradeDate, runMs, wallMs }: HandOver, lastClockMs: number): boolean =>
  runMs === wallMs || lastClockMs < midnightOf(tradeDate) || Math.abs(Date.now() + runMs - wallMs - lastClockMs) < restMs;

/** The hand-over of a day other than `done`. Null when aborted. */
export async function nextHandOver(kv: KV, done: TradeDate | null, signal: AbortSignal): Promise<HandOver | null> {
  while (!signal.aborted) {
    const found = await handOverOf(kv).catch(() => null); // the broker is away
    if (found !== null && found.tradeDate !== done) return found;
    await sleep(200);
  }
  return null;
}

const leaseMs = 5000;

/** A lease held by renewing it; another owner gets it once it has run out. */
export class LeaseHolder {
  readonly #kv: KV;
  readonly #key: string;
  readonly #owner: string;
  #untilMs = 0;

  constructor(kv: KV, what: string, owner: string) {
    this.#kv = kv;
    this.#key = leaseKey(what);
    this.#owner = owner;
  }

  /** Held for sure: our own clock says that nobody else may have it yet. */
  get isHeld(): boolean {
    return Date.now() < this.#untilMs;
  }

  /** Takes or renews it; false when another holds it or the broker is away. */
  async renew(): Promise<boolean> {
    const nowMs = Date.now();
    try {
      const entry = await this.#kv.get(this.#key);
      const held = entry === null || entry.operation !== 'PUT' ? null : Lease.parse(decode(entry.value));
      if (held !== null && held.owner !== this.#owner && held.untilMs > nowMs) {
        this.#untilMs = 0;
        return false;
      }
      const value = encode({ owner: this.#owner, untilMs: nowMs + leaseMs } satisfies Lease);
      await (entry === null ? this.#kv.create(this.#key, value) : this.#kv.update(this.#key, value, entry.revision));
      this.#untilMs = nowMs + leaseMs * 0.8;
      return true;
    } catch {
      return this.isHeld; // lost the race, or the broker is away: what was promised still stands
    }
  }

  async release(): Promise<void> {
    if (!this.isHeld) return;
    this.#untilMs = 0;
    await this.#kv.put(this.#key, encode({ owner: this.#owner, untilMs: 0 } satisfies Lease)).catch(() => undefined);
  }
}

/**
 * One lease a source, all or none: half of them could not fail over. They are taken in the order of their names, so that two feeds can
 * never wait for each other; who does not get them all keeps none.
 */
export class SourceLeases {
  readonly #holders: readonly LeaseHolder[];

  constructor(kv: KV, sources: readonly string[], owner: string) {
    this.#holders = [...sources].sort().map((source) => new LeaseHolder(kv, sourceLease(source), owner));
  }

  get isHeld(): boolean {
    return this.#holders.every(({ isHeld }) => isHeld);
  }

  async renew(): Promise<boolean> {
    for (const holder of this.#holders)
      if (!(await holder.renew())) {
        await this.release();
        return false;
      }
    return true;
  }

  async release(): Promise<void> {
    await Promise.all(this.#holders.map((holder) => holder.release()));
  }
}
