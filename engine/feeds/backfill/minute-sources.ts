/** The sources that can be asked for a past day's minutes, at their budgeted rates. */
import type { TradeDate } from '../../../contracts/units.ts';
import { instrumentId } from '../../../contracts/units.ts';
import { dashed } from '../../store/tape-archive.ts';
import type { Endpoint, SourceMinute } from '../adapter.ts';
import { banRule, usualRule } from '../collector/breaker.ts';
import { SourceClient } from '../collector/client.ts';
import { Heartbeat } from '../collector/heartbeat.ts';
import { eastmoney } from '../eastmoney/adapter.ts';
import { type DayParams, emMinutes } from '../eastmoney/series.ts';
import { SourceHttp } from '../http.ts';
import { sourceRates } from '../rates.ts';
import { tencent } from '../tencent/adapter.ts';
import { tencentFiveDays } from '../tencent/minutes.ts';
import { tushareApis, tushareHosts } from '../tushare/apis.ts';
import type { MinuteSource } from './backfill.ts';

const emFiveDays: Endpoint<DayParams, SourceMinute> = { ...emMinutes, request: (params) => emMinutes.request({ ...params, days: 5 }) };

export const minuteSourceNames = ['tencent', 'eastmoney', 'tushare'] as const;
export type MinuteSourceName = (typeof minuteSourceNames)[number];
/** `hosts`: one address for all of a source's hosts, where it is not the vendor's own. */
export type MinuteSourceOptions = { readonly hosts?: Readonly<Record<string, string>>; readonly token?: string };

export function minuteSource(
  name: MinuteSourceName,
  { hosts = {}, token }: MinuteSourceOptions = {},
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
    breaker: name === 'eastmoney' ? banRule : usualRule,
    heartbeat: new Heartbeat([]),
    onState: () => undefined,
    onAnswer: () => undefined,
  });
  // the last answer is kept: it holds five days of the symbol
  let kept: { readonly instrument: number; readonly body: Uint8Array } | null = null;
  const fiveDays = async (
    endpoint: Endpoint<DayParams, SourceMinute>,
    instrument: number,
    date: TradeDate,
  ): Promise<readonly SourceMinute[]> => {
    if (kept?.instrument !== instrument) {
      const raw = await client.persist({ ...endpoint, parse: (body) => ({ rows: [body], rejected: [] }) }, { instrument, date });
      kept = { instrument, body: raw.rows[0]! };
    }
    return endpoint.parse(kept.body, { instrument, date }).rows;
  };
  const ask: MinuteSource['minutes'] = async (instrument: number, date: TradeDate) => {
    if (name === 'tencent') return fiveDays(tencentFiveDays, instrument, date);
    if (name === 'eastmoney') return fiveDays(emFiveDays, instrument, date);
    const { rows } = await client.persist(tushareApis(token ?? '').stkMins, {
      ts_code: instrumentId(instrument),
      freq: '1min',
      start_date: `${dashed(date)} 09:00:00`,
      end_date: `${dashed(date)} 15:30:00`,
    });
    return rows
      .flatMap((row) => (row.closeMilli === null ? [] : [{ ...row, closeMilli: row.closeMilli, volumeShares: row.volumeShares ?? 0 }]))
      .sort((a, b) => a.tsMs - b.tsMs);
  };
  return { name, minutes: ask, close: () => http.close() };
}
