/** A live trading day opened: its bundle from the sources and the library, `day.open` on TAPE, and the hand-over to the collector. */
import type { KV } from '@nats-io/kv';
import { type BundleConfig, statedOf } from '../../contracts/bundle.ts';
import { midnightOf, tradeDateOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { codeVersion } from '../cli/root.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { handOver } from '../log/feed-bucket.ts';
import { dayKind } from '../reference/calendar.ts';
import { preOpenBundle } from '../reference/pre-open.ts';
import { assertRoom } from '../store/disk.ts';
import { withLibraryOrNone } from '../store/library.ts';
import type { Log } from '../telemetry/log.ts';
import { usualRule } from './collector/breaker.ts';
import { SourceClient } from './collector/client.ts';
import { Heartbeat } from './collector/heartbeat.ts';
import { SourceHttp } from './http.ts';
import { sourceRates } from './rates.ts';
import { type ReferenceFrom, referenceSources } from './reference-sources.ts';
import type { TapeAppender } from './tape-appender.ts';
import { tencent } from './tencent/adapter.ts';

/** Tushare tells the day's limits from 08:40 on; the first call begins at 09:15. */
const opensMs = (8 * 60 + 50) * 60_000;
const closesMs = 15.5 * 3_600_000;

export type LiveOptions = {
  readonly config: BundleConfig;
  readonly hosts: Readonly<Record<string, string>>;
  readonly token: string | null;
  readonly dir: string;
  readonly bundles: string;
  readonly monitoredFile: string | null;
  readonly kv: KV;
  readonly log: Log;
};

/** The trading day that is under way, or null before 08:50, after 15:30 and on closed days. */
export function dayUnderWay(nowMs: number): TradeDate | null {
  const date = tradeDateOf(nowMs);
  const ms = nowMs - midnightOf(date);
  return dayKind(date) === 'TRADING' && ms >= opensMs && ms < closesMs ? date : null;
}

/** @throws FenshiError DISK_FULL, REFERENCE_MISSING, SOURCE_* */
export async function openLiveDay(date: TradeDate, appender: TapeAppender, options: LiveOptions): Promise<void> {
  const { config, hosts, token, dir, bundles, monitoredFile, kv, log } = options;
  await assertRoom(dir);
  const clients = referenceClients(hosts, token);
  const bundle = await withLibraryOrNone((library) =>
    preOpenBundle(date, config, referenceSources({ ...clients, library, monitoredFile })),
  ).finally(() => clients.close());
  const sha = saveBundle(bundles, bundle);
  for (const line of statedOf(bundle)) log.warn({ event: 'bundle.assumed', line });
  const nowMs = Date.now();
  await appender.append({ type: 'day.open', v: 1, tsMs: nowMs, tradeDate: date, bundle: sha, codeVersion }, true, `${date}:open`);
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

/** Who is asked for reference data. */
export function referenceClients(
  hosts: Readonly<Record<string, string>>,
  token: string | null,
): Pick<ReferenceFrom, 'tencent' | 'tushare'> & { readonly close: () => void } {
  const https: SourceHttp[] = [];
  const client = (name: 'tencent' | 'tushare', own: Readonly<Record<string, string>>): SourceClient => {
    const host = hosts[name];
    const http = new SourceHttp(host === undefined ? own : Object.fromEntries(Object.keys(own).map((key) => [key, host])));
    https.push(http);
    return new SourceClient({
      name,
      http,
      rates: sourceRates[name],
      breaker: usualRule,
      heartbeat: new Heartbeat([]),
      onState: () => undefined,
      onAnswer: () => undefined,
    });
  };
  return {
    tencent: client('tencent', tencent.hosts),
    tushare: token === null ? null : { client: client('tushare', { api: 'https://api.tushare.pro' }), token },
    close: () => https.forEach((http) => void http.close()),
  };
}
