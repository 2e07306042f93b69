/**
 * Tencent level-1 quotes, `qt.gtimg.cn/q=sh600519,…` (contracts/spec/sources.md#tencent). GB18030, one statement a symbol: `v_sh600519="f0~f1~…~f87";`
 *
 * Layout   88 parts, the last empty; 87 where the row is embedded in a minute answer; older and cut rows from 50 parts on are
 *          read as far as they go, parts after the 88th are counted as unknown
 * Guards   what must hold between positions (code, market, the repeated volume, high and low, the exact amount), since one
 *          field too many shifts every later one. Behind the limits a part that is unsound or out of place costs itself
 * Units    of volume, outer and inner by the row itself (wire/units.ts): lots, but shares on STAR; after hours by its own price.
 *          Depth in lots: the one recorded STAR row shows asks of 2 where 200 shares are the least order
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { exchangeOf } from '../../../contracts/units.ts';
import { countOf, type Field, lot, milliOf, stampOf, tenThousand } from '../../wire/numbers.ts';
import { isIndex, ofPrefixed, prefixed } from '../../wire/symbols.ts';
import { bytesAsText, isMore, nameOf } from '../../wire/text.ts';
import { type CountUnit, tencentUnit, unitOf } from '../../wire/units.ts';
import type { Endpoint, InstrumentsParams, Parsed, Rejected, RejectReason, SourceQuote } from '../adapter.ts';
import { inShares, isIdle, isOrdered, type LevelOne, levelOneOf, type Side, sideOf, sourceQuote } from '../rows/level-one.ts';

const statement = /v_(\w+)="([^"]*)";/g;
const marketOf = { SH: '1', SZ: '51', BJ: '62' } as const;
const partsKnown = 88;
const partsMin = 50;

/** Refused rows keep their key; the caller asks for what is missing once more. */
export const tencentQuotes: Endpoint<InstrumentsParams, SourceQuote> & { readonly batch: number } = {
  source: 'tencent',
  name: 'quotes',
  host: 'quotes',
  batch: 800,
  request: ({ instruments }) => ({ path: `/q=${instruments.map(prefixed).join(',')}` }),
  parse: (body, { instruments }) => parseStatements(bytesAsText(body), new Set(instruments)),
};

function parseStatements(text: string, requested: ReadonlySet<number>): Parsed<SourceQuote> {
  const rows: SourceQuote[] = [];
  const rejected: Rejected[] = [];
  const seen = new Set<number>();
  let [badName, unrequested, unknownField, noTrade, end, found] = [0, 0, 0, 0, 0, 0];
  for (const match of text.matchAll(statement)) {
    const key = match[1]!;
    found += 1;
    if (isMore(text.slice(end, match.index))) rejected.push({ key: '', reason: 'TRUNCATED' });
    end = match.index + match[0].length;
    if (key === 'pv_none_match' || match[2] === '') continue;
    const no = ofPrefixed(key);
    if (no === null || !requested.has(no) || seen.has(no)) {
      unrequested += 1;
      continue;
    }
    const row = parseTencentRow(no, match[2]!);
    if (typeof row === 'string') rejected.push({ key, reason: row, no });
    else if (row === null) noTrade += 1;
    else {
      seen.add(no);
      unknownField += Math.max(0, match[2]!.split('~').length - partsKnown);
      if (row.name === null) badName += 1;
      rows.push(row);
    }
  }
  if (found === 0) throw new FenshiError('SOURCE_BODY', `no statement in ${text.length} bytes: ${text.slice(0, 40)}`);
  if (isMore(text.slice(end))) rejected.push({ key: '', reason: 'TRUNCATED' });
  return { rows, rejected, anomalies: { badName, unrequested, unknownField, noTrade } };
}

/** The fields of one row, the name still undecoded; null when it does not carry this instrument. */
function fieldsOf(no: number, raw: string): string[] | null {
  const code = String(no % 1_000_000).padStart(6, '0');
  // a name's second byte may be 0x7E, the separator: the code that must follow finds its end
  const found = new RegExp(`^(\\d*)~(.*?)~${code}(?:~(.*))?$`, 's').exec(raw);
  return found === null ? null : [found[1]!, found[2]!, code, ...(found[3] ?? '').split('~')];
}

