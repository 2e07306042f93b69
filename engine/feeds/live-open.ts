/** A live trading day opened: its bundle from the sources and the library, `day.open` on TAPE, and the hand-over to the collector. */
import type { KV } from '@nats-io/kv';
import { type Bundle, type DayConfig, statedOf } from '../../contracts/bundle.ts';
import type { Log } from '../../contracts/process/log.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { handOver } from '../log/feed-bucket.ts';
import { preOpenBundle } from '../reference/pre-open.ts';
import { codeVersion } from '../runtime/paths.ts';
import { assertRoom } from '../store/disk.ts';
import { withLibraryOrNone } from '../store/library.ts';
import { banRule, usualRule } from './collector/breaker.ts';
import { SourceClient } from './collector/client.ts';
import { Heartbeat } from './collector/heartbeat.ts';
import { SourceHttp } from './http.ts';
import { closesMs, momentOf } from './live-state.ts';
import { type MarketSource, marketAdapters } from './market-sources.ts';
import { sourceRates } from './rates.ts';
import { type ReferenceFrom, referenceSources } from './reference/sources.ts';
import type { TapeAppender } from './tape-appender.ts';
import { tushareHosts } from './tushare/apis.ts';

export type LiveOptions = {
  readonly config: DayConfig;
  /** Sources to ask, preferred first. */
  readonly order: readonly MarketSource[];
  readonly hosts: Readonly<Record<string, string>>;
  readonly token: string | null;
  /** The bundle of the newest day before, where it is still at hand. */
  readonly previous: Bundle | null;
  readonly signal?: AbortSignal;
  readonly dir: string;
  readonly bundles: string;
  readonly monitoredFile: string | null;
  readonly kv: KV;
  readonly log: Log;
};

/** The trading day that is under way, or null before 08:50, after 15:30, on closed and on unknown days. */
export function dayUnderWay(nowMs: number): TradeDate | null {
  const { date, code } = momentOf(nowMs);
  return code === null ? date : null;
}

/** @throws FenshiError DISK_FULL, REFERENCE_MISSING, SOURCE_* */
export async function openLiveDay(date: TradeDate, appender: TapeAppender, options: LiveOptions): Promise<void> {
  const { config, order, hosts, token, previous, signal, dir, bundles, monitoredFile, kv, log } = options;
  await assertRoom(dir);
  const clients = referenceClients(order, hosts, token, (source, endpoint, waitMs) =>
    log.warn({ event: 'live.waits', source, endpoint, waitMs }),
  );
  const bundle = await withLibraryOrNone((library) =>
    preOpenBundle(
      date,
      config,
      referenceSources({ ...clients, library, previous, monitoredFile, ...(signal === undefined ? {} : { signal }) }),
    ),
  ).finally(() => clients.close());
  const sha = saveBundle(bundles, bundle);
  for (const line of statedOf(bundle)) log.warn({ event: 'bundle.assumed', line });
  const nowMs = Date.now();
  await appender.append(
    { type: 'day.open', v: 1, tsMs: nowMs, tradeDate: date, bundle: sha, codeVersion, origin: 'live' },
    true,
    `${date}:open`,
  );
  await handOverLive(kv, date, hosts);
  log.info({ event: 'live.opened', date, instruments: bundle.instruments.length, sectors: bundle.sectors.length });
}

/** Lets the collector begin: run time is wall time. */
export const handOverLive = async (kv: KV, date: TradeDate, hosts: Readonly<Record<string, string>>): Promise<void> =>
  void (await handOver(kv, {
    v: 1,
    tradeDate: date,
    runMs: Date.now(),
    wallMs: Date.now(),
    hosts: Object.keys(hosts).length === 0 ? null : { ...hosts },
  }));

/** Closes a day that was left open, as a night's shutdown leaves it: two days must not run into each other on the tape. */
export async function closeLeftOpen(appender: TapeAppender, left: TradeDate, log: Log): Promise<void> {
  log.warn({ event: 'live.left-open', date: left });
  await appender.append({ type: 'day.close', v: 1, tsMs: midnightOf(left) + closesMs, tradeDate: left }, true, `${left}:close`);
}

export type ReferenceClients = Pick<ReferenceFrom, 'clients' | 'order' | 'tushare'> & { readonly close: () => void };

/** Who is asked for reference data, preferred first. `onWait`: a question waits because its vendor asked for it. */
export function referenceClients(
  order: readonly MarketSource[],
  hosts: Readonly<Record<string, string>>,
  token: string | null,
  onWait: (source: string, endpoint: string, waitMs: number) => void = () => undefined,
): ReferenceClients {
  const https: SourceHttp[] = [];
  const client = (name: MarketSource | 'tushare', own: Readonly<Record<string, string>>): SourceClient => {
    const host = hosts[name];
    const http = new SourceHttp(host === undefined ? own : Object.fromEntries(Object.keys(own).map((key) => [key, host])));
    https.push(http);
    return new SourceClient({
      name,
      http,
      rates: sourceRates[name],
      breaker: name === 'eastmoney' ? banRule : usualRule,
      heartbeat: new Heartbeat([]),
      onState: () => undefined,
      onAnswer: () => undefined,
      onWait: (endpoint, waitMs) => onWait(name, endpoint, waitMs),
    });
  };
  return {
    order,
    clients: Object.fromEntries(order.map((name) => [name, client(name, marketAdapters[name].hosts)])),
    tushare: token === null ? null : { client: client('tushare', tushareHosts), token },
    close: () => https.forEach((http) => void http.close()),
  };
}
