/** The sources that can be asked for a past day's minutes, at their budgeted rates. */

import { FenshiError } from '../../../contracts/errors.ts';
import { dashed } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import { codeOf, instrumentId } from '../../../contracts/units.ts';
import type { Endpoint, Rejected, SourceMinute } from '../adapter.ts';
import { banRule, usualRule } from '../collector/breaker.ts';
import { SourceClient } from '../collector/client.ts';
import { Heartbeat } from '../collector/heartbeat.ts';
import { eastmoney } from '../eastmoney/adapter.ts';
import { type DayParams, emMinutes, listIn } from '../eastmoney/series.ts';
import { SourceHttp } from '../http.ts';
import { sourceRates } from '../rates.ts';
import { tencent } from '../tencent/adapter.ts';
import { tencentFiveDays } from '../tencent/minutes.ts';
import { tushareApis, tushareHosts } from '../tushare/apis.ts';
import type { MinuteSource } from './backfill.ts';

/** Days before the first that the answer holds are not told at all: that is no day without trades. */
const emFiveDays: Endpoint<DayParams, SourceMinute> = {
  ...emMinutes,
  request: (params) => emMinutes.request({ ...params, days: 5 }),
  parse: (body, params) => {
    const first = String(listIn(body, 'trends', codeOf(params.instrument))[0] ?? '').slice(0, 10);
    if (first === '' || params.date < first.replaceAll('-', ''))
      throw new FenshiError('SOURCE_BODY', `the answer ${first === '' ? 'has no day' : `begins on ${first}`}`);
    return emMinutes.parse(body, params);
  },
};

/** Rows of a day. @throws FenshiError SOURCE_BODY when all that was told of it was refused: nobody said that it did not trade */
function toldOf<R>(
  { rows, rejected }: { readonly rows: readonly R[]; readonly rejected: readonly Rejected[] },
  date: TradeDate,
): readonly R[] {
  const [first] = rejected;
  if (rows.length > 0 || first === undefined) return rows;
  throw new FenshiError('SOURCE_BODY', `${date}: all ${rejected.length} rows are refused, ${first.reason} ${first.key}`);
}

export const minuteSourceNames = ['tencent', 'eastmoney', 'tushare'] as const;
export type MinuteSourceName = (typeof minuteSourceNames)[number];
/** `hosts`: one address for all of a source's hosts, where it is not the vendor's own. */
export type MinuteSourceOptions = {
  readonly hosts?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** Of the source's rates, what is ours now. */
  readonly portion?: (source: string) => number;
};

export function minuteSource(
  name: MinuteSourceName,
  { hosts = {}, token, signal, portion }: MinuteSourceOptions = {},
): MinuteSource & { readonly close: () => Promise<void> } {
  const adapter = { tencent, eastmoney, tushare: { hosts: tushareHosts } }[name];
  const own = hosts[name];
  const http = new SourceHttp(
    own === undefined ? adapter.hosts : Object.fromEntries(Object.keys(adapter.hosts).map((host) => [host, own])),
  );
  const client = new SourceClient({
    name,
    http,
    rates: sourceRates[name],
    ...(portion === undefined ? {} : { portion: () => portion(name) }),
    breaker: name === 'eastmoney' ? banRule : usualRule,
    heartbeat: new Heartbeat([]),
    onState: () => undefined,
    onAnswer: () => undefined,
  });
  const patience = signal === undefined ? {} : { signal };
  // the last answer is kept: it holds five days of the symbol
  let kept: { readonly instrument: number; readonly body: Uint8Array } | null = null;
  const fiveDays = async (
    endpoint: Endpoint<DayParams, SourceMinute>,
    instrument: number,
    date: TradeDate,
  ): Promise<readonly SourceMinute[]> => {
    if (kept?.instrument !== instrument) {
      kept = null;
      const raw = await client.persist({ ...endpoint, parse: (body) => ({ rows: [body], rejected: [] }) }, { instrument, date }, patience);
      kept = { instrument, body: raw.rows[0]! };
    }
    return toldOf(endpoint.parse(kept.body, { instrument, date }), date);
  };
  const ask: MinuteSource['minutes'] = async (instrument: number, date: TradeDate) => {
    if (name === 'tencent') return fiveDays(tencentFiveDays, instrument, date);
    if (name === 'eastmoney') return fiveDays(emFiveDays, instrument, date);
    const asked = {
      ts_code: instrumentId(instrument),
      freq: '1min',
      start_date: `${dashed(date)} 09:00:00`,
      end_date: `${dashed(date)} 15:30:00`,
    };
    return toldOf(await client.persist(tushareApis(token ?? '').stkMins, asked, patience), date)
      .flatMap((row) => (row.closeMilli === null ? [] : [{ ...row, closeMilli: row.closeMilli, volumeShares: row.volumeShares ?? 0 }]))
      .sort((a, b) => a.tsMs - b.tsMs);
  };
  return { name, minutes: ask, close: () => http.close() };
}
