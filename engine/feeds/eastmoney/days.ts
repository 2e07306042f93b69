/** Eastmoney by day: K lines as traded or adjusted to the newest day (contracts/spec/sources.md#eastmoney), and money flow, one CSV line a day, oldest first. */
import { codeOf, instrumentId } from '../../../contracts/units.ts';
import { instant, lot } from '../../wire/numbers.ts';
import { secid } from '../../wire/symbols.ts';
import type { InstrumentParams, SourceDay, SourceFlow } from '../adapter.ts';
import { dayOf, readDays } from '../rows/days.ts';
import { emEndpoint, ut } from './envelope.ts';
import { flowOf, listIn } from './series.ts';

export type DaysParams = InstrumentParams & { readonly count: number };
export type KlineParams = DaysParams & { readonly isAdjusted: boolean };
const cellsOf = (line: unknown): readonly string[] | null => (typeof line === 'string' ? line.split(',') : null);
/** date, five of the prices and totals, amplitude, change in per cent and in yuan, turnover. */
const klineWidth = 11;
/** date and five nets; from `daykline` their five shares, close, change and two zeros besides. */
const flowWidth = 6;

export const emDays = emEndpoint<KlineParams, SourceDay>(
  'days',
  'push2his',
  ({ instrument, count, isAdjusted }) =>
    `/api/qt/stock/kline/get?secid=${secid(instrument)}&klt=101&fqt=${isAdjusted ? 1 : 0}&end=20500101&lmt=${count}&fields1=f1,f2,f3,f4,f5,f6&fields2=f51,f52,f53,f54,f55,f56,f57,f58,f59,f60,f61&ut=${ut.history}`,
  (body, { instrument, isAdjusted }) =>
    readDays(listIn(body, 'klines', codeOf(instrument)), cellsOf, klineWidth, (date, cells) =>
      dayOf(instrument, date, cells, { yuan: true, adjusted: isAdjusted, usual: lot }),
    ),
);

/** Of whole days, stamped at their close. */
export const emDayFlow = emEndpoint<DaysParams, SourceFlow>(
  'dayFlow',
  'push2his',
  ({ instrument, count }) =>
    `/api/qt/stock/fflow/daykline/get?secid=${secid(instrument)}&lmt=${count}&fields1=f1,f2,f3,f7&fields2=f51,f52,f53,f54,f55,f56,f57,f58,f59,f60,f61,f62,f63,f64,f65&ut=${ut.flow}`,
  (body, { instrument }) =>
    readDays(listIn(body, 'klines', codeOf(instrument)), cellsOf, flowWidth, (date, cells) =>
      flowOf(instrumentId(instrument), instant(date, 15, 0, 0)!, cells),
    ),
);
