/**
 * The projector: JOURNAL → LIFECYCLE and signals, one message an entry, each exactly once. Rebuildable at any time.
 * Where it stopped is read from the last projected message itself: Nats-Msg-Id `run:date:step:index`.
 */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { decode, encode } from '../../contracts/codec.ts';
import { upcast } from '../../contracts/compat/upcast.ts';
import { JournalStep } from '../../contracts/journal.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import type { Log } from '../telemetry/log.ts';
import type { Reach } from './crash-points.ts';

type Position = { readonly date: string; readonly step: number; readonly index: number };
const start: Position = { date: '', step: 0, index: -1 };
const retryMs = 200;

export class Projector {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #run: string;
  readonly #log: Log;
  readonly #reach: Reach;
  projected: Position = start;

  constructor(js: JetStreamClient, jsm: JetStreamManager, run: string, log: Log, reach: Reach) {
    this.#js = js;
    this.#jsm = jsm;
    this.#run = run;
    this.#log = log;
    this.#reach = reach;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        this.#log.warn({ event: 'projector.retry', error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.projected = await this.#resume();
    for await (const { subject, body } of streamFrom(this.#js, streams(this.#run).journal, 1, { signal })) {
      if (signal.aborted) return;
      const date = subject.slice(subject.lastIndexOf('.') + 1);
      const step = JournalStep.parse(upcast('journal', decode(body) as Record<string, unknown>));
      for (const [index, entry] of step.entries.entries()) {
        if (!isAfter({ date, step: step.step, index }, this.projected)) continue;
        this.#reach('projector');
        const message = { v: 1, tradeDate: date, step: step.step, index, hash: step.hash, entry };
        await this.#js.publish(subjects(this.#run).lifecycle(entry), encode(message), {
          msgID: `${this.#run}:${date}:${step.step}:${index}`,
          timeout: 5000,
        });
        this.projected = { date, step: step.step, index };
      }
    }
  }

  async #resume(): Promise<Position> {
    const name = streams(this.#run).lifecycle;
    const { state } = await this.#jsm.streams.info(name);
    if (state.messages === 0) return start;
    const last = await this.#jsm.streams.getMessage(name, { seq: state.last_seq });
    const [, date, step, index] = (last?.header.get('Nats-Msg-Id') ?? '').split(':');
    return date === undefined ? start : { date, step: Number(step), index: Number(index) };
  }
}

const isAfter = (a: Position, b: Position): boolean =>
  a.date !== b.date ? a.date > b.date : a.step !== b.step ? a.step > b.step : a.index > b.index;
