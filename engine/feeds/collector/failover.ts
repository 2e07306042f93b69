/**
 * Which source the market is taken from: an order of preference with hysteresis (contracts/spec/quality.md#ingest).
 *
 * Away   after 3 bad cycles in a row of the active one, to the next of another domain that is not known to be bad
 * Back   once a preferred source has been good for 60 s without a break, as its probes say
 * Bad    for 60 s after its last bad cycle: nobody asks a source that stands by, so only time can clear it
 */
import type { SourceName } from '../adapter.ts';

export type Candidate = { readonly name: SourceName; readonly domain: string };
const badCyclesMax = 3;
const goodForMs = 60_000;

const badForMs = 60_000;

type Health = { bad: number; badAtMs: number; goodSinceMs: number | null };

export class Failover {
  readonly #order: readonly Candidate[];
  readonly #health = new Map<SourceName, Health>();
  #active: number;
  #nowMs = 0;

  constructor(order: readonly Candidate[]) {
    if (order.length === 0) throw new RangeError('no source to collect from');
    this.#order = order;
    this.#active = 0;
  }

  get active(): SourceName {
    return this.#order[this.#active]!.name;
  }

  /** The first choice for a second opinion: the next of another domain; null when there is none. */
  get backup(): SourceName | null {
    const { domain } = this.#order[this.#active]!;
    return this.#order.find((each, i) => i !== this.#active && each.domain !== domain && !this.#isBad(each.name))?.name ?? null;
  }

  /** Sources preferred to the active one: they are probed. */
  get preferred(): readonly SourceName[] {
    return this.#order.slice(0, this.#active).map(({ name }) => name);
  }

  /** One cycle or probe of a source. Returns what is active now when that changed. */
  report(name: SourceName, good: boolean, nowMs: number): SourceName | null {
    this.#nowMs = nowMs;
    const health = this.#health.get(name) ?? { bad: 0, badAtMs: 0, goodSinceMs: null };
    this.#health.set(
      name,
      good ? { bad: 0, badAtMs: 0, goodSinceMs: health.goodSinceMs ?? nowMs } : { bad: health.bad + 1, badAtMs: nowMs, goodSinceMs: null },
    );
    const next = name === this.active ? (good ? null : this.#away()) : this.#back(name, nowMs);
    if (next === null || next === this.#active) return null;
    this.#active = next;
    return this.active;
  }

  #away(): number | null {
    if ((this.#health.get(this.active)?.bad ?? 0) < badCyclesMax) return null;
    const { domain } = this.#order[this.#active]!;
    const others = this.#order.map((each, i) => ({ ...each, i })).filter(({ i, domain: own }) => i !== this.#active && own !== domain);
    return others.find(({ name }) => !this.#isBad(name))?.i ?? null;
  }

  #back(name: SourceName, nowMs: number): number | null {
    const at = this.#order.findIndex((each) => each.name === name);
    const since = this.#health.get(name)?.goodSinceMs ?? null;
    return at < this.#active && since !== null && nowMs - since >= goodForMs ? at : null;
  }

  #isBad(name: SourceName): boolean {
    const health = this.#health.get(name);
    return health !== undefined && health.bad >= badCyclesMax && this.#nowMs - health.badAtMs < badForMs;
  }
}
