/**
 * Tushare Pro's protocol (contracts/spec/sources.md#tushare): POST `{api_name, token, params, fields}`, HTTP 200 even for errors, `{code, msg, data:
 * {fields, items, has_more}}`. The order of columns is the server's.
 *
 * Errors   words of a rate before words of a right, whatever the code: SOURCE_LIMITED for the period they name; a permission, token or
 *          address: SOURCE_DENIED; an unexplained 40203: SOURCE_LIMITED; other codes: SOURCE_REFUSED. The vendor's words go with each
 * Rows     of another day or instrument than asked for are rejected DATE or CODE: a holiday is answered with the day before
 * Pages    an answer has at most `cap` rows; `has_more` tells of further ones (engine/feeds/collector/pages.ts reads them)
 * Secrets  the token travels in the body and nowhere else
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { dateOf, type Field, instant, jsonNumber, priceOf } from '../../wire/numbers.ts';
import { ofSuffixed } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import { type Endpoint, type Parsed, type Rejected, type RejectReason, SourceLimited } from '../adapter.ts';
import { isObject } from '../rows/rows.ts';

type Kinds = {
  /** Instrument number of `600519.SH`. */
  code: number;
  text: string | null;
  /** `yyyymmdd`; `dateOrNull` may be absent. */
  date: string;
  dateOrNull: string | null;
  /** Epoch ms of `YYYY-MM-DD HH:MM:SS` in Shanghai. */
  stamp: number;
  /** Epoch ms of HHMMSS on the row's trade date; null where absent. */
  clock: number | null;
  number: number | null;
  count: number | null;
  milli: number | null;
  flag: boolean;
};
export type Kind = keyof Kinds;
/** our name → [wire column, kind, factor to our unit]. */
export type Columns = Readonly<Record<string, readonly [wire: string, kind: Kind, factor?: number]>>;
export type RowOf<C extends Columns> = { readonly [K in keyof C]: Kinds[C[K][1]] };
export type TushareParams = Readonly<Record<string, string | number>>;

export function tushareEndpoint<const C extends Columns>(
  apiName: string,
  columns: C,
  token: string,
  isSound: (row: RowOf<C>) => boolean = () => true,
): Endpoint<TushareParams, RowOf<C>> {
  const fields = [...new Set(Object.values(columns).map(([wire]) => wire))].join(',');
  return {
    source: 'tushare',
    name: apiName,
    host: 'api',
    request: (params) => ({
      path: '/',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ api_name: apiName, token, params, fields }),
    }),
    parse: (body, params) => parseTable(body, columns, isSound, params),
  };
}

/** @throws FenshiError SOURCE_BODY when a column that is needed is missing, and what `refusal` says */
export function parseTable<C extends Columns>(
  body: Uint8Array,
  columns: C,
  isSound: (row: RowOf<C>) => boolean,
  asked: TushareParams = {},
): Parsed<RowOf<C>> {
  const answer = jsonOf(body);
  const { code } = answer;
  if (code !== 0) throw refusal(code, String(answer.msg ?? answer.message ?? ''));
  const data = answer.data;
  if (!isObject(data) || !Array.isArray(data.fields) || !Array.isArray(data.items)) throw new FenshiError('SOURCE_BODY', 'no table');
  const wire = data.fields as unknown[];
  const at = Object.entries(columns).map(([name, [column, kind, factor = 1]]) => ({ name, kind, factor, i: wire.indexOf(column), column }));
  const missing = at.filter(({ i }) => i < 0);
  if (missing.length > 0) throw new FenshiError('SOURCE_BODY', `no column ${missing.map(({ column }) => column).join(', ')}`);
  const rows: RowOf<C>[] = [];
  const rejected: Rejected[] = [];
  for (const item of data.items as unknown[]) {
    const outcome = rowOf(item, wire.length, at);
    const reason =
      typeof outcome === 'string'
        ? outcome
        : (otherThanAsked(item as unknown[], at, asked) ?? (isSound(outcome as RowOf<C>) ? null : 'INVARIANT'));
    if (reason === null) rows.push(outcome as RowOf<C>);
    else rejected.push({ key: Array.isArray(item) ? String(item[0]) : '', reason });
  }
  const unknownField = wire.filter((name) => !at.some(({ column }) => column === name)).length;
  return { rows, rejected, anomalies: { unknownField }, ...(typeof data.has_more === 'boolean' ? { more: data.has_more } : {}) };
}

type Located = { readonly name: string; readonly kind: Kind; readonly factor: number; readonly i: number; readonly column: string };

function rowOf(item: unknown, width: number, columns: readonly Located[]): Record<string, unknown> | RejectReason {
  if (!Array.isArray(item) || item.length !== width) return 'FIELDS';
  const row: Record<string, unknown> = {};
  let date: string | null = null;
  for (const { name, kind, factor, i } of columns) {
    const value = cellOf(item[i], kind, factor, date);
    if (value === undefined) return reasonOf(kind);
    if (kind === 'date') date = value as string;
    row[name] = value;
  }
  return row;
}

