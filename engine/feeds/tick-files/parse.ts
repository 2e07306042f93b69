/**
 * Tick files as CSV, plain or gzipped, one row a level-1 snapshot with five levels.
 *
 * Layouts  cumulative: volume_cum, amount_cum, status; delta: amount_delta since the row before, no volume and no status
 * Units    yuan and shares in the file; Milli, shares and yuan from here on. Price 0 means absent
 * Derived  the delta layout's shares are amount / last, flagged; its totals run from the file's first row of the day
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { FenshiError } from '../../../contracts/errors.ts';
import { phaseCode, type Quote, quoteFlag } from '../../../contracts/quote.ts';
import { midnightOf } from '../../../contracts/session.ts';
import { instrumentNo, milliOfYuan, type TradeDate } from '../../../contracts/units.ts';

export type TickRow = { readonly date: TradeDate; readonly quote: Quote };

const phaseOfStatus: Readonly<Record<string, number>> = {
  START: phaseCode.start,
  S0: phaseCode.start,
  OCALL: phaseCode.openCall,
  O0: phaseCode.openCall,
  TRADE: phaseCode.continuous,
  T0: phaseCode.continuous,
  B0: phaseCode.lunch,
  CCALL: phaseCode.closeCall,
  C0: phaseCode.closeCall,
  CLOSE: phaseCode.closed,
  ENDTR: phaseCode.closed,
  E0: phaseCode.closed,
  H0: phaseCode.halted,
  SUSP: phaseCode.halted,
};
const levels = [1, 2, 3, 4, 5];
type Totals = { volume: number; amount: number };

/** Rows in file order. @throws FenshiError REPLAY_INPUT with the line */
export async function* readTicks(path: string, only?: (instrument: string, date: TradeDate) => boolean): AsyncGenerator<TickRow, void> {
  const file = createReadStream(path);
  const lines = createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file, crlfDelay: Number.POSITIVE_INFINITY });
  let parser: LineParser | null = null;
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (parser === null) parser = new LineParser(line.replace(/^\uFEFF/, ''));
      else if (line !== '') {
        const row = parser.parse(line, only);
        if (row !== null) yield row;
      }
    }
  } catch (error) {
    throw new FenshiError('REPLAY_INPUT', `${path}:${number}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

class LineParser {
  readonly #at: ReadonlyMap<string, number>;
  readonly #isDelta: boolean;
  readonly #totals = new Map<string, Totals>();

  constructor(header: string) {
    const names = header.split(',');
    this.#at = new Map(names.map((name, at) => [name, at]));
    this.#isDelta = this.#at.has('amount_delta');
    const needed = ['symbol', 'datetime', 'last', 'prev_close', ...(this.#isDelta ? [] : ['volume_cum', 'amount_cum'])];
    const missing = [...needed, ...levels.flatMap((i) => [`bid${i}`, `bidv${i}`, `ask${i}`, `askv${i}`])].filter(
      (name) => !this.#at.has(name),
    );
    if (missing.length > 0) throw new Error(`not a tick file: no column ${missing.join(', ')}`);
  }

  parse(line: string, only?: (instrument: string, date: TradeDate) => boolean): TickRow | null {
    const cells = line.split(',');
    const text = (name: string): string => cells[this.#at.get(name)!] ?? '';
    const id = text('symbol');
    const { date, tsMs } = instantOf(text('datetime'));
    if (only?.(id, date) === false) return null;
    const number = (name: string): number => {
      const value = Number(text(name));
      if (text(name) === '' || !Number.isFinite(value)) throw new Error(`${name} is "${text(name)}"`);
      return value;
    };
    const price = (name: string): number | null => milliOrNull(number(name));
    const side = (of: 'bid' | 'ask') =>
      levels.map((i) => {
        const milli = price(`${of}${i}`);
        return milli === null ? null : ([milli, number(`${of}v${i}`)] as const);
      });
    const lastMilli = price('last');
    const totals = this.#isDelta
      ? this.#addDelta(`${id}|${date}`, number('amount_delta'), lastMilli)
      : { volume: number('volume_cum'), amount: number('amount_cum') };
    return {
      date,
      quote: {
        instrumentNo: instrumentNo(id),
        tsExchangeMs: tsMs,
        phaseCode: phaseOfStatus[text('status')] ?? phaseCode.unknown,
        flags: this.#isDelta ? quoteFlag.derivedVolume : 0,
        lastMilli,
        preCloseMilli: price('prev_close'),
        openMilli: null,
        highMilli: null,
        lowMilli: null,
        limitUpMilli: null,
        limitDownMilli: null,
        volumeShares: totals.volume,
        amountYuan: totals.amount,
        outerShares: null,
        innerShares: null,
        bids: side('bid'),
        asks: side('ask'),
      },
    };
  }

  #addDelta(key: string, amount: number, lastMilli: number | null): Totals {
    const before = this.#totals.get(key) ?? { volume: 0, amount: 0 };
    const shares = lastMilli === null ? 0 : Math.round((amount * 1000) / lastMilli);
    const after = { volume: before.volume + shares, amount: before.amount + amount };
    this.#totals.set(key, after);
    return after;
  }
}

const milliOrNull = (yuan: number): number | null => (yuan === 0 ? null : milliOfYuan(yuan));

/** `2019-01-02 09:40:03` with or without milliseconds, Shanghai time. */
function instantOf(text: string): { readonly date: TradeDate; readonly tsMs: number } {
  const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?$/.exec(text);
  if (found === null) throw new Error(`datetime is "${text}"`);
  const date = `${found[1]}${found[2]}${found[3]}`;
  const [h, m, s] = [found[4], found[5], found[6]].map(Number) as [number, number, number];
  return { date, tsMs: midnightOf(date) + ((h * 60 + m) * 60 + s) * 1000 + Number((found[7] ?? '0').padEnd(3, '0')) };
}
