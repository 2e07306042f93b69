/** The market as Eastmoney counts it: ups and downs by exchange (contracts/spec/sources.md#eastmoney, f104–f106) and by size of the move. */
import { FenshiError } from '../../../contracts/errors.ts';
import { jsonNumber, scaled } from '../../wire/numbers.ts';
import { ofMarket, secid } from '../../wire/symbols.ts';
import type { InstrumentsParams, RejectReason, SourceBreadth, SourceMoves } from '../adapter.ts';
import { isObject, type JsonRow, readRows } from '../rows/rows.ts';
import { dataOf, emEndpoint, ut } from './envelope.ts';
import { page } from './quotes.ts';

/** Of indices: 上证指数, 深证成指, 北证50 stand for their exchanges. */
export const emBreadth = emEndpoint<InstrumentsParams, SourceBreadth>(
  'breadth',
  'push2',
  ({ instruments }) =>
    `/api/qt/ulist.np/get?fltt=2&invt=2&secids=${instruments.map(secid).join(',')}&fields=f12,f13,f104,f105,f106&ut=${ut.quote}`,
  (body) => page(body, breadthOf),
);

function breadthOf(row: JsonRow): SourceBreadth | RejectReason {
  const instrumentNo = ofMarket(row.f13, row.f12);
  if (instrumentNo === null) return 'CODE';
  const [up, down, flat] = [row.f104, row.f105, row.f106].map((value) => scaled(jsonNumber(value), 1));
  return typeof up !== 'number' || typeof down !== 'number' || typeof flat !== 'number' ? 'NUMBER' : { instrumentNo, up, down, flat };
}

const atLimit = 11;

/** Stocks by per cent of the day's move, −11 to 11; ±11 stand for the limits. Another day than asked for is refused. */
export const emMoves = emEndpoint<{ readonly date: string }, SourceMoves>(
  'moves',
  'push2ex',
  () => `/getTopicZDFenBu?ut=${ut.history}&dpt=wz.ztzt`,
  (body, { date }) => {
    const data = dataOf(body);
    if (data === null) return { rows: [], rejected: [] };
    if (String(data.qdate) !== date) return { rows: [], rejected: [{ key: String(data.qdate ?? ''), reason: 'DATE' }] };
    if (!Array.isArray(data.fenbu)) throw new FenshiError('SOURCE_BODY', 'no fenbu');
    const seen = new Set<number>();
    return readRows(
      data.fenbu.map((each) => (isObject(each) ? { each } : each)),
      'each',
      ({ each }) => {
        const cells = Object.entries(each as JsonRow);
        const [key = '', value] = cells[0] ?? [];
        const percent = /^-?\d{1,2}$/.test(key) ? Number(key) : Number.NaN;
        if (cells.length !== 1 || !(Math.abs(percent) <= atLimit)) return 'SHAPE';
        const stocks = scaled(jsonNumber(value), 1);
        if (typeof stocks !== 'number') return 'NUMBER';
        if (seen.has(percent)) return 'INVARIANT';
        seen.add(percent);
        return { percent, stocks };
      },
    );
  },
);
