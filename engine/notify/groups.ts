/**
 * Groups of symbols that rules name: sectors of the day, and watch-lists of who sits at this machine. Read now and then; what is not known yet is
 * null, and a rule tells rather than loses what might be of it.
 */

import type { Mine } from '../../contracts/mine.ts';
import type { NotifyRule } from '../../contracts/notify.ts';
import { InstrumentId } from '../../contracts/units.ts';
import type { Ask } from './market-words.ts';

export type GroupFacts = { readonly sectors: readonly string[] | null; readonly lists: readonly string[] | null };

export class Groups {
  #needsSectors = false;
  #needsLists = false;
  #sectors: ReadonlyMap<string, readonly string[]> | null = null;
  #date = '';
  #lists: Mine['lists'] | null = null;

  constructor(rules: readonly NotifyRule[]) {
    this.use(rules);
  }

  use(rules: readonly NotifyRule[]): void {
    this.#needsSectors = rules.some(({ sector }) => sector !== undefined);
    this.#needsLists = rules.some(({ list }) => list !== undefined);
  }

  /** Whether all that is needed has been read. */
  get areKnown(): boolean {
    return (!this.#needsSectors || this.#sectors !== null) && (!this.#needsLists || this.#lists !== null);
  }

  /** A sector is in itself, and in no list. */
  of(code: string): GroupFacts {
    if (!InstrumentId.safeParse(code).success) return { sectors: [code], lists: [] };
    return {
      sectors: this.#sectors === null ? null : (this.#sectors.get(code) ?? []),
      lists: this.#lists === null ? null : this.#lists.flatMap(({ name, symbols }) => (symbols.includes(code as never) ? [name] : [])),
    };
  }

  /** @throws what the query role or the broker answers; what was known stays */
  async look(date: string, ask: Ask, mine: () => Promise<Mine | null>): Promise<void> {
    const looks = [...(this.#needsLists ? [this.#lookAtLists(mine)] : []), ...(this.#needsSectors ? [this.#lookAtSectors(date, ask)] : [])];
    const failed = (await Promise.allSettled(looks)).find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** A list that was made is one that is wanted now. */
  async #lookAtLists(mine: () => Promise<Mine | null>): Promise<void> {
    this.#lists = (await mine())?.lists ?? [];
  }

  /** Of a day: kept for it once the answer is of it too. */
  async #lookAtSectors(date: string, ask: Ask): Promise<void> {
    if (this.#sectors !== null && date === this.#date) return;
    const { rows, asOf } = await ask('instruments', {});
    this.#sectors = new Map(rows.map(({ symbol, sectors }) => [symbol, sectors] as const));
    this.#date = asOf.tradeDate;
  }
}
