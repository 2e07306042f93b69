/**
 * One invented symbol through one day, three seconds at a time (contracts/spec/invented-market.md#dynamics): latent price, trades, quotes, limits.
 * Draws only from its own streams, so that it is the same in any universe.
 */
import { clamp, exp, log, tanh } from '../../contracts/math.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { type Limits, limitPrices, limitRate } from '../../engine/reference/price-limits.ts';
import type { Episode, Leg } from './episodes.ts';
import { type Nature, natures } from './nature.ts';
import { type Random, randomOf } from './random.ts';
import { minutes } from './seasonality.ts';
import { type DayStatus, statusOf } from './status.ts';
import type { Issue } from './universe.ts';

export const stepSec = 3;
export const stepsPerDay = (minutes * 60) / stepSec;
const ticketMedian = 22_000;
const ticketSigma = 0.9;
const ticketMean = 33_000;
const heartbeatSteps = 5;
/** How far beyond the band a lock begins. */
const lockBeyond = 0.003;
/** Share of the float behind a seal: the median of 1,603 listed ones, ten and ninety per cent of which lie at .0015 and .023. */
const queueMedian = 0.0076;
const holdSec = 30;
/** Memory of what flow has yet to do, a minute, and of the return the book leans against, two. */
const pendingKeep = exp(-stepSec / 60);
const recentKeep = exp(-stepSec / 120);
/** The deviation of a sum of unit steps with that memory, inverted. */
const recentUnit = Math.sqrt(1 - recentKeep * recentKeep);
const haltsAt = [0.3, 0.6] as const;
const haltSec = 600;
const lastHaltSec = 14_220;
const depthProfile = [1, 1.2, 1.4, 1.5, 1.6];

/** Ornstein–Uhlenbeck factor with stationary deviation `sigma` and memory `tauSec`. */
export class SlowFactor {
  value: number;
  readonly #keep: number;
  readonly #shock: number;
  constructor(random: Random, tauSec: number, sigma: number) {
    this.#keep = exp(-stepSec / tauSec);
    this.#shock = sigma * Math.sqrt(1 - this.#keep * this.#keep);
    this.value = sigma * random.normal();
  }
  next(random: Random): number {
    this.value = this.#keep * this.value + this.#shock * random.normal();
    return this.value;
  }
}

type Sides = { readonly bought: number; readonly sold: number; readonly signed: number };
const noTrades: Sides = { bought: 0, sold: 0, signed: 0 };

export class IssueDay {
  readonly issue: Issue;
  readonly limits: Limits;
  readonly preCloseMilli: number;
  readonly status: DayStatus;
  /** No price limit today. */
  readonly unlimited: boolean;
  /** Trading stands still: by order, or after ±30 or ±60 % of the open on an unlimited day. */
  halted = false;
  /** Shares bought and sold actively. */
  outer = 0;
  inner = 0;
  openMilli = absentMilli;
  highMilli = absentMilli;
  lowMilli = absentMilli;
  lastMilli: number;
  /** Totals: shares, and fen so that they stay exact. */
  shares = 0;
  fen = 0;
  bidMilli = absentMilli;
  askMilli = absentMilli;
  readonly bidShares = new Float64Array(bookLevels);
  readonly askShares = new Float64Array(bookLevels);
  locked: 'up' | 'down' | null = null;
  /** Truth: the latent log price. */
  latent: number;
  readonly #episodes: readonly Episode[];
  readonly #price: Random;
  readonly #flow: Random;
  readonly #size: Random;
  readonly #book: Random;
  readonly #fast: SlowFactor;
  readonly #slow: SlowFactor;
  readonly #imbalance: SlowFactor;
  readonly #depth: SlowFactor;
  readonly #nature: Nature;
  /** What leans in the book by itself; absent where only flow does. */
  readonly #mood: SlowFactor | null;
  readonly #tilt: Random;
  readonly #sigmaStep: number;
  /** Flow that has not moved the price yet, and the last minutes' return in its own deviations. */
  #pending = 0;
  #recent = 0;
  /** What stands at a lock today. */
  readonly #queueShares: number;
  #excitement = 0;
  #halts = 0;
  #haltUntil = -1;
  #wall: 'bid' | 'ask' | null = null;
  #sinceRow = 0;

