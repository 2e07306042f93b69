/**
 * The kinds of file we import, told by their header: how a row is read, where it goes, and what is counted on the way.
 *
 * Units    files already hold yuan and shares; prices become Milli. 0 and sentinels (a limit of 999999.999) are absent
 * Labels   bars are stamped at their close: a file whose labels are starts says so and is moved by its period
 */
import { batchOf, type Quote } from '../../../contracts/quote.ts';
import { instrumentNo, milliOfYuan } from '../../../contracts/units.ts';
import { clockOfInt, dateOf, instant } from '../../feeds/wire/numbers.ts';
import { barRow, quoteRows } from '../encode-rows.ts';
import type { RowBinary } from '../row-binary.ts';

/** Reads cells by column name; `count` notes what is odd about the row under a fixed word. */
export type Cells = {
  readonly get: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly all: () => Record<string, string>;
};
export type Row = { readonly cells: Cells; readonly seq: number; readonly dataset: string; readonly count: (what: string) => void };
export type Written = { readonly date: string; readonly instrument: number };
export type Kind = {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** What a label means, for `data ls`. */
  readonly label: string;
  readonly write: (out: RowBinary, row: Row) => Written;
};

const unlimited = 90_000;
const number = (cells: Cells, name: string): number | null => {
  const text = cells.get(name);
  if (text === '') return null;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new RangeError(`${name} is "${text}"`);
  return value;
};
const milli = (cells: Cells, name: string): number | null => {
  const yuan = number(cells, name);
  return yuan === null || yuan <= 0 ? null : milliOfYuan(yuan);
};

/** `2026-06-16 09:30:00`, with or without milliseconds. */
function stampOf(text: string): { readonly date: string; readonly ms: number } {
  const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?$/.exec(text);
  const date = found === null ? '' : `${found[1]}${found[2]}${found[3]}`;
  const at = found === null ? undefined : instant(date, Number(found[4]), Number(found[5]), Number(found[6]));
  if (at === undefined) throw new RangeError(`"${text}" is no instant`);
  return { date, ms: at + Number((found![7] ?? '0').padEnd(3, '0')) };
}

const dayOf = (text: string): string => {
  const date = text.replaceAll(/[-.]/g, '').slice(0, 8);
  if (dateOf(date) === undefined) throw new RangeError(`"${text}" is no day`);
  return date;
};
/** Published without a name: `SYM2`. Kept under a number of no exchange. */
const anonymousNo = 9_000_000;
function idOf(cells: Cells, name = 'symbol'): number {
  const id = cells.get(name);
  const anonymous = /^SYM(\d{1,3})$/.exec(id);
  return anonymous === null ? instrumentNo(id) : anonymousNo + Number(anonymous[1]);
}

/** `000001.SH`: its volume comes in lots. */
const isIndex = (no: number): boolean => no < 1_001_000;

function bars(periodSec: number, label: 'end' | 'start'): Kind['write'] {
  return (out, { cells, dataset, count }) => {
    const no = idOf(cells);
    const { date, ms } = stampOf(cells.get('datetime'));
    const isClose = cells.has('price');
    const price = (column: string): number | null => milli(cells, isClose ? 'price' : column);
    const shares = number(cells, 'volume_shares');
    const [openMilli, closeMilli] = [isClose ? null : price('open'), price('close')];
    if (closeMilli === null && shares === 0) count('suspended');
    if (closeMilli !== null && shares === 0) count('zeroVolume');
    if (shares !== null && shares % 100 !== 0) count('oddLot');
    if (isIndex(no)) count('indexInLots');
    if (no > anonymousNo) count('anonymous');
    barRow(out, {
      date,
      periodSec,
      instrumentNo: no,
      tsMs: label === 'end' ? ms : ms + periodSec * 1000,
      source: dataset,
      kind: 'imported',
      knownMs: 0,
      openMilli,
      highMilli: isClose ? null : price('high'),
      lowMilli: isClose ? null : price('low'),
      closeMilli,
      volumeShares: closeMilli === null ? null : isIndex(no) && shares !== null ? shares * 100 : shares,
      amountYuan: closeMilli === null || !cells.has('amount_yuan') ? null : number(cells, 'amount_yuan'),
    });

    return { date, instrument: no };
  };
}

