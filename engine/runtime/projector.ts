/**
 * The projector: JOURNAL → LIFECYCLE and signals, one message an entry, each exactly once. Rebuildable at any time.
 * Where it stopped is read from the last projected message itself: Nats-Msg-Id `run:date:step:index`.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { encode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import type { Log } from '../../contracts/process/log.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { nextOnSubject, streamFrom } from '../log/jetstream-read.ts';
import type { AtCrashPoint } from './crash-points.ts';

type Position = { readonly date: string; readonly step: number; readonly index: number };
const start: Position = { date: '', step: 0, index: -1 };
const retryMs = 200;

export class Projector {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #run: string;
  readonly #log: Log;
  readonly #atCrashPoint: AtCrashPoint;
  projected: Position = start;

  constructor(js: JetStreamClient, jsm: JetStreamManager, run: string, log: Log, atCrashPoint: AtCrashPoint) {
    this.#js = js;
    this.#jsm = jsm;
    this.#run = run;
    this.#log = log;
    this.#atCrashPoint = atCrashPoint;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        this.#log.warn({ event: 'projector.retry', error: String(error) });
        await sleep(retryMs);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.projected = await this.#resume();
    const from = await this.#startOf(this.projected);
    const filter = subjects(this.#run).allJournal; // holes that a purge has left are no holes of the day
    for await (const { subject, body } of streamFrom(this.#js, streams(this.#run).journal, from, { filter, signal })) {
      if (signal.aborted) return;
      const date = subject.slice(subject.lastIndexOf('.') + 1);
      const step = readStep(body);
      for (const [index, entry] of step.entries.entries()) {
        if (!isAfter({ date, step: step.step, index }, this.projected)) continue;
        this.#atCrashPoint('projector');
        const message = { v: 2, tradeDate: date, step: step.step, index, hash: step.hash, origin: step.origin ?? 'simulated', entry };
        await this.#js.publish(subjects(this.#run).lifecycle(entry), encode(message), {
          msgID: `${this.#run}:${date}:${step.step}:${index}`,
          timeout: 5000,
        });
        this.projected = { date, step: step.step, index };
      }
    }
  }

  /** Stream sequence at which the day of the last projected step begins: what lies before has been projected, or was purged. */
  async #startOf({ date }: Position): Promise<number> {
    const first = date === '' ? null : await nextOnSubject(this.#jsm, streams(this.#run).journal, 1, subjects(this.#run).journal(date));
    return first?.seq ?? 1;
  }

  async #newestDay(): Promise<Position> {
    const last = await this.#jsm.streams.getMessage(streams(this.#run).journal, { last_by_subj: subjects(this.#run).allJournal });
    return last === null ? start : { date: last.subject.slice(last.subject.lastIndexOf('.') + 1), step: 0, index: -1 };
  }

  async #resume(): Promise<Position> {
    const name = streams(this.#run).lifecycle;
    const { state } = await this.#jsm.streams.info(name);
    // emptied by hand: what it held is not told again as news, the newest day is
    if (state.messages === 0) return state.last_seq === 0 ? start : this.#newestDay();
    const last = await this.#jsm.streams.getMessage(name, { seq: state.last_seq });
    const [, date, step, index] = (last?.header.get('Nats-Msg-Id') ?? '').split(':');
    return date === undefined ? start : { date, step: Number(step), index: Number(index) };
  }
}

const isAfter = (a: Position, b: Position): boolean =>
  a.date !== b.date ? a.date > b.date : a.step !== b.step ? a.step > b.step : a.index > b.index;