const digits = (value: unknown): string => String(value ?? '').replaceAll(/\D/g, '');

/** A row's own day and code must be those that were asked for. */
function otherThanAsked(item: readonly unknown[], columns: readonly Located[], asked: TushareParams): RejectReason | null {
  const [from, to] = [digits(asked.start_date), digits(asked.end_date)];
  for (const { column, kind, i } of columns) {
    const want = asked[column];
    if (kind === 'code' && typeof want === 'string' && /^\d{6}\.[A-Z]{2}$/.test(want) && item[i] !== want) return 'CODE';
    if (kind !== 'date' && kind !== 'stamp') continue;
    const own = digits(item[i]);
    if (want !== undefined && own !== digits(want)) return 'DATE';
    if (own.slice(0, from.length) < from || own.slice(0, to.length) > to) return 'DATE';
  }
  return null;
}

const reasonOf = (kind: Kind): RejectReason =>
  kind === 'code' ? 'CODE' : kind === 'date' || kind === 'stamp' || kind === 'clock' ? 'TIME' : kind === 'text' ? 'SHAPE' : 'NUMBER';

function cellOf(value: unknown, kind: Kind, factor: number, date: string | null): unknown {
  switch (kind) {
    case 'code':
      return ofSuffixed(value) ?? undefined;
    case 'text':
      return value === null || typeof value === 'string' ? value : undefined;
    case 'date':
      return typeof value === 'string' && dateOf(value) !== undefined ? value : undefined;
    case 'dateOrNull':
      return value === null ? null : typeof value === 'string' && dateOf(value) !== undefined ? value : undefined;
    case 'stamp':
      return stampOf(value);
    case 'clock':
      return clockOf(value, date);
    case 'flag':
      return value === 1 || value === '1' ? true : value === 0 || value === '0' ? false : undefined;
    case 'number':
      return times(jsonNumber(value), factor);
    case 'count': {
      const count = jsonNumber(value);
      return typeof count === 'number' && count < 0 ? undefined : times(count, factor);
    }
    case 'milli':
      return priceOf(jsonNumber(value));
  }
}

/** Times a decimal factor, without 0.1 + 0.2's tail: vendors print at most four decimals. */
const times = (value: Field, factor: number): Field =>
  typeof value === 'number' ? (factor === 1 ? value : Math.round(value * factor * 1e4) / 1e4) : value;

function stampOf(value: unknown): number | undefined {
  const found = typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(value) : null;
  return found === null ? undefined : instant(`${found[1]}${found[2]}${found[3]}`, Number(found[4]), Number(found[5]), Number(found[6]));
}

/** `092500` or `92500`: leading zeros get lost. */
function clockOf(value: unknown, date: string | null): number | null | undefined {
  if (value === null || value === '') return null;
  if (typeof value !== 'string' || !/^\d{5,6}$/.test(value) || date === null) return undefined;
  const text = value.padStart(6, '0');
  return instant(date, Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4)));
}

const second = 1000;
const periods: Readonly<Record<string, number>> = {
  秒: second,
  分: 60 * second,
  时: 3600 * second,
  天: 86_400 * second,
  日: 86_400 * second,
};
/** 频率超限(400次/分钟), 每分钟最多访问该接口200次, 每天最多 … 次: whichever way the vendor words it this year. */
const rateWords = [
  /次\s*[/／每]\s*(?:小)?([秒分时天日])/,
  /每\s*(?:小)?([秒分时天日])\D{0,12}\d+\s*次/,
  /每\s*(?:小)?([秒分时天日])(?:钟)?最多/,
] as const;
const rateHint = /频率|频繁|超限|次数|最多访问|限流/;
/** Rights of a token or an address. An address limit is worded like a rate and is none. */
const addressWords = /IP数量超限|IP\s*超限|IP地址/;
const rightWords = /权限|积分|token|未注册|无效|过期/i;
const deniedCodes: readonly unknown[] = [2002, -2002, 40101, 40001];
const saidMost = 120;

/** What a code and its message mean, in the vendor's own words. */
export function refusal(code: unknown, message: string): FenshiError {
  if (typeof code !== 'number') return new FenshiError('SOURCE_BODY', 'no code');
  const said = `code ${code}: ${message.slice(0, saidMost)}`;
  if (addressWords.test(message)) return new FenshiError('SOURCE_DENIED', said);
  const unit = rateWords.map((words) => words.exec(message)?.[1]).find((each) => each !== undefined);
  if (unit !== undefined) return new SourceLimited(said, periods[unit]!, 'endpoint');
  if (rateHint.test(message)) return new SourceLimited(said, periods.分!, 'endpoint');
  if (rightWords.test(message)) return new FenshiError('SOURCE_DENIED', said);
  if (code === 40203) return new SourceLimited(said, periods.分!, 'endpoint');
  return new FenshiError(deniedCodes.includes(code) ? 'SOURCE_DENIED' : 'SOURCE_REFUSED', said);
}