const levels = [1, 2, 3, 4, 5];
function ticks(isDelta: boolean): Kind['write'] {
  const totals = new Map<string, { yuan: number; shares: number }>();
  return (out, { cells, seq, dataset, count }) => {
    const no = idOf(cells);
    const { date, ms } = stampOf(cells.get('datetime'));
    const lastMilli = milli(cells, 'last');
    const side = (of: string) =>
      levels.map((i) => {
        const price = milli(cells, `${of}${i}`);
        return price === null ? null : ([price, number(cells, `${of}v${i}`) ?? 0] as const);
      });
    const [bids, asks] = [side('bid'), side('ask')];
    let [yuan, shares] = [number(cells, isDelta ? 'amount_delta' : 'amount_cum'), isDelta ? null : number(cells, 'volume_cum')];
    if (isDelta) {
      const key = `${no}|${date}`;
      const before = totals.get(key) ?? { yuan: 0, shares: 0 };
      const after = {
        yuan: before.yuan + yuan!,
        shares: before.shares + (lastMilli === null ? 0 : Math.round((yuan! * 1000) / lastMilli)),
      };
      totals.set(key, after);
      [yuan, shares] = [after.yuan, after.shares];
    }
    if (lastMilli === null) count('noPrice');
    if ((bids[0] === null) !== (asks[0] === null)) count('oneSided');
    const quote: Quote = {
      instrumentNo: no,
      tsExchangeMs: ms,
      phaseCode: 0,
      flags: isDelta ? 1 : 0,
      lastMilli,
      preCloseMilli: milli(cells, 'prev_close'),
      openMilli: null,
      highMilli: null,
      lowMilli: null,
      limitUpMilli: null,
      limitDownMilli: null,
      volumeShares: shares,
      amountYuan: yuan,
      outerShares: null,
      innerShares: null,
      bids,
      asks,
    };
    quoteRows(out, date, seq, batchOf(dataset, ms, [quote]));
    return { date, instrument: no };
  };
}

const daily: Kind['write'] = (out, { cells, dataset, count }) => {
  const no = idOf(cells);
  const date = dayOf(cells.get('date'));
  const limit = (name: string): number | null => {
    const yuan = number(cells, name);
    return yuan === null || yuan >= unlimited || yuan <= 0 ? null : milliOfYuan(yuan);
  };
  const up = limit('up_limit');
  const noLimit = (number(cells, 'up_limit') ?? 0) >= unlimited;
  if (noLimit) count('noLimit');
  out.date(date).u32(no).string(dataset);
  for (const name of ['open', 'high', 'low', 'close', 'pre_close']) out.milli(milli(cells, name));
  out
    .milli(up)
    .milli(noLimit ? null : limit('down_limit'))
    .double(number(cells, 'volume_shares'))
    .double(number(cells, 'amount_yuan'));
  out
    .milli(milli(cells, 'auction_price'))
    .double(number(cells, 'auction_vol'))
    .double(number(cells, 'turnover_rate'))
    .double(number(cells, 'volume_ratio'));
  out.u8(cells.get('pre_close_derived') === '1' ? 1 : 0).endRow();
  return { date, instrument: no };
};

const trades: Kind['write'] = (out, { cells, seq, dataset, count }) => {
  const no = idOf(cells);
  const { date, ms } = stampOf(cells.get('datetime'));
  const side = cells.has('side') ? cells.get('side') : '';
  if (side === 'N') count('auctionPrint');
  out
    .date(date)
    .u32(no)
    .string(dataset)
    .u32(seq)
    .i64(ms)
    .i32(milliOfYuan(number(cells, 'price')!))
    .f64(number(cells, 'volume_shares')!);
  out.double(cells.has('amount_yuan') ? number(cells, 'amount_yuan') : null).string(side);
  out
    .u32(cells.has('buy_no') ? number(cells, 'buy_no')! : 0)
    .u32(cells.has('sell_no') ? number(cells, 'sell_no')! : 0)
    .endRow();
  return { date, instrument: no };
};

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

