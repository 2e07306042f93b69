/**
 * Tencent's minute line of one instrument: the current day (`minute/query`, contracts/spec/sources.md#tencent) or five days (`day/query`).
 *
 * Rows    `HHmm price cumulativeVolume cumulativeAmount`; Beijing has no amount column
 * Units   yuan, cumulative; volume in lots or, on STAR, in shares: one unit a series, by the average price of its first traded row
 * Guards  totals that fall, a label twice or out of order, an average price off the last by more than a tenth
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { instrumentId } from '../../../contracts/units.ts';
import { labelOf } from '../../wire/minutes.ts';
import { countOf, lot, milliOf } from '../../wire/numbers.ts';
import { isIndex, prefixed } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import { type CountUnit, indexUnitOf, isIndexAverage, tencentUnit } from '../../wire/units.ts';
import type { Endpoint, InstrumentParams, Parsed, Rejected, SourceMinute } from '../adapter.ts';

export type MinutesParams = InstrumentParams & { readonly date: string };
/** A day's average price is never off its prices by more; a unit error is by 100. */
const unitSlack = 10;

export const tencentMinutes: Endpoint<MinutesParams, SourceMinute> = {
  source: 'tencent',
  name: 'minutes',
  host: 'minutes',
  request: ({ instrument }) => ({ path: `/appstock/app/minute/query?code=${prefixed(instrument)}` }),
  parse: (body, { instrument, date }) => {
    const day = recordAt(recordAt(entryOf(body, instrument), 'data'), null);
    return minutesOf(instrument, date, [{ date: day.date, rows: day.data }]);
  },
};

export const tencentFiveDays: Endpoint<MinutesParams, SourceMinute> = {
  source: 'tencent',
  name: 'fiveDays',
  host: 'minutes',
  request: ({ instrument }) => ({ path: `/appstock/app/day/query?code=${prefixed(instrument)}` }),
  parse: (body, { instrument, date }) => {
    const days = entryOf(body, instrument).data;
    if (!Array.isArray(days)) throw new FenshiError('SOURCE_BODY', 'data is not a list of days');
    return minutesOf(
      instrument,
      date,
      days.map((day) => ({ date: recordAt(day, null).date, rows: recordAt(day, null).data })),
    );
  },
};

type Day = { readonly date: unknown; readonly rows: unknown };

/** The answer's part about the instrument. @throws FenshiError SOURCE_BODY, SOURCE_REFUSED */
function entryOf(body: Uint8Array, instrument: number): Record<string, unknown> {
  const answer = jsonOf(body);
  if (answer.code !== 0) throw new FenshiError('SOURCE_REFUSED', `code ${String(answer.code)}: ${String(answer.msg)}`);
  const data = recordAt(answer, 'data');
  const entry = data[prefixed(instrument)];
  if (entry === undefined) throw new FenshiError('SOURCE_REFUSED', `${instrumentId(instrument)} is not known here`);
  return recordAt(entry, null);
}

function recordAt(value: unknown, key: string | null): Record<string, unknown> {
  const found = key === null ? value : (value as Record<string, unknown>)[key];
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new FenshiError('SOURCE_BODY', `no object ${key ?? ''}`);
  return found as Record<string, unknown>;
}

function minutesOf(instrument: number, date: string, days: readonly Day[]): Parsed<SourceMinute> {
  const day = days.find((each) => each.date === date);
  if (day === undefined) return { rows: [], rejected: [{ key: String(days[0]?.date ?? ''), reason: 'DATE' }] };
  if (!Array.isArray(day.rows)) throw new FenshiError('SOURCE_BODY', 'the day has no list of rows');
  return new MinuteReader(instrument, date).read(day.rows);
}

class MinuteReader {
  readonly #instrument: number;
  readonly #date: string;
  readonly #rows: SourceMinute[] = [];
  readonly #rejected: Rejected[] = [];
  #afterHours = 0;
  #before = { label: '', shares: 0, yuan: 0 };
  #unit: CountUnit | null = null;

