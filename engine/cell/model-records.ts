/** What the models of each strategy would have said of its openings, and what came of it: fed by the cell, judged by engine/opportunities/model-watch. */

import { sigma600Of } from '../opportunities/confidence.ts';
import * as watch from '../opportunities/model-watch.ts';
import { costOf } from '../opportunities/plan.ts';
import type { Settings } from './settings.ts';
import type { SignalCase } from './signal-case.ts';

export class ModelRecords {
  readonly #settings: Settings;
  readonly #records = new Map<string, watch.ModelRecord>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  of = (strategy: string): watch.ModelRecord => this.#records.get(strategy) ?? watch.newModelRecord;
  strategies = (): readonly string[] => [...this.#records.keys()];

  /** An opening, put to the strategy's own maps and to `judged`. Sectors and boards have no price that a quarter of an hour could judge. */
  note({ lane, plan, reading, subject, claims }: SignalCase, tsec: number, judged: readonly string[]): void {
    if (plan === null || lane.detector.family === 'board') return;
    const opened = {
      row: subject.row,
      midMilli: plan.lastMilli,
      direction: reading.direction === 'up' ? (1 as const) : (-1 as const),
      scale: sigma600Of(plan.feature('sigma900')),
      cost: costOf(plan.entryMilli, this.#settings.opportunities),
      tsec,
      claims: new Map([[watch.own, claims(null)], ...judged.map((id) => [id, claims(id)] as const)]),
    };
    this.#change(lane.id, (record) => watch.asked(record, opened));
  }

  scored(strategy: string, score: number | null): void {
    this.#change(strategy, (record) => watch.scored(record, score));
  }

  ripen(tsec: number, midOf: (row: number) => number): void {
    for (const strategy of this.#records.keys()) this.#change(strategy, (record) => watch.ripened(record, tsec, midOf));
  }

  /** Somebody else speaks from here on. */
  spokeAnew(strategy: string): void {
    if (this.#records.has(strategy)) this.#change(strategy, watch.spokeAnew);
  }

  /** The strategy scores otherwise from here on. */
  retuned(strategy: string): void {
    if (this.#records.has(strategy)) this.#change(strategy, watch.retuned);
  }

  /** A model begins anew: nothing is known of it. */
  forget(strategy: string, model: string): void {
    if (this.#records.has(strategy)) this.#change(strategy, (record) => watch.forgotten(record, model));
  }

  #change(strategy: string, next: (record: watch.ModelRecord) => watch.ModelRecord): void {
    this.#records.set(strategy, next(this.of(strategy)));
  }

  image = (): readonly (readonly [string, watch.ModelRecord])[] => [...this.#records];

  restore(image: ReturnType<ModelRecords['image']>): void {
    for (const [strategy, record] of image) this.#records.set(strategy, record);
  }
}
