/** Eastmoney's minute series: 分时 (trends2, contracts/spec/sources.md#eastmoney) and minute money flow (fflow), one CSV line a minute. */

import { FenshiError } from '../../../contracts/errors.ts';
import { codeOf, instrumentId } from '../../../contracts/units.ts';
import { type Label, labelOf } from '../../wire/minutes.ts';
import { countOf, decimalOf, lot, milliOf } from '../../wire/numbers.ts';
import { isIndex, secid } from '../../wire/symbols.ts';
import { indexUnitOf, unitOf } from '../../wire/units.ts';
import type { InstrumentParams, Parsed, Rejected, SourceFlow, SourceMinute } from '../adapter.ts';
import { dataOf, emEndpoint, ut } from './envelope.ts';
import { isBalanced } from './rows.ts';

export type DayParams = InstrumentParams & { readonly date: string };

export const emMinutes = emEndpoint<DayParams & { readonly days?: number }, SourceMinute>(
  'minutes',
  'push2his',
  ({ instrument, days = 1 }) =>
    `/api/qt/stock/trends2/get?secid=${secid(instrument)}&ndays=${days}&iscr=0&iscca=0&fields1=f1,f2,f3,f4,f5,f6,f7,f8,f9,f10,f11,f12,f13&fields2=f51,f52,f53,f54,f55,f56,f57,f58&ut=${ut.quote}`,
  (body, { instrument, date }) => {
    const trends = listIn(body, 'trends', codeOf(instrument));
    return lines(trends, date, 8, (tsMs, cells) => minuteOf(instrument, tsMs, cells));
  },
);

/** Of an instrument, or of a board by its code. */
export type FlowParams = { readonly entity: number | string; readonly date: string };
export const emFlow = emEndpoint<FlowParams, SourceFlow>(
  'flow',
  'push2',
  ({ entity }) =>
    `/api/qt/stock/fflow/kline/get?secid=${typeof entity === 'number' ? secid(entity) : `90.${entity}`}&klt=1&lmt=0&fields1=f1,f2,f3,f7&fields2=f51,f52,f53,f54,f55,f56&ut=${ut.flow}`,
  (body, { entity, date }) => {
    const [id, code] = typeof entity === 'number' ? [instrumentId(entity), codeOf(entity)] : [entity, entity];
    return lines(listIn(body, 'klines', code), date, 6, (tsMs, cells) => flowOf(id, tsMs, cells));
  },
);

/** The list of a series about the entity asked for. @throws FenshiError SOURCE_BODY, SOURCE_REFUSED */
export function listIn(body: Uint8Array, key: string, code: string): readonly unknown[] {
  const data = dataOf(body);
  if (data === null) return [];
  if (data.code !== code) throw new FenshiError('SOURCE_BODY', `the answer is about ${String(data.code)}, not ${code}`);
  const list = data[key];
  if (!Array.isArray(list)) throw new FenshiError('SOURCE_BODY', `no ${key}`);
  return list;
}

/** Lines of `date` in order; a label twice or backwards is unsound. */
function lines<R>(
  list: readonly unknown[],
  date: string,
  width: number,
  read: (tsMs: number, cells: readonly string[]) => R | Rejected['reason'],
): Parsed<R> {
  const rows: R[] = [];
  const rejected: Rejected[] = [];
  let [afterHours, before] = [0, 0];
  for (const line of list) {
    const cells = typeof line === 'string' ? line.split(',') : [];
    const key = cells[0] ?? '';
    const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)$/.exec(key);
    const reject = (reason: Rejected['reason']): number => rejected.push({ key, reason });
    if (found === null) reject('TIME');
    else if (`${found[1]}${found[2]}${found[3]}` !== date) reject('DATE');
    else if (cells.length < width) reject('FIELDS');
    else {
      const label: Label = labelOf(date, `${found[4]}${found[5]}`);
      if (label === 'afterHours') afterHours += 1;
      else if (label === undefined) reject('TIME');
      else if (label.tsMs <= before) reject('INVARIANT');
      else {
        const row = read(label.tsMs, cells);
        if (typeof row === 'string') reject(row as Rejected['reason']);
        else {
          before = label.tsMs;
          rows.push(row as R);
        }
      }
    }
  }
  return { rows, rejected, anomalies: { afterHours } };
}

/** A minute's high and low are those of its snapshots: trades between two of them may lie outside by this share. */
const unseenSlack = 0.05;

/** time, open, close, high, low, volume of that minute in lots, yuan, average. */
function minuteOf(instrumentNo: number, tsMs: number, cells: readonly string[]): SourceMinute | Rejected['reason'] {
  const [open, close, high, low] = [1, 2, 3, 4].map((i) => milliOf(cells[i]));
  const [count, yuan] = [countOf(cells[5]), countOf(cells[6])];
  if ([open, high, low].includes(undefined) || typeof close !== 'number' || typeof count !== 'number' || yuan === undefined)
    return 'NUMBER';
  if (high !== null && low !== null && (high! < low! || close > high! || close < low!)) return 'INVARIANT';
  const unit = isIndex(instrumentNo)
    ? indexUnitOf(count, yuan, lot)
    : unitOf({ count, yuan, lowMilli: low!, highMilli: high! }, lot, unseenSlack);
  if (unit === null) return 'INVARIANT';
  return {
    instrumentNo,
    tsMs,
    openMilli: open!,
    highMilli: high!,
    lowMilli: low!,
    closeMilli: close,
    volumeShares: count * unit,
    amountYuan: yuan,
  };
}

/** time, main, small, medium, large, super: another order than the lists'. */
export function flowOf(entity: string, tsMs: number, cells: readonly string[]): SourceFlow | Rejected['reason'] {
  const [main, small, medium, large, superNet] = [1, 2, 3, 4, 5].map((i) => decimalOf(cells[i]));
  if ([main, small, medium, large, superNet].some((value) => typeof value !== 'number')) return 'NUMBER';
  const flow = { entity, tsMs, mainYuan: main!, superYuan: superNet!, largeYuan: large!, mediumYuan: medium!, smallYuan: small! };
  return isBalanced(flow) ? flow : 'INVARIANT';
}