  constructor(
    seed: number,
    day: number,
    date: string,
    issue: Issue,
    preCloseMilli: number,
    episodes: readonly Episode[],
    nature: Nature = natures.planted,
  ) {
    this.issue = issue;
    this.#nature = nature;
    this.#sigmaStep = (nature.noise * nature.sigmaOf(issue)) / Math.sqrt(stepsPerDay);
    this.status = statusOf(seed, day, issue);
    this.unlimited = this.status.listingDayN !== null;
    this.preCloseMilli = preCloseMilli;
    this.lastMilli = preCloseMilli;
    const banded = limitPrices(issue.board, preCloseMilli, limitRate(issue.board, issue.riskWarning ? 'riskWarning' : 'normal', date));
    this.limits = this.unlimited
      ? { upMilli: Math.round(preCloseMilli / 2) * 10, downMilli: Math.max(10, Math.round(preCloseMilli / 50) * 10) }
      : banded;
    this.#episodes = episodes;
    this.#price = randomOf(seed, day, issue.no, 'price');
    this.#flow = randomOf(seed, day, issue.no, 'flow');
    this.#size = randomOf(seed, day, issue.no, 'size');
    this.#book = randomOf(seed, day, issue.no, 'book');
    const vol = randomOf(seed, day, issue.no, 'vol');
    this.#fast = new SlowFactor(vol, 600, nature.volFast);
    this.#slow = new SlowFactor(vol, 3600, nature.volSlow);
    this.#imbalance = new SlowFactor(this.#flow, nature.flow.memorySec, nature.flow.sd);
    this.#depth = new SlowFactor(this.#book, nature.book.depthSec, 0.4);
    this.#tilt = randomOf(seed, day, issue.no, 'tilt');
    this.#mood = nature.book.sd > 0 ? new SlowFactor(this.#tilt, nature.book.memorySec, nature.book.sd) : null;
    this.#queueShares = issue.floatShares * clamp(queueMedian * exp(randomOf(seed, day, issue.no, 'queue').normal()), 0.0005, 0.05);
    // a first day opens far from its issue price; other days gap by a share of their volatility
    const gap = this.status.listingDayN === 1 ? 0.35 + 0.25 * this.#price.normal() : nature.gap * issue.sigmaDay * this.#price.student(4);
    this.latent = log(preCloseMilli) + clamp(gap, -1, 1.2);
    if (this.#legAt(0)?.band === 'up') this.latent = log(this.limits.upMilli) + lockBeyond;
    this.#keepInBand();
  }

  /** The opening cross at 09:25: one price, 1–2 % of the day's volume. */
  openingCross(): void {
    this.openMilli = clamp(this.#tick(exp(this.latent)), this.limits.downMilli, this.limits.upMilli);
    this.highMilli = this.lowMilli = this.openMilli;
    this.#print(this.openMilli, this.#lots(this.issue.advYuan * (0.01 + 0.01 * this.#size.uniform()), this.openMilli), null);
    this.#quote(0);
  }

  /** The closing cross at 15:00: one price, 1.5 to 3 % of the day's volume. */
  closingCross(): void {
    if (this.halted || this.status.suspended || this.shares === 0) return;
    const milli =
      this.locked === 'up'
        ? this.limits.upMilli
        : this.locked === 'down'
          ? this.limits.downMilli
          : clamp(this.#tick(exp(this.latent)), this.limits.downMilli, this.limits.upMilli);
    this.#print(milli, this.#lots(this.issue.advYuan * (0.015 + 0.015 * this.#size.uniform()), milli), null);
  }

  lunch(): void {
    this.latent += 0.15 * this.issue.sigmaDay * this.#price.normal();
  }

  /** Step `k` of continuous trading; z are the market's and the sector's standardised shocks. True when a row is due. */
  step(k: number, marketZ: number, sectorZ: number, marketVol: number): boolean {
    const tsec = k * stepSec;
    if (this.#isHalted(tsec)) return this.#haltRow();
    this.halted = false;
    const m = Math.min(Math.floor(tsec / 60), minutes - 1);
    const leg = this.#legAt(tsec);
    this.#wall = leg?.wall ?? null;
    const h = this.#fast.next(this.#price) + this.#slow.next(this.#price) + marketVol;
    const vol = this.#sigmaStep * this.#nature.volatility[m]! * exp(h - this.#nature.volBias);
    const own = this.#price.student(5);
    const drift = leg === null ? 0 : this.#driftOf(leg, tsec);
    const sides = this.#trade(m, h, leg);
    const flow = sides.signed;
    this.#printSides(sides.bought / 2, sides.sold / 2);
    const moved =
      vol * (0.5 * this.issue.beta * marketZ + Math.sqrt(0.15) * sectorZ + Math.sqrt(0.6) * own) + this.#pushOf(flow, vol) + drift;
    this.latent += moved;
    this.#recent = recentKeep * this.#recent + moved / Math.max(vol, 1e-9);
    this.#keepInBand();
    const traded = flow !== 0;
    if (traded || this.#book.uniform() < 0.3 || this.#sinceRow >= heartbeatSteps - 1) {
      this.#sinceRow = 0;
      this.#quote(clamp(this.#lean() + 0.5 * (leg?.buyTilt ?? 0), -0.8, 0.8));
      this.#printSides(sides.bought / 2, sides.sold / 2);
      return true;
    }
    this.#sinceRow += 1;
    return false;
  }

  /** What flow moves the price by, part at once and part over the next minute, less what the last minutes' return gives back. */
  #pushOf(flow: number, vol: number): number {
    const { push, carry } = this.#nature.flow;
    const { revert, rebound } = this.#nature;
    const recent = this.#recent * recentUnit;
    const back = recent < -2 ? rebound * revert : revert;
    const now = tanh(flow / 3);
    const later = this.#pending;
    this.#pending = pendingKeep * this.#pending + now;
    return vol * (push * now + carry * later - back * recent);
  }

  /** The book's lean, −1 asks only to 1 bids only, before what an episode adds. */
  #lean(): number {
    const { follow, against } = this.#nature.book;
    const mood = this.#mood === null ? 0 : this.#mood.next(this.#tilt);
    return follow * this.#imbalance.value + mood - against * this.#recent * recentUnit;
  }

  /** A leg's share of a step; one that is to reach the band closes what is left of the way, and holds it. */
  #driftOf(leg: Leg, tsec: number): number {
    if (leg.band === undefined || this.unlimited) return (leg.logReturn * stepSec) / (leg.to - leg.from);
    const goal = leg.band === 'up' ? log(this.limits.upMilli) + 2 * lockBeyond : log(this.limits.downMilli) - 2 * lockBeyond;
    if (this.locked === leg.band) return goal - this.latent; // the queue holds it
    return ((goal - this.latent) * stepSec) / Math.max(stepSec, Math.min(leg.to - tsec, holdSec));
  }

  /** Under an order, or for ten minutes after the price of an unlimited day first reached ±30 and ±60 % of its open (contracts/spec/market.md#halts). */
  #isHalted(tsec: number): boolean {
    if (this.#legAt(tsec)?.halted === true || tsec < this.#haltUntil) return true;
    if (!this.unlimited || this.openMilli === absentMilli) return false;
    const away = Math.abs(this.lastMilli / this.openMilli - 1);
    const next = haltsAt[this.#halts];
    if (next === undefined || away < next) return false;
    this.#halts += 1;
    this.#haltUntil = Math.min(tsec + haltSec, lastHaltSec);
    return tsec < this.#haltUntil;
  }

  /** One row when the halt begins, then silence. */
  #haltRow(): boolean {
    const begins = !this.halted;
    this.halted = true;
    return begins;
  }

  #legAt(tsec: number): Leg | null {
    for (const episode of this.#episodes) {
      if (tsec < episode.tStart || tsec >= episode.tEnd) continue;
      for (const leg of episode.legs) if (tsec >= leg.from && tsec < leg.to) return leg;
    }
    return null;
  }

