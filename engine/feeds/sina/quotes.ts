/**
 * Sina level-1 quotes over HTTP (contracts/spec/sources.md#sina): `var hq_str_sh600519="name,…";` in GB18030. The Referer is mandatory.
 * Layout  33 cells are the quote. What follows is the exchange's own: `D|shares|yuan` after hours, six cells in Beijing, others on an
 *         index; what is not known there is counted and costs itself
 * Units   shares, but lots on Shanghai's indices: by the row itself (wire/units.ts). Indices have four decimals
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { countOf, instant, lot, milliOf, pointsOf } from '../../wire/numbers.ts';
import { isIndex, ofPrefixed, prefixed } from '../../wire/symbols.ts';
import { bytesAsText, isMore, nameOf } from '../../wire/text.ts';
import { type CountUnit, unitOf } from '../../wire/units.ts';
import type { Endpoint, InstrumentsParams, Parsed, Rejected, RejectReason, SourceQuote } from '../adapter.ts';
import { inShares, isIdle, isOrdered, levelOneOf, type Side, sideOf, sourceQuote } from '../rows/level-one.ts';

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
  let [badName, unrequested, unknownField, noTrade, end, found] = [0, 0, 0, 0, 0, 0];
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
    if (typeof row === 'string') rejected.push({ key: match[1]!, reason: row, no });
    else if (row === null) noTrade += 1;
    else {
      seen.add(no);
      unknownField += unknownCells(cells);
      if (row.name === null) badName += 1;
      rows.push(row);
    }
  }
  if (found === 0) throw new FenshiError('SOURCE_BODY', `no statement in ${text.length} bytes: ${text.slice(0, 40)}`);
  if (isMore(text.slice(end))) rejected.push({ key: '', reason: 'TRUNCATED' });
  return { rows, rejected, anomalies: { badName, unrequested, unknownField, noTrade } };
}

/** One row of HTTP or WebSocket; `name` already decoded. Null where it tells of no trading: suspended. */
export function sinaRow(no: number, c: readonly string[], name: string | null): SourceQuote | RejectReason | null {
  if (c.length < fieldsMin) return 'FIELDS';
  const at = instantOf(c[30]!, c[31]!);
  if (at === undefined) return 'TIME';
  const price = isIndex(no) ? pointsOf : milliOf;
  const raw = levelOneOf({
    open: price(c[1]),
    preClose: price(c[2]),
    last: price(c[3]),
    high: price(c[4]),
    low: price(c[5]),
    volume: countOf(c[8]),
    amount: countOf(c[9]),
  });
  const side = (from: number): Side | undefined =>
    sideOf(levels.map((level) => [milliOf(c[from + 2 * level + 1]), countOf(c[from + 2 * level])]));
  const [bids, asks, best] = [side(10), side(20), [milliOf(c[6]), milliOf(c[7])]];
  if (raw === null || bids === undefined || asks === undefined || best.includes(undefined)) return 'NUMBER';
  if (best[0] !== (bids[0]?.[0] ?? null) || best[1] !== (asks[0]?.[0] ?? null)) return 'INVARIANT';
  if (isIdle(raw)) return null;
  if (raw.preClose === null || raw.volume === null || !isOrdered(raw)) return 'INVARIANT';
  const counted = inShares(no, raw, usualUnit(no));
  if (counted === null) return 'INVARIANT';
  const { one, unit } = counted;
  const traded = (one.volume ?? 0) > 0 || one.open !== null;
  const afterHours = afterHoursOf(c[33], raw.low, raw.high);
  return sourceQuote(no, at, traded ? one : { ...one, last: null }, bids, asks, { name, afterHours }, unit);
}

const usualUnit = (no: number): CountUnit => (isIndex(no) && no < 2_000_000 ? lot : 1);

function instantOf(date: string, time: string): number | undefined {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  const clock = /^(\d\d):(\d\d):(\d\d)$/.exec(time);
  if (day === null || clock === null) return undefined;
  return instant(`${day[1]}${day[2]}${day[3]}`, Number(clock[1]), Number(clock[2]), Number(clock[3]));
}

const afterHours = /^D\|([\d.]+)\|([\d.]+)$/;

/** `D|shares|yuan`: fixed-price trading at the close; null where there is none, or its price is none of the day's. */
function afterHoursOf(text: string | undefined, lowMilli: number | null, highMilli: number | null): SourceQuote['afterHours'] {
  const found = afterHours.exec(text ?? '');
  const [count, yuan] = [countOf(found?.[1]), countOf(found?.[2])];
  if (typeof count !== 'number' || typeof yuan !== 'number') return null;
  const unit = unitOf({ count, yuan, lowMilli, highMilli }, 1);
  return unit === null ? null : { shares: count * unit, yuan };
}

/** Cells behind the quote that say something, and not in a way we know. */
const unknownCells = (c: readonly string[]): number => c.slice(fieldsMin).filter((cell) => cell !== '' && !afterHours.test(cell)).length;
