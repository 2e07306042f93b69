/** What opened: how many of late (K16), and of each strategy what became of it in a quarter of an hour (K13). */
import type { Standing } from '../../actors/opportunity/context.ts';
import { costOf } from '../opportunities/plan.ts';
import { matured, maturesSec, newRecord, type StrategyRecord } from '../opportunities/strategy-watch.ts';
import type { Settings } from './settings.ts';
import type { SignalCase } from './signal-case.ts';

const minuteSec = 60;

export class Openings {
  readonly #settings: Settings;
  /** tsec of each opening of the last minute. */
  #recent: number[] = [];
  /** Openings of the day before that minute. */
  #before = 0;
  readonly #records = new Map<string, StrategyRecord>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** One opened at `tsec`. Sectors and boards have no price that a quarter of an hour could judge. */
  note({ lane, plan, reading, subject }: SignalCase, { forecasts }: Standing, tsec: number): void {
    this.#recent.push(tsec);
    const base = forecasts.find(({ event }) => event === 'net-gain');
    if (plan === null || lane.detector.family === 'board' || base === undefined) return;
    const record = this.#records.get(lane.id) ?? newRecord;
    const pending = {
      row: subject.row,
      midMilli: plan.lastMilli,
      direction: reading.direction === 'up' ? (1 as const) : (-1 as const),
      cost: costOf(plan.entryMilli, this.#settings.opportunities),
      p0: base.p0,
      dueTsec: tsec + maturesSec,
    };
    this.#records.set(lane.id, { ...record, pending: [...record.pending, pending] });
  }

  /** Openings of the last minute, and of a minute of the day so far before it; NaN in the first quarter of an hour. */
  rate(tsec: number): { readonly opened1m: number; readonly openedMean: number } {
    const recent = this.#recent.filter((at) => tsec - at < minuteSec);
    this.#before += this.#recent.length - recent.length;
    this.#recent = recent;
    return { opened1m: recent.length, openedMean: tsec < maturesSec ? Number.NaN : this.#before / (tsec / minuteSec - 1) };
  }

  /** Strategies that ask for another level than before, as what is due matures. */
  mature(tsec: number, midOf: (row: number) => number): readonly { readonly strategy: string; readonly level: number }[] {
    return [...this.#records].flatMap(([strategy, was]) => {
      const now = matured(was, tsec, midOf);
      if (now !== was) this.#records.set(strategy, now);
      return now.level === was.level ? [] : [{ strategy, level: now.level }];
    });
  }

  image = (): { recent: readonly number[]; before: number; records: readonly (readonly [string, StrategyRecord])[] } => ({
    recent: [...this.#recent],
    before: this.#before,
    records: [...this.#records],
  });

  restore({ recent, before, records }: ReturnType<Openings['image']>): void {
    [this.#recent, this.#before] = [[...recent], before];
    this.#records.clear();
    for (const [id, record] of records) this.#records.set(id, record);
  }
}