  /** Yuan bought and sold actively in the step, and their difference over its expectation. */
  #trade(m: number, h: number, leg: Leg | null): Sides {
    const { intensity = 1, buyTilt = 0, bigPrints = 1, block = 0 } = leg ?? {};
    const perStep = (this.issue.advYuan / stepsPerDay) * this.#nature.volume[m]! * intensity * (this.locked === null ? 1 : 0.3);
    const mu = perStep / ticketMean;
    const rate = 0.6 * mu * exp(0.7 * h) + 0.4 * this.#excitement * 0.0952;
    const count = this.#flow.poisson(Math.min(rate, 400));
    this.#excitement = this.#excitement * 0.9048 + count;
    const imbalance = this.#imbalance.next(this.#flow);
    if (count === 0) return noTrades;
    const buyShare = clamp(0.5 + imbalance + buyTilt, 0.02, 0.98);
    let bought = 0;
    let sold = 0;
    const draws = Math.min(count, 24);
    for (let i = 0; i < draws; i++) {
      const big = this.#size.uniform() < 0.01 * bigPrints ? 6 : 1;
      const yuan = ticketMedian * exp(ticketSigma * this.#size.normal()) * big * (count / draws);
      if (this.#flow.uniform() < buyShare) bought += yuan;
      else sold += yuan;
    }
    const signed = (bought - sold) / Math.max(perStep, ticketMean);
    if (block > 0) bought += block * perStep; // one price, no drift
    return { bought, sold, signed };
  }

  /** Half of a step's trades print at the quotes before it, half at those after it. */
  #printSides(bought: number, sold: number): void {
    if (bought + sold === 0) return;
    const ask = this.askMilli === absentMilli ? this.limits.upMilli : this.askMilli;
    const bid = this.bidMilli === absentMilli ? this.limits.downMilli : this.bidMilli;
    // who sells into a sealed limit hits the queue; who buys at the lower one takes it
    if (this.locked === 'up') return this.#print(this.limits.upMilli, this.#lots(bought + sold, this.limits.upMilli), 'inner');
    if (this.locked === 'down') return this.#print(this.limits.downMilli, this.#lots(bought + sold, this.limits.downMilli), 'outer');
    if (bought > 0) this.#print(ask, this.#lots(bought, ask), 'outer');
    if (sold > 0) this.#print(bid, this.#lots(sold, bid), 'inner');
  }

