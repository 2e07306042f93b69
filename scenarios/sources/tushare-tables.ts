/** What Tushare tells of a whole day: bars, money flow, limit-ups, members. Volumes in 手, money in 千元 or 万元 as each API has it. */
import { absentMilli } from '../../contracts/quote.ts';
import { codeOf, exchangeOf } from '../../contracts/units.ts';
import { partsOf } from './render.ts';
import { classesOf, type Listing, type MarketTable } from './table.ts';
import { isIndex, sectorName, sectorsOf } from './tencent.ts';

export type Table = { readonly fields: readonly string[]; readonly items: readonly (readonly unknown[])[] };
type Params = Readonly<Record<string, string>>;
export const tsCode = (no: number): string => `${codeOf(no)}.${exchangeOf(no)}`;
export const yuan = (milli: number): number | null => (milli === absentMilli ? null : milli / 1000);
const board = (sector: number): string => `${885_000 + sector}.TI`;
const dcBoard = (sector: number): string => `BK${String(sector + 1).padStart(4, '0')}.DC`;
const shenwan = (level: number, sector: number): string => `80${level}${String(sector).padStart(3, '0')}.SI`;
const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

type Row = Listing & { readonly i: number };
const tradedOn = (table: MarketTable, { trade_date, ts_code }: Params): Row[] =>
  trade_date !== undefined && trade_date !== table.date
    ? []
    : table.listings.flatMap((listing, i) => {
        const isAsked = !isIndex(listing.no) && (ts_code === undefined || ts_code === tsCode(listing.no));
        return isAsked && table.isSeen(i) && table.columns.lastMilli[i]! > 0 ? [{ ...listing, i }] : [];
      });
const membersOf = (table: MarketTable, code = board, asked?: string): Row[] =>
  table.listings.flatMap((listing, i) =>
    listing.sector >= 0 && (asked === undefined || code(listing.sector) === asked) ? [{ ...listing, i }] : [],
  );

export const dayTables: Readonly<Record<string, (table: MarketTable, params: Params) => Table>> = {
  daily: (table, params) => {
    const c = table.columns;
    return {
      fields: ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'pre_close', 'change', 'pct_chg', 'vol', 'amount'],
      items: tradedOn(table, params).map(({ no, i }) => {
        const [last, pre] = [c.lastMilli[i]!, c.preCloseMilli[i]!];
        return [
          tsCode(no),
          table.date,
          yuan(c.openMilli![i]!),
          yuan(c.highMilli![i]!),
          yuan(c.lowMilli![i]!),
          yuan(last),
          yuan(pre),
          pre === absentMilli ? null : round((last - pre) / 1000, 2),
          pre === absentMilli ? null : round((100 * (last - pre)) / pre, 4),
          c.volumeShares[i]! / 100,
          round(c.amountYuan[i]! / 1000, 3),
        ];
      }),
    };
  },

  moneyflow: (table, params) => ({
    fields: [
      'ts_code',
      'trade_date',
      ...['sm', 'md', 'lg', 'elg'].flatMap((size) => [`buy_${size}_amount`, `sell_${size}_amount`]),
      'net_mf_amount',
    ],
    items: tradedOn(table, params).flatMap(({ no, i }) => {
      if (Number.isNaN(table.netYuan(i))) return [];
      const { small, medium, large, superNet, main } = classesOf(table.netYuan(i));
      // what was bought of a class less what was sold of it is its net
      const sides = [small, medium, large, superNet].flatMap((net) => [
        round(Math.max(net, 0) / 10_000, 2),
        round(Math.max(-net, 0) / 10_000, 2),
      ]);
      return [[tsCode(no), table.date, ...sides, round(main / 10_000, 2)]];
    }),
  }),

  limit_list_d: (table, params) => {
    const c = table.columns;
    const { digits } = partsOf(table.nowMs);
    return {
      fields: [
        'trade_date',
        'ts_code',
        'industry',
        'name',
        'close',
        'amount',
        'fd_amount',
        'first_time',
        'last_time',
        'open_times',
        'up_stat',
        'limit_times',
        'limit',
      ],
      items: tradedOn(table, params)
        .filter(({ i }) => (params.limit_type ?? 'U') === 'U' && c.lastMilli[i] === c.limitUpMilli![i])
        .map(({ no, name, sector, i }) => {
          const sealed = c.bidMilli[i * 5] === c.limitUpMilli![i] ? (c.bidShares[i * 5]! * c.bidMilli[i * 5]!) / 1000 : null;
          const close = yuan(c.lastMilli[i]!);
          const amount = round(c.amountYuan[i]!, 2);
          return [table.date, tsCode(no), sectorName(sector), name, close, amount, sealed, digits, digits, 0, '1/1', 1, 'U'];
        }),
    };
  },

  ths_index: (table) => ({
    fields: ['ts_code', 'name', 'count', 'exchange', 'list_date', 'type'],
    items: sectorsOf(table).map((sector) => [board(sector), sectorName(sector), null, 'A', null, 'I']),
  }),

  ths_member: (table, { ts_code }) => ({
    fields: ['ts_code', 'con_code', 'con_name'],
    items: membersOf(table, board, ts_code).map(({ no, name, sector }) => [board(sector), tsCode(no), name]),
  }),

  dc_member: (table, { ts_code, trade_date }) => ({
    fields: ['trade_date', 'ts_code', 'con_code', 'name'],
    items:
      trade_date !== undefined && trade_date !== table.date
        ? []
        : membersOf(table, dcBoard, ts_code).map(({ no, name, sector }) => [table.date, dcBoard(sector), tsCode(no), name]),
  }),

  index_member_all: (table) => ({
    fields: ['l1_code', 'l1_name', 'l2_code', 'l2_name', 'ts_code', 'name', 'in_date', 'out_date', 'is_new'],
    items: membersOf(table).map(({ no, name, sector }) => [
      shenwan(1, sector),
      sectorName(sector),
      shenwan(2, sector),
      sectorName(sector),
      tsCode(no),
      name,
      '20100101',
      null,
      'Y',
    ]),
  }),
};
