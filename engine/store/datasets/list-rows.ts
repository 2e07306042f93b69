/** Rows of limit pools and of what nothing reads by column. */
import { FenshiError } from '../../../contracts/errors.ts';
import { clockOn } from '../../files/times.ts';
import type { RowBinary } from '../row-binary.ts';
import { amount, dayOf, type Kind, milli, number, type Row, RowRefused, stockOf, type Written } from './cells.ts';

/** `92500`, `92500.0` and `09:25:00`; absent is null. */
function clock(date: string, text: string): number | null {
  if (text === '' || text.toLowerCase() === 'nan' || text === '0' || text === '0.0') return null;
  const ms = clockOn(date, text.replace(/\.0$/, ''));
  if (ms === undefined) throw new RowRefused('TIME', `"${text}" is no time of day`);
  return ms;
}
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
  return poolRow(out, row, dayOf(cells.get('trade_date')), stockOf(cells, 'ts_code'), {
    name: cells.get('name'),
    kind: cells.get('limit_type'),
    close: milli(cells, 'close'),
    seal: amount(cells, 'fd_amount'),
    first: cells.get('first_time'),
    last: cells.get('last_time'),
    opened: number(cells, 'open_times'),
    boards: number(cells, 'limit_times'),
    industry: cells.get('industry'),
  });
};

/** A code stored as a number: `617.0` is 000617. The exchange is told by its beginning. */
export const emPool: Kind['write'] = (out, row) => {
  const { cells, count, asOf, isAsOfTold } = row;
  const raw = cells.get('代码');
  const no = stockOf(cells, '代码');
  if (raw !== String(no % 1_000_000).padStart(6, '0')) count('codePadded');
  if (!cells.has('交易日期') && !isAsOfTold)
    throw new FenshiError('IMPORT_INVALID', 'the rows carry no day (交易日期): name it with --as-of yyyymmdd, or in the name of the file');
  return poolRow(out, row, cells.has('交易日期') ? dayOf(cells.get('交易日期')) : asOf, no, {
    name: cells.get('名称'),
    kind: 'U',
    close: milli(cells, '最新价'),
    seal: amount(cells, '封板资金'),
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
