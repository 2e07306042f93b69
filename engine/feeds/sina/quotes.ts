/**
 * Sina level-1 quotes over HTTP (sources.md §4.1): `var hq_str_sh600519="name,…";` in GB18030, volume in shares.
 * Layout  33 fields and an after-hours tail where there was one; index, never count. The Referer is mandatory
 */
import { FenshiError } from '../../../contracts/errors.ts';
import type { Endpoint, InstrumentsParams, Parsed, Rejected, RejectReason, SourceQuote } from '../adapter.ts';
import { isConsistent, isIdle, levelOneOf, type Side, sideOf, sourceQuote } from '../wire/level-one.ts';
import { countOf, instant, milliOf } from '../wire/numbers.ts';
import { isIndex, ofPrefixed, prefixed } from '../wire/symbols.ts';
import { bytesAsText, isMore, nameOf } from '../wire/text.ts';

const statement = /var hq_str_(\w+)="([^"]*)";/g;
const fieldsMin = 33;
const levels = [0, 1, 2, 3, 4];
export const sinaHeaders = { Referer: 'https://finance.sina.com.cn/' } as const;

export const sinaQuotes: Endpoint<InstrumentsParams, SourceQuote> & { readonly batch: number } = {
  source: 'sina',
  name: 'quotes',
  host: 'quotes',
  batch: 800,
  request: ({ instruments }) => ({ path: `/list=${instruments.map(prefixed).join(',')}`, headers: sinaHeaders }),
  parse: (body, { instruments }) => {
    const text = bytesAsText(body);
    if (/Kinsoku|sys_auth="?(FAILED|INVALID)/.test(text)) throw new FenshiError('SOURCE_DENIED', text.slice(0, 40));
    return parseStatements(text, new Set(instruments));
  },
};

function parseStatements(text: string, requested: ReadonlySet<number>): Parsed<SourceQuote> {
  const rows: SourceQuote[] = [];
  const rejected: Rejected[] = [];
  const seen = new Set<number>();
  let [badName, unrequested, noTrade, end, found] = [0, 0, 0, 0, 0];
  for (const match of text.matchAll(statement)) {
    found += 1;
    if (isMore(text.slice(end, match.index))) rejected.push({ key: '', reason: 'TRUNCATED' });
    end = match.index + match[0].length;
    if (match[2] === '') continue;
    const no = ofPrefixed(match[1]!);
    if (no === null || !requested.has(no) || seen.has(no)) {
      unrequested += 1;
      continue;
    }
    const cells = match[2]!.split(',');
    const row = sinaRow(no, cells, nameOf(cells[0]!));
    if (typeof row === 'string') rejected.push({ key: match[1]!, reason: row });
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

/** One row of HTTP or WebSocket; `name` already decoded. Null where it tells of no trading: suspended. */
export function sinaRow(no: number, c: readonly string[], name: string | null): SourceQuote | RejectReason | null {
  if (c.length < fieldsMin) return 'FIELDS';
  const at = instantOf(c[30]!, c[31]!);
  if (at === undefined) return 'TIME';
  const one = levelOneOf({
    open: milliOf(c[1]),
    preClose: milliOf(c[2]),
    last: milliOf(c[3]),
    high: milliOf(c[4]),
    low: milliOf(c[5]),
    volume: countOf(c[8]),
    amount: countOf(c[9]),
  });
  const side = (from: number): Side | undefined =>
    sideOf(levels.map((level) => [milliOf(c[from + 2 * level + 1]), countOf(c[from + 2 * level])]));
  const [bids, asks, best] = [side(10), side(20), [milliOf(c[6]), milliOf(c[7])]];
  const afterHours = tailOf(c[33] ?? '');
  if (one === null || bids === undefined || asks === undefined || afterHours === undefined || best.includes(undefined)) return 'NUMBER';
  if (best[0] !== (bids[0]?.[0] ?? null) || best[1] !== (asks[0]?.[0] ?? null)) return 'INVARIANT';
  if (isIdle(one)) return null;
  if (one.preClose === null || one.volume === null || !isConsistent(one, 0, !isIndex(no))) return 'INVARIANT';
  const traded = one.volume > 0 || one.open !== null;
  return sourceQuote(no, at, traded ? one : { ...one, last: null }, bids, asks, { name, afterHours }, false);
}

/** sh000xxx and sz399xxx: no average price. */

function instantOf(date: string, time: string): number | undefined {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  const clock = /^(\d\d):(\d\d):(\d\d)$/.exec(time);
  if (day === null || clock === null) return undefined;
  return instant(`${day[1]}${day[2]}${day[3]}`, Number(clock[1]), Number(clock[2]), Number(clock[3]));
}

/** `D|shares|yuan`: fixed-price trading after the close. */
function tailOf(text: string): SourceQuote['afterHours'] | undefined {
  if (text === '') return null;
  const found = /^D\|([\d.]+)\|([\d.]+)$/.exec(text);
  const [shares, yuan] = [countOf(found?.[1]), countOf(found?.[2])];
  return typeof shares === 'number' && typeof yuan === 'number' ? { shares, yuan } : undefined;
}
