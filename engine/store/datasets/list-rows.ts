/** Rows of limit pools and of what nothing reads by column. */
import { instrumentNo } from '../../../contracts/units.ts';
import { clockOfInt } from '../../feeds/wire/numbers.ts';
import type { RowBinary } from '../row-binary.ts';
import { dayOf, idOf, type Kind, milli, number, type Row, type Written } from './cells.ts';

/** `92500` and `92500.0` are 09:25:00. */
const clock = (date: string, text: string): number | null => (text === '' ? null : (clockOfInt(date, Math.round(Number(text))) ?? null));
function poolRow(
  out: RowBinary,
  { seq, dataset }: Row,
  date: string,
  no: number,
  f: {
    name: string;
    kind: string;
    close: number | null;
    seal: number | null;
    first: string;
    last: string;
    opened: number | null;
    boards: number | null;
    industry: string;
  },
): Written {
  out.date(date).u32(no).string(dataset).u32(seq).string(f.name).string(f.kind).milli(f.close).double(f.seal);
  for (const at of [clock(date, f.first), clock(date, f.last)]) {
    if (at === null) out.u8(1);
    else out.u8(0).i64(at);
  }
  out.double(f.opened).double(f.boards).string(f.industry).endRow();
  return { date, instrument: no };
}

export const limitList: Kind['write'] = (out, row) => {
  const { cells, count } = row;
  if (cells.get('limit_times') === '') count('boardsUnknown');
  return poolRow(out, row, dayOf(cells.get('trade_date')), idOf(cells, 'ts_code'), {
    name: cells.get('name'),
    kind: cells.get('limit_type'),
    close: milli(cells, 'close'),
    seal: number(cells, 'fd_amount'),
    first: cells.get('first_time'),
    last: cells.get('last_time'),
    opened: number(cells, 'open_times'),
    boards: number(cells, 'limit_times'),
    industry: cells.get('industry'),
  });
};

/** A code stored as a number: `617.0` is 000617. The exchange is told by its beginning. */
export const emPool: Kind['write'] = (out, row) => {
  const { cells, count } = row;
  const raw = cells.get('代码');
  const code = String(Math.round(Number(raw))).padStart(6, '0');
  if (raw !== code) count('codePadded');
  const exchange = /^(92|43|83|87|88)/.test(code) ? 'BJ' : /^[569]/.test(code) ? 'SH' : 'SZ';
  return poolRow(out, row, dayOf(cells.get('交易日期')), instrumentNo(`${code}.${exchange}`), {
    name: cells.get('名称'),
    kind: 'U',
    close: milli(cells, '最新价'),
    seal: number(cells, '封板资金'),
    first: cells.get('首次封板时间'),
    last: cells.get('最后封板时间'),
    opened: number(cells, '炸板次数'),
    boards: number(cells, '连板数'),
    industry: cells.get('所属行业'),
  });
};

export const document =
  (dateColumn: string): Kind['write'] =>
  (out, { cells, seq, dataset }) => {
    const date = dayOf(cells.get(dateColumn));
    out.string(dataset).u32(seq).date(date).string(JSON.stringify(cells.all())).endRow();
    return { date, instrument: 0 };
  };