/** One row as latin1 text. Returns the reason where it is unsound, null where it tells of no trading: suspended. */
export function parseTencentRow(no: number, raw: string): SourceQuote | RejectReason | null {
  const f = fieldsOf(no, raw);
  if (f === null || f[0] !== marketOf[exchangeOf(no)]) return 'CODE';
  if (f.length < partsMin) return 'FIELDS';
  const at = stampOf(f[30]!);
  if (at === undefined) return 'TIME';
  const numbers = numbersOf(f);
  if (numbers === null) return 'NUMBER';
  if (!isPlaced(f)) return 'INVARIANT';
  if (isIdle(numbers.one)) return null;
  if (numbers.one.preClose === null || numbers.one.volume === null || !isOrdered(numbers.one)) return 'INVARIANT';
  const counted = inShares(no, numbers.one, tencentUnit(no), sharesByTurnover(f));
  return counted === null ? 'INVARIANT' : quoteOf(no, f, at, { ...numbers, ...counted });
}

type Numbers = { readonly one: LevelOne; readonly bids: Side; readonly asks: Side };

/** What must be sound; counts as they stand. */
function numbersOf(f: readonly string[]): Numbers | null {
  const exact = f[35]!.split('/');
  const one = levelOneOf({
    last: milliOf(f[3]),
    preClose: milliOf(f[4]),
    open: milliOf(f[5]),
    high: milliOf(f[33]),
    low: milliOf(f[34]),
    volume: countOf(f[6]),
    outer: countOf(f[7]),
    inner: countOf(f[8]),
    amount: exact.length === 3 ? countOf(exact[2]) : countOf(f[37], tenThousand),
    limitUp: limitOf(f[47]),
    limitDown: limitOf(f[48]),
    ...(isTailPlaced(f) ? { floatShares: countOf(f[72]) ?? null, totalShares: countOf(f[73]) ?? null } : {}),
  });
  const [bids, asks] = [9, 19].map((from) =>
    sideOf(levels.map((level) => [milliOf(f[from + 2 * level]), countOf(f[from + 2 * level + 1], lot)])),
  );
  return one === null || bids === undefined || asks === undefined ? null : { one, bids, asks };
}

const levels = [0, 1, 2, 3, 4];

/** −1: there is no limit. That is no price, and no silence either: `noLimit` keeps it. */
const noLimit = '-1';
/** Such a row says −1 as well, and means that it does not trade at all. */
const delisted = 'D';
const limitOf = (text: string | undefined): Field => (text === noLimit ? null : milliOf(text));

/** What one misplaced field would break. */
function isPlaced(f: readonly string[]): boolean {
  if (f[36] !== f[6] || f[33] !== f[41] || f[34] !== f[42]) return false;
  const exact = f[35]!.split('/');
  return exact.length === 3 ? exact[0] === f[3] && exact[1] === f[6] : f[35] === '';
}

/** Parts 57 to 73 stand where they were seen: the type is one of letters, and the turnover's float is no less than the total's. */
const isTailPlaced = (f: readonly string[]): boolean => /^[A-Z]{2}[A-Z-]*$/.test(f[61] ?? '') || f[61] === undefined || f[61] === '';

/** Turnover × float: shares without a look at the volume. */
function sharesByTurnover(f: readonly string[]): number | null {
  const [percent, float] = [countOf(f[38]), isTailPlaced(f) ? countOf(f[72]) : null];
  return typeof percent === 'number' && typeof float === 'number' ? (percent / 100) * float : null;
}

/** Fixed-price trading at the close 15:05–15:30; null where it is not told, or its price is none of the day's. */
function afterHoursOf(f: readonly string[], { high, low }: LevelOne, usual: CountUnit): SourceQuote['afterHours'] {
  if (!isTailPlaced(f)) return null;
  const [yuan, count] = [countOf(f[58], tenThousand), countOf(f[59])];
  if (typeof yuan !== 'number' || typeof count !== 'number') return null;
  const unit = unitOf({ count, yuan, lowMilli: low, highMilli: high }, usual);
  return unit === null ? null : { shares: count * unit, yuan };
}

function quoteOf(
  no: number,
  f: readonly string[],
  at: number,
  { one, bids, asks, unit }: Numbers & { readonly unit: CountUnit },
): SourceQuote {
  // without a trade today the price field repeats the previous close, or is zero
  const traded = (one.volume ?? 0) > 0 || one.open !== null;
  const told = {
    name: nameOf(f[1]!),
    afterHours: afterHoursOf(f, one, unit),
    noLimit: !isIndex(no) && f[47] === noLimit && f[48] === noLimit && f[40] !== delisted,
  };
  return sourceQuote(no, at, traded ? one : { ...one, last: null }, bids, asks, told, unit);
}
