/** Rows that were not taken, counted by reason, with the first few of each; too many of them end the reading. */
import { type ErrorCode, FenshiError } from '../../contracts/errors.ts';

export const refusalReasons = [
  'SHAPE',
  'TIME',
  'SESSION',
  'CLOSED_DAY',
  'SYMBOL',
  'KIND',
  'NUMBER',
  'PRICE',
  'RANGE',
  'LATTICE',
  'UNIT',
  'ADJUSTED',
  'DUPLICATE',
  'CONFLICT',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];
export const reasonWords: Readonly<Record<RefusalReason, string>> = {
  SHAPE: 'cells are missing',
  TIME: 'no such instant',
  SESSION: 'outside the trading session',
  CLOSED_DAY: 'the exchanges were closed',
  SYMBOL: 'no instrument',
  KIND: 'an instrument of a kind that is not followed',
  NUMBER: 'no number, or a negative one',
  PRICE: 'no price there can be',
  RANGE: 'high, low, open and close contradict each other',
  LATTICE: 'a price between two ticks: adjusted, or scaled',
  UNIT: 'money, volume and price fit in no unit',
  ADJUSTED: 'an adjusted price',
  DUPLICATE: 'told before',
  CONFLICT: 'told before, otherwise',
};

const samplesMax = 3;
/** From so many rows on, more than this share refused is another layout than we take it for. */
const [judgedFrom, shareMax] = [1000, 0.5];

export class Refusals {
  readonly counts: Partial<Record<RefusalReason, number>> = {};
  readonly samples: Partial<Record<RefusalReason, { readonly line: number; readonly what: string }[]>> = {};
  total = 0;

  add(reason: RefusalReason, line: number, what: string): void {
    this.total += 1;
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    this.samples[reason] ??= [];
    const samples = this.samples[reason];
    if (samples.length < samplesMax) samples.push({ line, what: what.slice(0, 80) });
  }

  /** @throws FenshiError with `code` when most of what was read is no row of this layout */
  check(read: number, where: string, code: ErrorCode): void {
    if (read < judgedFrom || this.total <= shareMax * read) return;
    throw new FenshiError(
      code,
      `${where}: ${this.total} of the first ${read} rows are refused (${this.sentence()}): this is another layout than it looks`,
    );
  }

  sentence(): string {
    return Object.entries(this.counts)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, n]) => {
        const first = this.samples[reason as RefusalReason]?.[0];
        return `${reason} ${n}${first === undefined ? '' : `, first at line ${first.line}: ${first.what}`}`;
      })
      .join('; ');
  }
}