const limitList: Kind['write'] = (out, row) => {
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
const emPool: Kind['write'] = (out, row) => {
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

const asOf = '20260821';
const document =
  (dateColumn: string): Kind['write'] =>
  (out, { cells, seq, dataset }) => {
    const date = dayOf(cells.get(dateColumn));
    out.string(dataset).u32(seq).date(date).string(JSON.stringify(cells.all())).endRow();
    return { date, instrument: 0 };
  };

export const kinds: readonly Kind[] = [
  {
    name: 'bars15m',
    table: 'bars',
    columns: ['symbol', 'datetime', 'open', 'high', 'low', 'close', 'volume_shares', 'amount_yuan'],
    label: 'end, 16 a day',
    write: bars(900, 'end'),
  },
  {
    name: 'bars1m',
    table: 'bars',
    columns: ['symbol', 'datetime', 'open', 'high', 'low', 'close', 'volume_shares', 'amount_yuan'],
    label: 'end',
    write: bars(60, 'end'),
  },
  {
    name: 'fenshi',
    table: 'bars',
    columns: ['symbol', 'datetime', 'price', 'volume_shares'],
    label: 'start, moved to end',
    write: bars(60, 'start'),
  },
  {
    name: 'ticksDelta',
    table: 'ticks',
    columns: ['symbol', 'datetime', 'last', 'amount_delta'],
    label: 'exchange time',
    write: ticks(true),
  },
  {
    name: 'ticks',
    table: 'ticks',
    columns: ['symbol', 'datetime', 'last', 'volume_cum', 'amount_cum'],
    label: 'exchange time',
    write: ticks(false),
  },
  { name: 'daily', table: 'daily', columns: ['symbol', 'date', 'pre_close', 'up_limit', 'down_limit'], label: 'day', write: daily },
  { name: 'fenbi', table: 'trades', columns: ['symbol', 'datetime', 'price', 'volume_shares', 'side'], label: 'trade time', write: trades },
  {
    name: 'trades',
    table: 'trades',
    columns: ['symbol', 'datetime', 'price', 'volume_shares', 'amount_yuan', 'buy_no'],
    label: 'trade time',
    write: trades,
  },
  {
    name: 'limitList',
    table: 'limit_pool',
    columns: ['trade_date', 'ts_code', 'limit_type', 'first_time'],
    label: 'day',
    write: limitList,
  },
  { name: 'emPool', table: 'limit_pool', columns: ['代码', '首次封板时间', '交易日期'], label: 'day', write: emPool },
  {
    name: 'topList',
    table: 'documents',
    columns: ['ts_code', 'trade_date', 'l_sell', 'reason'],
    label: 'day',
    write: document('trade_date'),
  },
  { name: 'northbound', table: 'documents', columns: ['trade_date', 'north_money'], label: 'day', write: document('trade_date') },
  {
    name: 'stockBasic',
    table: 'names',
    columns: ['ts_code', 'name', 'industry', 'list_date'],
    label: `as of ${asOf}`,
    write: (out, { cells, dataset }) => {
      const no = idOf(cells, 'ts_code');
      out.date(asOf).string(dataset).u32(no);
      for (const name of ['name', 'area', 'industry', 'market']) out.string(cells.get(name));
      const listed = cells.get('list_date');
      if (listed === '') out.u8(1);
      else out.u8(0).date(dayOf(listed));
      out.endRow();
      return { date: asOf, instrument: no };
    },
  },
  {
    name: 'concepts',
    table: 'members',
    columns: ['concept_code', 'concept_name', 'symbol'],
    label: `as of ${asOf}`,
    write: (out, { cells, dataset }) => {
      const no = idOf(cells);
      out
        .date(asOf)
        .string(dataset)
        .string(cells.get('concept_code'))
        .string(cells.get('concept_name'))
        .u32(no)
        .string(cells.get('stock_name'))
        .endRow();
      return { date: asOf, instrument: no };
    },
  },
  {
    name: 'calendar',
    table: 'calendar',
    columns: ['cal_date', 'is_open'],
    label: 'day',
    write: (out, { cells, dataset }) => {
      const date = dayOf(cells.get('cal_date'));
      out
        .date(date)
        .string(dataset)
        .u8(Number(cells.get('is_open')))
        .endRow();
      return { date, instrument: 0 };
    },
  },
  {
    name: 'holidays',
    table: 'calendar',
    columns: ['holidayDate'],
    label: 'day',
    write: (out, { cells, dataset }) => {
      const date = dayOf(cells.get('holidayDate'));
      out.date(date).string(dataset).u8(0).endRow();
      return { date, instrument: 0 };
    },
  },
];

/** The kind a header belongs to. 15-minute and 1-minute bars look alike: the file's name tells them apart. */
export function kindOf(header: readonly string[], file: string): Kind | null {
  const fits = kinds.filter(({ columns }) => columns.every((name) => header.includes(name)));
  const bar = /15m/.test(file) ? 'bars15m' : 'bars1m';
  const best = fits.filter(({ name }) => !name.startsWith('bars') || name === bar);
  return best.reduce<Kind | null>((most, each) => (most === null || each.columns.length > most.columns.length ? each : most), null);
}
