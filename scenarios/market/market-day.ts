/**
 * One day of the invented market as a source of rows for the pacer: second by second, reproducible from (seed, day, count).
 *
 * Phases     SH quotes on second 0 of each 3, SZ on 1, BJ on 2; auction rows every 9 s; the index on second 0
 * Delivery   0.35 s plus an exponential 0.25 s, at most 2.5 s; 0.2 % twice, 0.05 % never
 */
import { clamp, exp, log } from '../../contracts/math.ts';
import { absentMilli, batchFrom, bookLevels, emptyColumns, phaseCode } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { exchangeOf } from '../../contracts/units.ts';
import { benchmarkIndexNo } from '../../engine/features/index-line.ts';
import type { RowSource } from '../../engine/log/pacer.ts';
import { demoRatesOf, type Episode, episodesOf, hasWaves, type Rates } from './episodes.ts';
import { type BadTick, deliveryOf, type Faults, faultsOf, spoil } from './faults.ts';
import { IssueDay, SlowFactor, stepsPerDay } from './issue-day.ts';
import { natures, type Preset } from './nature.ts';
import { type Random, randomOf } from './random.ts';
import { RowBuckets, writeIssue } from './rows.ts';
import { type Issue, sectorCount, universeOf } from './universe.ts';
import { waveEpisodes, wavesOf } from './waves.ts';

export const scales = { tiny: 60, ci: 300, full: 5500 } as const;
export type MarketOptions = {
  readonly seed: number;
  readonly date: string;
  /** Ordinal of the day in its run: days of one seed differ by it. */
  readonly day: number;
  readonly count: number;
  readonly rates?: Rates;
  /** `planted` when not told. */
  readonly preset?: Preset;
  readonly faulty?: boolean;
  /** Closes of the day before by instrument number; the universe's own on the first day. */
  readonly closes?: ReadonlyMap<number, number>;
};

const h = 3_600_000;
const stepMs = 3000;
const amSteps = 2400;
const phaseOffset = { SH: 0, SZ: 1000, BJ: 2000 } as const;
const entityMarket = -1;
const entitySector = -1000;
const indexCloseMilli = 3_200_000;
const twiceShare = 0.002;
const lostShare = 0.0005;

export class MarketDay implements RowSource {
  readonly date: string;
  readonly issues: readonly Issue[];
  readonly episodes: readonly Episode[];
  readonly faults: Faults;
  readonly days: readonly IssueDay[];
  readonly #auctions: readonly { readonly bluff: number; readonly noise: number; readonly unmatched: number }[];
  readonly #latency: readonly Random[];
  readonly #badTicks: ReadonlyMap<number, BadTick>;
  readonly #buckets: RowBuckets;
  readonly #marketZ: Float64Array;
  readonly #marketVol: Float64Array;
  readonly #sectorZ: readonly Float64Array[];
  readonly #indexLn: Float64Array;
  readonly #midnight: number;
  #indexRange: { open: number; high: number; low: number } | null = null;
  /** What is quoted besides the issues. */
  readonly indices = [{ no: benchmarkIndexNo, name: '模拟指数', floatShares: 1, totalShares: 1, sector: -1 }] as const;

