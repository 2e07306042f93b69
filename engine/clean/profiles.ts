/**
 * Minute profiles of a day's symbols, laid out minute by minute and then by profile: the rows of one batch all ask for the same minute.
 *
 * Sums      running, of each profile's amountShare and varShare: element m is the sum over minutes 0..m−1
 * Unknown   NaN
 */
import { type Bundle, minutesPerDay, profileColumns } from '../../contracts/bundle.ts';

const flowBuckets = 8;

export class Profiles {
  readonly #count: number;
  /** Profile of each row. */
  readonly #of: Int32Array;
  readonly #amountSums: Float64Array;
  readonly #varSums: Float64Array;
  readonly #varShare: Float64Array;
  readonly #lnMad: Float64Array;
  readonly #narMean: Float64Array;
  readonly #narSd: Float64Array;

  constructor({ instruments, profiles }: Pick<Bundle, 'instruments' | 'profiles'>) {
    const columns = profiles.map(profileColumns);
    this.#of = Int32Array.from(instruments, ({ profile }) => profile);
    this.#count = profiles.length;
    this.#amountSums = this.#laid(minutesPerDay + 1, (p) => runningSums(columns[p]!.amountShare));
    this.#varSums = this.#laid(minutesPerDay + 1, (p) => runningSums(columns[p]!.varShare));
    this.#varShare = this.#laid(minutesPerDay, (p) => columns[p]!.varShare);
    this.#lnMad = this.#laid(minutesPerDay, (p) => columns[p]!.lnMad);
    this.#narMean = this.#laid(flowBuckets, (p) => profiles[p]!.narMean);
    this.#narSd = this.#laid(flowBuckets, (p) => profiles[p]!.narSd);
  }

  #laid(length: number, of: (profile: number) => ArrayLike<number> | null): Float64Array {
    const laid = new Float64Array(length * this.#count).fill(Number.NaN);
    for (let p = 0; p < this.#count; p++) {
      const values = of(p);
      for (let i = 0; i < (values?.length ?? 0); i++) laid[i * this.#count + p] = values![i]!;
    }
    return laid;
  }

  /** Share of the day's amount over [from, until] of tsec, fractional minutes pro rata; from the open where `from` is 0. */
  amountShare = (s: number, from: number, until: number): number =>
    this.#upTo(this.#amountSums, this.#of[s]!, until) - this.#upTo(this.#amountSums, this.#of[s]!, from);

  /** Share of the day's variance, likewise. */
  varShare = (s: number, from: number, until: number): number =>
    this.#upTo(this.#varSums, this.#of[s]!, until) - this.#upTo(this.#varSums, this.#of[s]!, from);

  /** Share of the day's variance in minute `m`. */
  varOfMinute = (s: number, m: number): number => this.#varShare[m * this.#count + this.#of[s]!]!;

  #upTo(sums: Float64Array, profile: number, tsec: number): number {
    const x = tsec <= 0 ? 0 : tsec >= minutesPerDay * 60 ? minutesPerDay : tsec / 60;
    const m = Math.floor(x);
    const at = m * this.#count + profile;
    return m >= minutesPerDay ? sums[at]! : sums[at]! + (x - m) * (sums[at + this.#count]! - sums[at]!);
  }

  /** Deviation of ln(amount) in the minute of `tsec`, the day's last minute's after it. */
  lnMad = (s: number, tsec: number): number =>
    this.#lnMad[Math.min(Math.floor(tsec / 60), minutesPerDay - 1) * this.#count + this.#of[s]!]!;

  /** What is usual of nar3m in a half hour 0..7. */
  narMean = (s: number, bucket: number): number => this.#narMean[bucket * this.#count + this.#of[s]!]!;
  narSd = (s: number, bucket: number): number => this.#narSd[bucket * this.#count + this.#of[s]!]!;
}

function runningSums(shares: Float64Array): Float64Array {
  const sums = new Float64Array(shares.length + 1);
  for (let m = 0; m < shares.length; m++) sums[m + 1] = sums[m]! + shares[m]!;
  return sums;
}