  #lots(yuan: number, milli: number): number {
    const shares = (yuan * 1000) / milli;
    return this.issue.board === 'STAR' ? Math.max(200, Math.round(shares)) : Math.max(100, Math.round(shares / 100) * 100);
  }

  #print(milli: number, shares: number, side: 'outer' | 'inner' | null): void {
    this.shares += shares;
    if (side !== null) this[side] += shares;
    this.fen += (milli / 10) * shares;
    this.lastMilli = milli;
    this.highMilli = Math.max(this.highMilli, milli);
    this.lowMilli = this.lowMilli === absentMilli ? milli : Math.min(this.lowMilli, milli);
  }

  #tick = (milli: number): number => Math.round(milli / 10) * 10;

  /** A lock begins 0.3 % beyond the band and ends just inside it. */
  #keepInBand(): void {
    const upper = log(this.limits.upMilli);
    const lower = log(this.limits.downMilli);
    if (this.unlimited) {
      this.latent = clamp(this.latent, lower, upper);
      return;
    }
    if (this.latent > upper + lockBeyond) this.locked = 'up';
    else if (this.latent < lower - lockBeyond) this.locked = 'down';
    else if (this.locked === 'up' && this.latent < upper - 0.0015) this.locked = null;
    else if (this.locked === 'down' && this.latent > lower + 0.0015) this.locked = null;
    this.latent = clamp(this.latent, lower - 0.02, upper + 0.02);
  }

  #quote(imbalance: number): void {
    const mid = clamp(exp(this.latent), this.limits.downMilli, this.limits.upMilli);
    const spread = Math.max(1, Math.round((this.#nature.spread * mid * exp(0.25 * this.#book.normal())) / 10));
    const bid = clamp(Math.floor((mid - (spread * 10) / 2) / 10 + 0.5) * 10, this.limits.downMilli, this.limits.upMilli - 10);
    const depth = ((this.issue.advYuan * 2.5e-4 * 1000) / mid) * exp(this.#depth.next(this.#book));
    this.bidMilli = this.locked === 'down' ? absentMilli : this.locked === 'up' ? this.limits.upMilli : bid;
    this.askMilli =
      this.locked === 'up'
        ? absentMilli
        : this.locked === 'down'
          ? this.limits.downMilli
          : Math.min(bid + spread * 10, this.limits.upMilli);
    const { jitter } = this.#nature.book;
    for (let level = 0; level < bookLevels; level++) {
      const shares = depth * depthProfile[level]! * (1 - jitter / 2 + jitter * this.#book.uniform());
      const queue =
        this.locked === null || level > 0 ? null : this.#queueShares * (0.9 + 0.2 * (shares / (depth * depthProfile[level]!) - 0.5));
      const wall = level === 1 ? this.#wall : null;
      this.bidShares[level] = Math.max(100, Math.round((queue ?? shares * (wall === 'bid' ? 20 : 1) * (1 + imbalance)) / 100) * 100);
      this.askShares[level] = Math.max(100, Math.round((queue ?? shares * (wall === 'ask' ? 20 : 1) * (1 - imbalance)) / 100) * 100);
    }
  }
}
