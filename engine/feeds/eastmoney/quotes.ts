/** Eastmoney quotes: an explicit list (ulist), the whole market in pages of 100 (clist), one instrument with depth (stock/get). */
import { FenshiError } from '../../../contracts/errors.ts';
import { type Field, jsonNumber, lot, scaled } from '../../wire/numbers.ts';
import { ofMarket, secid } from '../../wire/symbols.ts';
import type { InstrumentParams, InstrumentsParams, Parsed, RejectReason, SourceFlow, SourceQuote } from '../adapter.ts';
import { inShares, isOrdered, levelOneOf, sideOf, sourceQuote } from '../rows/level-one.ts';
import { type JsonRow, readRows } from '../rows/rows.ts';
import { dataOf, diffOf, emEndpoint, ut } from './envelope.ts';
import { flowFields, flowOfRow, priceReader, quoteFields, quoteOfRow, type Scale, textOf } from './rows.ts';

export type PageParams = { readonly page: number };
/** Hard cap of `pz` since 2025-03-10. */
export const pageRows = 100;
/** Main boards, ChiNext, STAR and Beijing. */
export const wholeMarket = 'm:0+t:6,m:0+t:80,m:1+t:2,m:1+t:23,m:0+t:81+s:2048';

const secids = ({ instruments }: InstrumentsParams): string => instruments.map(secid).join(',');
const listPath = (fields: string, filter: string, page: number): string =>
  `/api/qt/clist/get?pn=${page}&pz=${pageRows}&po=1&np=1&fltt=2&invt=2&fid=f12&fs=${filter}&fields=${fields}&ut=${ut.list}`;

export const emQuotes = {
  ...emEndpoint<InstrumentsParams, SourceQuote>(
    'quotes',
    'push2',
    (params) => `/api/qt/ulist.np/get?fltt=2&invt=2&secids=${secids(params)}&fields=${quoteFields}&ut=${ut.quote}`,
    (body, params) => asked(parseQuoteRows(body), params),
  ),
  batch: 100,
};

export const emQuotePage = emEndpoint<PageParams, SourceQuote>(
  'quotePage',
  'push2',
  ({ page }) => listPath(quoteFields, wholeMarket, page),
  (body) => parseQuoteRows(body),
);

export const emFlowPage = emEndpoint<PageParams, SourceFlow>(
  'flowPage',
  'push2',
  ({ page }) => listPath(flowFields, wholeMarket, page),
  (body) => page(body, flowOfRow),
);

export const emQuote = emEndpoint<InstrumentParams, SourceQuote>(
  'quote',
  'push2',
  ({ instrument }) => `/api/qt/stock/get?secid=${secid(instrument)}&fields=${depthFields}&fltt=2&invt=2&ut=${ut.quote}`,
  (body) => parseQuote(body),
);

export const parseQuoteRows = (body: Uint8Array, scale: Scale = 'decimal'): Parsed<SourceQuote> =>
  page(body, (row) => quoteOfRow(row, scale));

/** A page of a list with its total; no rows past the last. */
export function page<R>(body: Uint8Array, read: (row: JsonRow) => R | RejectReason | null): Parsed<R> {
  const data = dataOf(body);
  if (data === null) return { rows: [], rejected: [] };
  const { total } = data;
  return { ...readRows(diffOf(data), 'f12', read), ...(typeof total === 'number' ? { total } : {}) };
}

/** Rows nobody asked for, and second ones, are dropped and counted: a wrong row must not take a symbol's place. */
function asked(parsed: Parsed<SourceQuote>, { instruments }: InstrumentsParams): Parsed<SourceQuote> {
  const waiting = new Set(instruments);
  const rows = parsed.rows.filter(({ quote }) => waiting.delete(quote.instrumentNo));
  return { ...parsed, rows, anomalies: { unrequested: parsed.rows.length - rows.length } };
}

const bidFields = [19, 17, 15, 13, 11].map((f) => [`f${f}`, `f${f + 1}`] as const);
const askFields = [39, 37, 35, 33, 31].map((f) => [`f${f}`, `f${f + 1}`] as const);
const depthFields = [
  'f43,f44,f45,f46,f47,f48,f49,f51,f52,f57,f58,f59,f60,f84,f85,f86,f107,f161',
  ...[...bidFields, ...askFields].flat(),
  'f530,f531,f532', // without them the depth may come empty
].join(',');

export function parseQuote(body: Uint8Array, scale: Scale = 'decimal'): Parsed<SourceQuote> {
  const data = dataOf(body);
  if (data === null) throw new FenshiError('SOURCE_BODY', 'no data for one instrument');
  return readRows([data], 'f57', (row) => depthOf(row, scale));
}

function depthOf(row: JsonRow, scale: Scale): SourceQuote | RejectReason {
  const no = ofMarket(row.f107, row.f57);
  if (no === null) return 'CODE';
  const at = row.f86;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 631_152_000) return 'TIME';
  const price = priceReader(row, scale, 'f59');
  if (price === null) return 'NUMBER';
  const count = (field: string, unit: number): Field => scaled(jsonNumber(row[field]), unit);
  const side = (fields: readonly (readonly [string, string])[]) => sideOf(fields.map(([at_, size]) => [price(at_), count(size, lot)]));
  const [bids, asks] = [side(bidFields), side(askFields)];
  const one = levelOneOf({
    last: price('f43'),
    high: price('f44'),
    low: price('f45'),
    open: price('f46'),
    preClose: price('f60'),
    limitUp: price('f51'),
    limitDown: price('f52'),
    volume: count('f47', 1),
    amount: count('f48', 1),
    outer: count('f49', 1),
    inner: count('f161', 1),
    totalShares: count('f84', 1),
    floatShares: count('f85', 1),
  });
  if (one === null || bids === undefined || asks === undefined) return 'NUMBER';
  const counted = isOrdered(one) ? inShares(no, one, lot) : null;
  if (counted === null) return 'INVARIANT';
  return sourceQuote(no, at * 1000, counted.one, bids, asks, { name: textOf(row.f58) }, counted.unit);
}
