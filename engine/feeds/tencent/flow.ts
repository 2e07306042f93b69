/**
 * Tencent money flow of one instrument, `hsfundtab` (contracts/spec/sources.md#tencent): UTF-8 JSON, numbers as strings in yuan, cumulative.
 * Main = super + big. The trend's minutes come unsorted. Never mixed with another vendor's series.
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { instrumentId } from '../../../contracts/units.ts';
import { labelOf } from '../../wire/minutes.ts';
import { decimalOf, type Field } from '../../wire/numbers.ts';
import { prefixed } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import type { Endpoint, Parsed, Rejected, SourceFlow } from '../adapter.ts';
import type { MinutesParams } from './minutes.ts';

export const tencentFlow: Endpoint<MinutesParams, SourceFlow> = {
  source: 'tencent',
  name: 'flow',
  host: 'flow',
  request: ({ instrument }) => ({
    path: `/cgi/cgi-bin/fundflow/hsfundtab?code=${prefixed(instrument)}&type=todayFundFlow,todayFundTrend&klineNeedDay=0`,
    headers: { Referer: 'https://gu.qq.com/' },
  }),
  parse: (body, { instrument, date }) => {
    const answer = jsonOf(body);
    if (answer.code !== 0) throw new FenshiError('SOURCE_REFUSED', `code ${String(answer.code)}: ${String(answer.msg)}`);
    const data = answer.data;
    if (typeof data !== 'object' || data === null) throw new FenshiError('SOURCE_BODY', 'no data');
    const trend = (data as Record<string, unknown>).todayFundTrend;
    if (trend === null || trend === undefined) return { rows: [], rejected: [] };
    const list = (trend as Record<string, unknown>).minList;
    const code = (trend as Record<string, unknown>).stockCode;
    if (!Array.isArray(list)) throw new FenshiError('SOURCE_BODY', 'no minList');
    if (code !== undefined && code !== prefixed(instrument)) throw new FenshiError('SOURCE_BODY', `the answer is about ${String(code)}`);
    return flowsOf(instrumentId(instrument), date, list);
  },
};

const fields = {
  mainYuan: 'MainNetInflow',
  superYuan: 'SuperNetInflow',
  largeYuan: 'BigNetInflow',
  mediumYuan: 'NormalNetInflow',
  smallYuan: 'SmallNetInflow',
} as const;

function flowsOf(entity: string, date: string, list: readonly unknown[]): Parsed<SourceFlow> {
  const rows: SourceFlow[] = [];
  const rejected: Rejected[] = [];
  let afterHours = 0;
  for (const each of list) {
    const row = (each ?? {}) as Record<string, unknown>;
    const time = String(row.time ?? '');
    const label = /^\d{12}$/.test(time) && time.startsWith(date) ? labelOf(date, time.slice(8)) : undefined;
    if (label === undefined) rejected.push({ key: time, reason: time.length === 12 && !time.startsWith(date) ? 'DATE' : 'TIME' });
    else if (label === 'afterHours') afterHours += 1;
    else {
      const numbers = Object.entries(fields).map(([name, wire]) => [name, signedOf(row[wire])] as const);
      if (numbers.some(([, value]) => value === undefined) || numbers[0]![1] === null) rejected.push({ key: time, reason: 'NUMBER' });
      else rows.push({ entity, tsMs: label.tsMs, ...(Object.fromEntries(numbers) as Omit<SourceFlow, 'entity' | 'tsMs'>) });
    }
  }
  const sound = rows.filter(isWhole);
  for (const row of rows) if (!isWhole(row)) rejected.push({ key: String(row.tsMs), reason: 'INVARIANT' });
  return { rows: sound.sort((a, b) => a.tsMs - b.tsMs), rejected, anomalies: { afterHours } };
}

const signedOf = (value: unknown): Field =>
  value === undefined || value === null ? null : typeof value === 'string' ? decimalOf(value) : undefined;

/** main = super + big, to a few yuan of rounding. */
const isWhole = ({ mainYuan, superYuan, largeYuan }: SourceFlow): boolean =>
  superYuan === null || largeYuan === null || Math.abs(superYuan + largeYuan - mainYuan) <= 2;
