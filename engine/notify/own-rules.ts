/** Rules that people keep beside those of the configuration: in the bucket `MINE-<run>` under `rules`, which this role alone writes. */
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import { ZodError } from 'zod';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { mineBucket } from '../../contracts/mine.ts';
import { faultsOf, type NotifyConfig, type NotifyRule, OwnRules, ownRulesKey } from '../../contracts/notify.ts';

/** `body` null: they were taken away whole. */
export type KeptRules = { readonly revision: number; readonly body: Uint8Array | null };
export type RulesShelf = {
  /** Null: nobody ever kept any. */
  readonly read: () => Promise<KeptRules | null>;
  /** The new revision; null where `revision` is not the one that stands. */
  readonly write: (body: Uint8Array, revision: number) => Promise<number | null>;
};

export class RuleBook {
  readonly #config: Pick<NotifyConfig, 'channels' | 'rules'>;
  readonly #shelf: RulesShelf;
  #own: readonly NotifyRule[] = [];
  revision = 0;
  /** Why those that are kept could not be read; null where they were. */
  fault: string | null = null;

  constructor(config: Pick<NotifyConfig, 'channels' | 'rules'>, shelf: RulesShelf) {
    [this.#config, this.#shelf] = [config, shelf];
  }

  /** In force: the configuration's first. A channel that is not configured any more is none of a rule's. */
  get all(): readonly NotifyRule[] {
    const has = (name: string): boolean => Object.hasOwn(this.#config.channels, name);
    const own = this.#own.map((rule) => ({ ...rule, channels: rule.channels.filter(has) })).filter(({ channels }) => channels.length > 0);
    const taken = new Set(this.#config.rules.map(({ id }) => id));
    return [...this.#config.rules, ...own.filter(({ id }) => !taken.has(id))];
  }

  /** As people see them: also those that rest because their channels are gone. */
  get shown(): readonly (NotifyRule & { readonly own: boolean })[] {
    return [...this.#config.rules.map((rule) => ({ ...rule, own: false })), ...this.#own.map((rule) => ({ ...rule, own: true }))];
  }

  /** What cannot be read is a fault, and stays as it is until somebody writes over it. @throws what the broker says */
  async load(): Promise<void> {
    const kept = await this.#shelf.read();
    [this.#own, this.revision, this.fault] = [[], kept?.revision ?? 0, null];
    if (kept === null || kept.body === null) return;
    try {
      this.#own = OwnRules.parse(decode(kept.body)).rules;
    } catch (error) {
      this.fault = error instanceof ZodError ? `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}` : String(error);
    }
  }

  /**
   * A rule that rests may stay as it is. Where another was faster, and where the broker did not say whether it stored them, what stands is read
   * again. @throws FenshiError QUERY_INVALID, CONFLICT, SERVICE_UNAVAILABLE
   */
  async put(rules: readonly NotifyRule[], revision: number): Promise<number> {
    const rests = new Set(this.#faults(this.#own));
    const fault = this.#faults(rules).find((each) => !rests.has(each));
    if (fault !== undefined) throw new FenshiError('QUERY_INVALID', fault);
    const body = encode({ v: 1, rules: [...rules] } satisfies OwnRules);
    const kept = await this.#shelf.write(body, revision).catch(() => this.#afterAll(body));
    if (kept === null) {
      await this.load().catch(() => undefined);
      throw new FenshiError('CONFLICT', 'the rules were changed elsewhere; read them again');
    }
    [this.#own, this.revision, this.fault] = [rules, kept, null];
    return kept;
  }

  /** The revision of these rules where they were stored after all. */
  async #afterAll(body: Uint8Array): Promise<number> {
    const found = await this.#shelf.read().catch(() => null);
    if (found?.body != null && Buffer.compare(found.body, body) === 0) return found.revision;
    throw new FenshiError('SERVICE_UNAVAILABLE', 'the broker does not say that it has stored the rules');
  }

  #faults(own: readonly NotifyRule[]): string[] {
    const fixed = this.#config.rules;
    return faultsOf([...fixed, ...own], this.#config.channels)
      .filter(({ at }) => at >= fixed.length)
      .map(({ at, message }) => `rule ${own[at - fixed.length]!.id}: ${message}`);
  }
}

/** JetStream: the last sequence is another; there is no such stream. */
const [wrongRevision, noStream] = [10_071, 10_059];

export function rulesShelf(nc: NatsConnection, run: string): RulesShelf {
  const bucket = async (): Promise<KV> => {
    const found = await new Kvm(jetstream(nc)).open(mineBucket(run));
    await found.status(); // opening alone does not ask whether it is there
    return found;
  };
  return {
    read: async () => {
      try {
        const entry = await (await bucket()).get(ownRulesKey);
        return entry === null ? null : { revision: entry.revision, body: entry.operation === 'PUT' ? entry.value : null };
      } catch (error) {
        if ((error as { code?: number }).code === noStream) return null; // the engine has not begun here yet
        throw error;
      }
    },
    write: async (body, revision) => {
      try {
        return await (await bucket()).put(ownRulesKey, body, { previousSeq: revision });
      } catch (error) {
        if ((error as { code?: number }).code === wrongRevision) return null;
        throw new FenshiError('SERVICE_UNAVAILABLE', String(error), { cause: error });
      }
    },
  };
}
