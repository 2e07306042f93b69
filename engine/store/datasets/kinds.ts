/**
 * The kinds of file we import, told by their header: how a row is read, where it goes, and what is counted on the way.
 *
 * Units    files already hold yuan and shares; prices become Milli. 0 and sentinels (a limit of 999999.999) are absent
 * Labels   bars are stamped at their close: a file whose labels are starts says so and is moved by its period
 */
import type { SheetLayout } from '../../files/layout.ts';
import { dayKind } from '../../reference/calendar.ts';
import { dayOf, idOf, type Kind, RowRefused, yesNo } from './cells.ts';
import { document, emPool, limitList } from './list-rows.ts';
import { daily, trades } from './price-rows.ts';

export const kinds: readonly Kind[] = [
  {
    name: 'daily',
    table: 'daily',
    columns: ['symbol', 'date', 'open', 'high', 'low', 'close', 'pre_close', 'up_limit', 'down_limit', 'volume_shares', 'amount_yuan'],
    label: 'day',
    write: daily,
  },
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
  { name: 'emPool', table: 'limit_pool', columns: ['代码', '首次封板时间', '最后封板时间'], label: 'day', write: emPool },
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
    label: 'as of {asOf}',
    write: (out, { cells, dataset, asOf }) => {
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
    label: 'as of {asOf}',
    write: (out, { cells, dataset, asOf }) => {
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
        .u8(yesNo(cells, 'is_open') ? 1 : 0)
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
      if (dayKind(date) === 'TRADING') throw new RowRefused('CONFLICT', `${date} is no holiday: the exchanges were open`);
      out.date(date).string(dataset).u8(0).endRow();
      return { date, instrument: 0 };
    },
  },
];

/** The lists as sheets; a file of bare dates has no header. */
export const listLayouts: readonly SheetLayout[] = kinds.map(({ name, columns }) => ({
  name,
  what: 'list',
  columns: Object.fromEntries(columns.map((column) => [column, column])),
  also: [],
  units: { volume: 'auto', amount: 'yuan', price: 1 },
  labels: 'auto',
  totals: 'cumulative',
  ...(name === 'holidays' ? { bare: /^\d{8}$/, header: ['holidayDate'] } : {}),
}));
