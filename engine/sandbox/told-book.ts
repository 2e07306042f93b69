/**
 * What a strategy holds, as `ext` entries: a line when a level changes, one to repeat it before it would be taken for silence, one to lower what it no
 * longer names. Pure.
 */
import { symbolEntity } from '../../contracts/entity.ts';
import type { ExternalReading } from '../../contracts/tape.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { UserReading } from './seat.ts';

type Held = { readonly reading: UserReading; readonly key: string; readonly saidMs: number };

export class ToldBook {
  readonly #strategy: string;
  readonly #repeatMs: number;
  readonly #held = new Map<string, Held>();

  constructor(strategy: string, holdSec: number) {
    this.#strategy = strategy;
    this.#repeatMs = (holdSec * 1000) / 3;
  }

  /** Entries as of `tsMs`, given what it holds now of the symbols `shown`; of the others nothing is known. */
  entries(tsMs: number, shown: readonly string[], readings: readonly UserReading[]): ExternalReading[] {
    const now = new Map(readings.map((reading) => [reading.symbol, reading]));
    const entries: ExternalReading[] = [];
    for (const symbol of shown) {
      const [reading, held] = [now.get(symbol), this.#held.get(symbol)];
      if (reading === undefined) {
        if (held !== undefined) entries.push(this.#entry(tsMs, held.reading, false));
        this.#held.delete(symbol);
        continue;
      }
      const key = keyOf(reading);
      if (held !== undefined && held.key === key && tsMs - held.saidMs < this.#repeatMs) continue;
      this.#held.set(symbol, { reading, key, saidMs: tsMs });
      entries.push(this.#entry(tsMs, reading, true));
    }
    return entries;
  }

  #entry(tsMs: number, { symbol, direction, confirmable, path, score, evidence }: UserReading, raised: boolean): ExternalReading {
    return {
      type: 'ext',
      v: 1,
      tsMs,
      strategy: this.#strategy,
      entity: symbolEntity(instrumentNo(symbol)),
      direction,
      raised,
      confirmable: raised && confirmable,
      path,
      score: Math.round(score * 100) / 100,
      evidence: evidence.map(({ feature, value, op = 'info', threshold = null, contrib = 0 }) => ({
        feature,
        value,
        op,
        threshold,
        contrib,
      })),
    };
  }
}

/** What makes it another level; evidence moves with every quote and does not. */
const keyOf = ({ direction, confirmable, path, score }: UserReading): string => `${direction} ${confirmable} ${path} ${score.toFixed(1)}`;