  constructor(options: MarketOptions) {
    const { seed, date, day, count, preset = 'planted', rates = demoRatesOf(preset), faulty = true, closes } = options;
    const nature = natures[preset];
    this.date = date;
    this.#midnight = midnightOf(date);
    this.issues = universeOf(seed, count, nature.dearer);
    this.#buckets = new RowBuckets(this.issues.length);
    const waves = hasWaves(rates) ? wavesOf(seed, day, preset) : [];
    this.episodes = this.issues.flatMap((issue) => {
      const own = episodesOf(seed, day, issue, rates, preset);
      const busy = own.some(({ legs }) => legs.some(({ band, halted }) => band !== undefined || halted === true));
      return busy ? own : [...own, ...waveEpisodes(seed, day, issue, waves)];
    });
    this.faults = faulty ? faultsOf(seed, day, this.issues) : { badTicks: [], outages: [] };
    this.#badTicks = new Map(this.faults.badTicks.map((tick) => [secondOf(tick.no, tick.tsec), tick]));
    this.days = this.issues.map(
      (issue) =>
        new IssueDay(
          seed,
          day,
          date,
          issue,
          closes?.get(issue.no) ?? issue.firstCloseMilli,
          this.episodes.filter(({ no }) => no === issue.no),
          nature,
        ),
    );
    this.#auctions = this.issues.map(({ no, sigmaDay }) => {
      const random = randomOf(seed, day, no, 'auction');
      const bluff = random.uniform() < 0.1 ? (random.uniform() < 0.5 ? 0.05 : -0.05) : 0;
      return { bluff, noise: 0.4 * sigmaDay * random.normal(), unmatched: 0.6 * random.normal() };
    });
    this.#latency = this.issues.map(({ no }) => randomOf(seed, day, no, 'latency'));
    const market = randomOf(seed, day, entityMarket, 'price');
    const vol = new SlowFactor(randomOf(seed, day, entityMarket, 'vol'), 1800, nature.volMarket);
    this.#marketZ = Float64Array.from({ length: stepsPerDay }, () => market.student(5));
    const volRandom = randomOf(seed, day, entityMarket, 'flow');
    this.#marketVol = Float64Array.from({ length: stepsPerDay }, () => vol.next(volRandom));
    const quoted = new Set(this.issues.map(({ sector }) => sector));
    this.#sectorZ = Array.from({ length: sectorCount }, (_, sector) => {
      if (!quoted.has(sector)) return new Float64Array(0);
      const random = randomOf(seed, day, entitySector - sector, 'price');
      return Float64Array.from({ length: stepsPerDay }, () => random.student(5));
    });
    this.#indexLn = indexLine(this.#marketZ);
  }

  /** All that is quoted, the indices last. */
  get listings() {
    const issues = this.issues.map(({ no, name, floatShares, sector }) => ({ no, name, floatShares, totalShares: floatShares, sector }));
    return [...issues, ...this.indices];
  }

  /** Entries received in (second − 1, second], in order. Must be called for every second of the day in turn. */
  take(secondMs: number): TapeEntry[] {
    const ms = secondMs - this.#midnight;
    this.#advance(ms);
    const index = this.#index(ms, secondMs);
    const quotes = this.#buckets.take(secondMs / 1000).map((batch) => ({ type: 'quotes' as const, tsMs: secondMs, batch }));
    return index === null ? quotes : [index, ...quotes];
  }

  closes(): Map<number, number> {
    return new Map(this.days.map((day) => [day.issue.no, day.lastMilli]));
  }

  /** Consecutive boards before this day: what was counted, and one for who is to make a second. */
  boardsBefore(counted: ReadonlyMap<number, number> = new Map()): Map<number, number> {
    const second = this.episodes.flatMap(({ type, no }) =>
      type === 'SECOND_BOARD' ? [[no, Math.max(1, counted.get(no) ?? 0)] as const] : [],
    );
    return new Map([...counted, ...second]);
  }

  /** Consecutive boards after this day, given those before it. */
  boards(before: ReadonlyMap<number, number> = new Map()): Map<number, number> {
    return new Map(
      this.days.map((day) => [
        day.issue.no,
        !day.unlimited && day.lastMilli === day.limits.upMilli ? (before.get(day.issue.no) ?? 0) + 1 : 0,
      ]),
    );
  }

  #advance(ms: number): void {
    if (ms >= 9.25 * h && ms < 9.25 * h + 600_000 && ms % 9000 === 0) this.#auction(ms);
    if (ms === 9.25 * h + 600_000) for (const [i, day] of this.days.entries()) this.#cross(i, day, ms);
    if (ms === 13 * h) for (const day of this.days) day.lunch();
    if (ms >= 14.95 * h && ms < 15 * h && ms % 9000 === 0) this.#closing(ms);
    if (ms === 15 * h) this.#closed(ms);
    for (const [exchange, offset] of Object.entries(phaseOffset)) {
      const k = stepAt(ms - offset);
      if (k !== null) this.#step(exchange, k, ms);
    }
  }

  #step(exchange: string, k: number, ms: number): void {
    for (const [i, day] of this.days.entries()) {
      if (exchangeOf(day.issue.no) !== exchange || day.status.suspended) continue;
      const due = day.step(k, this.#marketZ[k]!, this.#sectorZ[day.issue.sector]![k]!, this.#marketVol[k]!);
      if (due) this.#deliver(i, day, this.#midnight + ms, k * 3);
    }
  }

  #deliver(i: number, day: IssueDay, tsExchangeMs: number, tsec: number): void {
    const random = this.#latency[i]!;
    const recvMs = tsExchangeMs + Math.min(2500, 350 - 250 * log(random.uniform()));
    const luck = random.uniform();
    if (luck < lostShare) return;
    const fate = deliveryOf(this.faults, day.issue.no, tsec);
    if (fate === 'lose') return;
    const at = fate === 'deliver' ? recvMs : Math.max(recvMs, tsExchangeMs + (fate.until - tsec) * 1000 + 1);
    this.#write(day, tsExchangeMs, at, this.#badTicks.get(secondOf(day.issue.no, tsec)));
    if (luck > 1 - twiceShare) this.#write(day, tsExchangeMs, at + 1000, undefined);
  }

  #write(day: IssueDay, tsExchangeMs: number, recvMs: number, bad: BadTick | undefined): void {
    const { columns, i } = this.#buckets.claim(recvMs);
    writeIssue(columns, i, day, tsExchangeMs);
    if (bad !== undefined) spoil(columns, i, bad.kind);
  }

  #cross(i: number, day: IssueDay, ms: number): void {
    if (day.status.suspended) return;
    day.openingCross();
    const { columns, i: row } = this.#buckets.claim(this.#midnight + ms + 1000 + Math.floor(1000 * this.#latency[i]!.uniform()));
    writeIssue(columns, row, day, this.#midnight + ms);
    columns.phaseCode[row] = phaseCode.pause;
  }

  /** Virtual matching converges on the open; one symbol in ten shows a price of ±5 % that is withdrawn before 09:20 (contracts/spec/invented-market.md#dynamics). */
  #auction(ms: number): void {
    const left = (9.25 * h + 600_000 - ms) / 600_000;
    for (const [i, day] of this.days.entries()) {
      if (day.status.suspended) continue;
      const { bluff, noise, unmatched } = this.#auctions[i]!;
      const shown = exp(day.latent + (ms < 9.25 * h + 300_000 ? bluff : 0) + noise * left);
      this.#virtual(i, day, ms, phaseCode.openCall, shown, day.issue.advYuan * 0.012 * (1.2 - left), unmatched, true);
    }
  }

  #closing(ms: number): void {
    for (const [i, day] of this.days.entries()) {
      if (day.status.suspended || day.shares === 0) continue;
      const { unmatched } = this.#auctions[i]!;
      this.#virtual(
        i,
        day,
        ms,
        phaseCode.closeCall,
        exp(day.latent),
        (day.issue.advYuan * 0.02 * (ms - 14.95 * h + 9000)) / 180_000,
        unmatched,
        false,
      );
    }
  }

  /** One price on both sides with the matched volume, the rest unmatched on level two without a price. */
  #virtual(i: number, day: IssueDay, ms: number, code: number, price: number, yuan: number, unmatched: number, isOpening: boolean): void {
    const { columns, i: row } = this.#buckets.claim(this.#midnight + ms + 400 + Math.floor(500 * this.#latency[i]!.uniform()));
    writeIssue(columns, row, day, this.#midnight + ms);
    columns.phaseCode[row] = code;
    if (isOpening) columns.lastMilli[row] = absentMilli;
    const virtual = clamp(Math.round(price / 10) * 10, day.limits.downMilli, day.limits.upMilli);
    const matched = Math.max(100, Math.round((yuan * 1000) / virtual / 100) * 100);
    for (let level = 0; level < bookLevels; level++) {
      const at = row * bookLevels + level;
      columns.bidMilli[at] = columns.askMilli[at] = level === 0 ? virtual : absentMilli;
      columns.bidShares[at] = columns.askShares[at] = level === 0 ? matched : Number.NaN;
    }
    const rest = Math.round((matched * Math.abs(unmatched)) / 100) * 100;
    (unmatched > 0 ? columns.bidShares : columns.askShares)[row * bookLevels + 1] = rest;
  }

  #closed(ms: number): void {
    for (const day of this.days) {
      if (day.status.suspended) continue;
      day.closingCross();
      const { columns, i } = this.#buckets.claim(this.#midnight + ms + 500);
      writeIssue(columns, i, day, this.#midnight + ms);
      columns.phaseCode[i] = phaseCode.closed;
    }
  }

  #index(ms: number, secondMs: number): TapeEntry | null {
    const k = stepAt(ms);
    if (k === null) return null;
    const columns = emptyColumns(1, true);
    const last = Math.round(indexCloseMilli * exp(this.#indexLn[k]!));
    this.#indexRange ??= { open: last, high: last, low: last };
    const range = this.#indexRange;
    range.high = Math.max(range.high, last);
    range.low = Math.min(range.low, last);
    columns.instrumentNo[0] = benchmarkIndexNo;
    columns.tsExchangeMs[0] = secondMs;
    columns.lastMilli[0] = last;
    columns.preCloseMilli[0] = indexCloseMilli;
    [columns.openMilli![0], columns.highMilli![0], columns.lowMilli![0]] = [range.open, range.high, range.low];
    columns.volumeShares[0] = this.days.reduce((sum, day) => sum + day.shares, 0);
    columns.amountYuan[0] = this.days.reduce((sum, day) => sum + day.fen, 0) / 100;
    for (const column of [columns.bidMilli, columns.askMilli, columns.limitUpMilli!, columns.limitDownMilli!]) column.fill(absentMilli);
    for (const column of [columns.bidShares, columns.askShares, columns.outerShares!, columns.innerShares!]) column.fill(Number.NaN);
    return { type: 'index', tsMs: secondMs, batch: batchFrom('generator', secondMs, 1, columns) };
  }
}

/** One number for an instrument's second of trading. */
const secondOf = (no: number, tsec: number): number => no * 100_000 + tsec;

/** Continuous step that falls on this millisecond of the day, or null. */
function stepAt(ms: number): number | null {
  const am = ms - 9.5 * h;
  const pm = ms - 13 * h;
  if (am >= 0 && am < 2 * h) return am % stepMs === 0 ? am / stepMs : null;
  if (pm >= 0 && pm < 1.95 * h) return pm % stepMs === 0 ? amSteps + pm / stepMs : null;
  return null;
}

/** The market factor alone, at an index's daily deviation of 1 %. */
function indexLine(marketZ: Float64Array): Float64Array {
  const line = new Float64Array(marketZ.length);
  let sum = 0;
  for (let k = 0; k < marketZ.length; k++) {
    sum += (0.01 / Math.sqrt(stepsPerDay)) * marketZ[k]!;
    line[k] = sum;
  }
  return line;
}
