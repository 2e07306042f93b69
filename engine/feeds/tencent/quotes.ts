/**
 * Tencent level-1 quotes, `qt.gtimg.cn/q=sh600519,…` (sources.md §1.1). GB18030, one statement a symbol: `v_sh600519="f0~f1~…~f87";`
 *
 * Layout   88 parts, the last empty; 87 where the row is embedded in a minute answer; older and cut rows from 50 parts on are
 *          read as far as they go, more than 88 parts are another layout and refused
 * Guards   what must hold between positions (code, market, the repeated volume, high and low, the exact amount), since one
 *          field too many shifts every later one
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { exchangeOf } from '../../../contracts/units.ts';
import type { Endpoint, InstrumentsParams, Parsed, Rejected, RejectReason, SourceQuote } from '../adapter.ts';
import { isConsistent, isIdle, type LevelOne, levelOneOf, type Side, sideOf, sourceQuote } from '../wire/level-one.ts';
import { countOf, type Field, lot, milliOf, stampOf, tenThousand } from '../wire/numbers.ts';
import { ofPrefixed, prefixed } from '../wire/symbols.ts';
import { bytesAsText, isMore, nameOf } from '../wire/text.ts';

const statement = /v_(\w+)="([^"]*)";/g;
const marketOf = { SH: '1', SZ: '51', BJ: '62' } as const;
const partsMax = 88;
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
  let [badName, unrequested, noTrade, end, found] = [0, 0, 0, 0, 0];
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
    if (typeof row === 'string') rejected.push({ key, reason: row });
    else if (row === null) noTrade += 1;
    else {
      seen.add(no);
      if (row.name === null) badName += 1;
      rows.push(row);
    }
  }
  if (found === 0) throw new FenshiError('SOURCE_BODY', `no statement in ${text.length} bytes: ${text.slice(0, 40)}`);
  if (isMore(text.slice(end))) rejected.push({ key: '', reason: 'TRUNCATED' });
  return { rows, rejected, odd: { badName, unrequested, noTrade } };
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
  if (f.length < partsMin || f.length > partsMax) return 'FIELDS';
  const at = stampOf(f[30]!);
  if (at === undefined) return 'TIME';
  const numbers = numbersOf(f);
  if (numbers === null) return 'NUMBER';
  if (!isPlaced(f)) return 'INVARIANT';
  if (isIdle(numbers.one)) return null;
  return isSound(f, numbers.one) ? quoteOf(no, f, at, numbers) : 'INVARIANT';
}

type Numbers = { readonly one: LevelOne; readonly bids: Side; readonly asks: Side; readonly after: SourceQuote['afterHours'] };

function numbersOf(f: readonly string[]): Numbers | null {
  const exact = f[35]!.split('/');
  const one = levelOneOf({
    last: milliOf(f[3]),
    preClose: milliOf(f[4]),
    open: milliOf(f[5]),
    high: milliOf(f[33]),
    low: milliOf(f[34]),
    volume: countOf(f[6], lot),
    outer: countOf(f[7], lot),
    inner: countOf(f[8], lot),
    amount: exact.length === 3 ? countOf(exact[2]) : countOf(f[37], tenThousand),
    limitUp: limitOf(f[47]),
    limitDown: limitOf(f[48]),
    floatShares: countOf(f[72]),
    totalShares: countOf(f[73]),
  });
  const [afterYuan, afterShares] = [countOf(f[58], tenThousand), countOf(f[59], lot)];
  const [bids, asks] = [9, 19].map((from) =>
    sideOf(levels.map((level) => [milliOf(f[from + 2 * level]), countOf(f[from + 2 * level + 1], lot)])),
  );
  if (one === null || bids === undefined || asks === undefined || afterYuan === undefined || afterShares === undefined) return null;
  return { one, bids, asks, after: afterShares === null || afterYuan === null ? null : { shares: afterShares, yuan: afterYuan } };
}

const levels = [0, 1, 2, 3, 4];

/** −1: there is no limit today, or none at all. */
const limitOf = (text: string | undefined): Field => (text === '-1' ? null : milliOf(text));

/** What one misplaced field would break. */
function isPlaced(f: readonly string[]): boolean {
  if (f[36] !== f[6] || f[33] !== f[41] || f[34] !== f[42]) return false;
  const exact = f[35]!.split('/');
  return exact.length === 3 ? exact[0] === f[3] && exact[1] === f[6] : f[35] === '';
}

const isSound = (f: readonly string[], n: LevelOne): boolean =>
  n.preClose !== null && n.volume !== null && isConsistent(n, lot, f[61] !== 'ZS');

function quoteOf(no: number, f: readonly string[], at: number, { one, bids, asks, after }: Numbers): SourceQuote {
  // without a trade today the price field repeats the previous close, or is zero
  const traded = one.volume! > 0 || one.open !== null;
  return sourceQuote(no, at, traded ? one : { ...one, last: null }, bids, asks, { name: nameOf(f[1]!), afterHours: after });
}
