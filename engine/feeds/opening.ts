/** Live: the day that is waited for and opened, and where that stands, for whoever asks. */
import { setTimeout as pause } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { Bundle } from '../../contracts/bundle.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/process/log.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import { assertHeld } from '../../contracts/run-kind.ts';
import { type StatusCode, sayStatus } from '../../contracts/status.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { handOverOf } from '../log/feed-bucket.ts';
import { newestDay } from '../log/jetstream-tape.ts';
import { isBrokerError } from '../log/trouble.ts';
import { dataDir } from '../runtime/paths.ts';
import type { Verdict } from '../runtime/vitals.ts';
import { withLibraryOrNone } from '../store/library.ts';
import { closeLeftOpen, handOverLive, openLiveDay, referenceClients } from './live-open.ts';
import { momentOf, refusedBecause } from './live-state.ts';
import { learnAbout, recallDays } from './reference/calendar-days.ts';
import { TapeAppender } from './tape-appender.ts';

const reopenMs = 10_000;
/** A vendor that limits a question by the hour is not asked for it every ten seconds. */
const longestLearnMs = 3_600_000;

/** A bundle that was cleared away is as good as none. */
function bundleOrNone(bundles: string, sha: string): Bundle | null {
  try {
    return loadBundle(bundles, sha);
  } catch (error) {
    if (error instanceof FenshiError) return null;
    throw error;
  }
}

type OpeningOptions = {
  readonly start: RoleStart;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kv: KV;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly owner: string;
};

/** Live: waits for a trading day, and opens it unless that has been done. What it waits for can be asked at any time. */
export class Opening {
  readonly #options: OpeningOptions;
  #state: Verdict = { code: 'STARTING' };
  /** While a day is being opened or closed. */
  #appender: TapeAppender | null = null;
  #learnAtMs = 0;
  #learnPauseMs = reopenMs;

  constructor(options: OpeningOptions) {
    this.#options = options;
    recallDays(dataDir);
  }

  verdict = (): Verdict => {
    const trouble = this.#appender?.trouble ?? null;
    if (trouble === null || this.#appender?.isStoring === true) return this.#state;
    return { code: trouble.code, detail: `${trouble.why}, ${Math.round((Date.now() - trouble.sinceMs) / 1000)} s` };
  };

  async untilOpen(): Promise<void> {
    const { signal, log } = this.#options;
    let told: string | null | undefined;
    while (!signal.aborted) {
      let moment = momentOf(Date.now());
      if (moment.code === 'CALENDAR_UNKNOWN' && (await this.#learn(moment.date))) moment = momentOf(Date.now());
      if (moment.code === null) {
        if (await this.#open(moment.date)) return;
      } else {
        if (moment.code !== 'CALENDAR_UNKNOWN') this.#state = moment;
        if (moment.code !== told) log.info({ event: 'live.waiting', code: moment.code, why: sayStatus(moment.code, moment.detail, 'en') });
        told = moment.code;
        await this.#closeLeft(moment.date, moment.code);
      }
      await pause(reopenMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether the day is open */
  async #open(date: TradeDate): Promise<boolean> {
    const { start, js, jsm, kv, log, signal, owner } = this.#options;
    const { order, live } = start.feed!;
    try {
      const newest = await newestDay(jsm, start.run);
      if (newest !== null) assertHeld(start.run, newest.open.tradeDate, newest.open.origin ?? 'simulated');
      if (newest?.open.tradeDate === date && newest.closed) {
        this.#state = { code: 'AFTER_CLOSE', detail: date };
        return false;
      }
      if (newest?.open.tradeDate === date) {
        // the hand-over follows the opening: a crash between the two would leave a day that nobody collects
        if ((await handOverOf(kv))?.tradeDate !== date) await handOverLive(kv, date, live!.hosts);
        return true;
      }
      this.#state =
        this.#state.code === 'DAY_REFUSED' || this.#state.code === 'NO_NETWORK' ? this.#state : { code: 'OPENING', detail: date };
      await this.#closeLeft(date, null);
      const previous = newest === null ? null : bundleOrNone(start.bundles, newest.open.bundle);
      const { dir, bundles } = start;
      this.#appender = new TapeAppender(js, start.run, date, owner, signal);
      await openLiveDay(date, this.#appender, { ...live!, order, previous, signal, dir, bundles, kv, log });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof FenshiError && error.code === 'RUN_KIND') throw error;
      if (!(error instanceof FenshiError)) {
        this.#state = { code: isBrokerError(error) ? 'NOT_STORED' : 'DAY_REFUSED', detail: String(error) };
        log.error({ event: 'live.retry', error: String(error) });
        return false;
      }
      this.#state = refusedBecause(error);
      log.error({ event: 'live.refused', code: error.code, why: error.message });
      return false;
    } finally {
      this.#appender = null;
    }
  }

  /** A day whose end has passed while nobody was here is closed as soon as somebody is: it is archived tonight, not tomorrow. */
  async #closeLeft(today: TradeDate, code: StatusCode | null): Promise<void> {
    const { start, js, jsm, log, owner, signal } = this.#options;
    try {
      const newest = await newestDay(jsm, start.run);
      const left = newest?.open.tradeDate ?? today;
      if (newest === null || newest.closed || (left === today && code !== 'AFTER_CLOSE')) return;
      this.#appender = new TapeAppender(js, start.run, left, owner, signal);
      await closeLeftOpen(this.#appender, left, log);
    } catch (error) {
      if (code === null) throw error;
      log.warn({ event: 'live.left-open', error: String(error) }); // looked at again in a moment
    } finally {
      this.#appender = null;
    }
  }

  /** Asks whoever may know of a day beyond the shipped calendar. */
  async #learn(date: TradeDate): Promise<boolean> {
    if (Date.now() < this.#learnAtMs) return false;
    this.#learnAtMs = Date.now() + this.#learnPauseMs;
    this.#learnPauseMs = Math.min(longestLearnMs, this.#learnPauseMs * 2);
    const { start, signal, log } = this.#options;
    const { calendarFile, hosts, token } = start.feed!.live!;
    const clients = referenceClients([], hosts, token);
    try {
      const { told, why } = await learnAbout(date, {
        file: calendarFile,
        library: withLibraryOrNone,
        tushare: clients.tushare,
        dataDir,
        signal,
      });
      if (told !== null) log.info({ event: 'calendar.learnt', date, from: told });
      else this.#state = { code: 'CALENDAR_UNKNOWN', detail: [date, ...why].join('; ') };
      return told !== null;
    } finally {
      clients.close();
    }
  }
}