  constructor(instrument: number, date: string) {
    this.#instrument = instrument;
    this.#date = date;
  }

  read(rows: readonly unknown[]): Parsed<SourceMinute> {
    for (const row of rows) this.#row(row);
    return { rows: this.#rows, rejected: this.#rejected, anomalies: { afterHours: this.#afterHours } };
  }

  #row(row: unknown): void {
    const cells = typeof row === 'string' ? row.split(' ') : [];
    const reason = this.#take(cells);
    if (reason !== null) this.#rejected.push({ key: cells[0] ?? '', reason });
  }

  #take(cells: readonly string[]): Rejected['reason'] | null {
    const [hhmm = '', price, volume, amount] = cells;
    if (cells.length < 3) return 'FIELDS';
    const label = labelOf(this.#date, hhmm);
    if (label === undefined) return 'TIME';
    if (label === 'afterHours') {
      this.#afterHours += 1;
      return null;
    }
    const [closeMilli, count, yuan] = [milliOf(price), countOf(volume), countOf(amount)];
    if (typeof closeMilli !== 'number' || typeof count !== 'number' || yuan === undefined) return 'NUMBER';
    if (this.#unit === null && count > 0 && yuan !== null && yuan > 0) {
      this.#unit = this.#unitOf(count, yuan, closeMilli);
      if (this.#unit === null) return 'INVARIANT';
    }
    const shares = count * (this.#unit ?? tencentUnit(this.#instrument));
    const { label: last, shares: hadShares, yuan: hadYuan } = this.#before;
    if (hhmm <= last || shares < hadShares || (yuan !== null && yuan < hadYuan)) return 'INVARIANT';
    if (yuan !== null && !this.#isPriced(shares - hadShares, yuan - hadYuan, closeMilli)) return 'INVARIANT';
    this.#push(label.tsMs, label.isNoon, closeMilli, shares, yuan);
    this.#before = { label: hhmm, shares, yuan: yuan ?? 0 };
    return null;
  }

  /** Null when neither makes a price of it. */
  #unitOf(count: number, yuan: number, closeMilli: number): CountUnit | null {
    if (isIndex(this.#instrument)) return indexUnitOf(count, yuan, lot);
    const usual = tencentUnit(this.#instrument);
    return ([usual, usual === 1 ? lot : 1] as const).find((unit) => isPriced(count * unit, yuan, closeMilli)) ?? null;
  }

  #isPriced(shares: number, yuan: number, closeMilli: number): boolean {
    return isIndex(this.#instrument) ? shares === 0 || yuan === 0 || isIndexAverage(yuan / shares) : isPriced(shares, yuan, closeMilli);
  }

  #push(tsMs: number, isNoon: boolean, closeMilli: number, shares: number, yuan: number | null): void {
    const last = this.#rows.at(-1);
    const volumeShares = shares - this.#before.shares;
    const amountYuan = yuan === null ? null : yuan - this.#before.yuan;
    if (last !== undefined && last.tsMs === tsMs) {
      // 13:00 and 13:01 are one minute
      const amount = last.amountYuan === null || amountYuan === null ? null : last.amountYuan + amountYuan;
      this.#rows[this.#rows.length - 1] = { ...last, closeMilli, volumeShares: last.volumeShares + volumeShares, amountYuan: amount };
      return;
    }
    if (isNoon && volumeShares === 0) return; // 13:00 repeats 11:30 where nothing traded at once
    const bare = { openMilli: null, highMilli: null, lowMilli: null };
    this.#rows.push({ instrumentNo: this.#instrument, tsMs, ...bare, closeMilli, volumeShares, amountYuan });
  }
}

const isPriced = (shares: number, yuan: number, milli: number): boolean =>
  shares === 0 || yuan === 0 || ((yuan * 1000) / shares < milli * unitSlack && (yuan * 1000) / shares > milli / unitSlack);
