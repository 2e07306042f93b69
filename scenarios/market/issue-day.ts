/**
 * One invented symbol through one day, three seconds at a time (quant.md §6.3): latent price, trades, quotes, limits.
 * Draws only from its own streams, so that it is the same in any universe.
 */
import { clamp, exp, log, tanh } from '../../contracts/math.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { type Limits, limitPrices, limitRate } from '../../engine/reference/price-limits.ts';
import type { Episode } from './episodes.ts';
import { type Random, randomOf } from './random.ts';
import { minutes, volatilityByMinute, volumeByMinute } from './seasonality.ts';
import type { Issue } from './universe.ts';

export const stepSec = 3;
export const stepsPerDay = (minutes * 60) / stepSec;
const ticketMedian = 22_000;
const ticketSigma = 0.9;
const ticketMean = 33_000;
const heartbeatSteps = 5;
const halfSpreadBp = 7.5e-4;
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
  #excitement = 0;
  #sinceRow = 0;

  constructor(seed: number, day: number, date: string, issue: Issue, preCloseMilli: number, episodes: readonly Episode[]) {
    this.issue = issue;
    this.preCloseMilli = preCloseMilli;
    this.lastMilli = preCloseMilli;
    this.limits = limitPrices(issue.board, preCloseMilli, limitRate(issue.board, issue.riskWarning ? 'riskWarning' : 'normal', date));
    this.#episodes = episodes;
    this.#price = randomOf(seed, day, issue.no, 'price');
    this.#flow = randomOf(seed, day, issue.no, 'flow');
    this.#size = randomOf(seed, day, issue.no, 'size');
    this.#book = randomOf(seed, day, issue.no, 'book');
    const vol = randomOf(seed, day, issue.no, 'vol');
    this.#fast = new SlowFactor(vol, 600, 0.35);
    this.#slow = new SlowFactor(vol, 3600, 0.45);
    this.#imbalance = new SlowFactor(this.#flow, 45, 0.16);
    this.#depth = new SlowFactor(this.#book, 30, 0.4);
    this.latent = log(preCloseMilli) + 0.35 * issue.sigmaDay * this.#price.student(4);
    this.#keepInBand();
  }

  /** The opening cross at 09:25: one price, 1–2 % of the day's volume. */
  openingCross(): void {
    this.openMilli = this.#tick(exp(this.latent));
    this.highMilli = this.lowMilli = this.openMilli;
    this.#print(this.openMilli, this.#lots(this.issue.advYuan * (0.01 + 0.01 * this.#size.uniform()), this.openMilli));
    this.#quote(0);
  }

  lunch(): void {
    this.latent += 0.15 * this.issue.sigmaDay * this.#price.normal();
  }

  /** Step `k` of continuous trading; z are the market's and the sector's standardised shocks. True when a row is due. */
  step(k: number, marketZ: number, sectorZ: number, marketVol: number): boolean {
    const tsec = k * stepSec;
    const m = Math.min(Math.floor(tsec / 60), minutes - 1);
    const leg = this.#legAt(tsec);
    const h = this.#fast.next(this.#price) + this.#slow.next(this.#price) + marketVol;
    const vol = (this.issue.sigmaDay / Math.sqrt(stepsPerDay)) * volatilityByMinute[m]! * exp(h - 0.387);
    const own = this.#price.student(5);
    const drift = leg === null ? 0 : (leg.logReturn * stepSec) / (leg.to - leg.from);
    const sides = this.#trade(m, h, leg?.intensity ?? 1, leg?.buyTilt ?? 0);
    const flow = sides.signed;
    this.#printSides(sides.bought / 2, sides.sold / 2);
    this.latent +=
      vol * (0.5 * this.issue.beta * marketZ + Math.sqrt(0.15) * sectorZ + Math.sqrt(0.6) * own) + 0.45 * vol * tanh(flow / 3) + drift;
    this.#keepInBand();
    const traded = flow !== 0;
    if (traded || this.#book.uniform() < 0.3 || this.#sinceRow >= heartbeatSteps - 1) {
      this.#sinceRow = 0;
      this.#quote(clamp(this.#imbalance.value + 0.5 * (leg?.buyTilt ?? 0), -0.8, 0.8));
      this.#printSides(sides.bought / 2, sides.sold / 2);
      return true;
    }
    this.#sinceRow += 1;
    return false;
  }

  #legAt(tsec: number) {
    for (const episode of this.#episodes) {
      if (tsec < episode.tStart || tsec >= episode.tEnd) continue;
      for (const leg of episode.legs) if (tsec >= leg.from && tsec < leg.to) return leg;
    }
    return null;
  }

  /** Yuan bought and sold actively in the step, and their difference over its expectation. */
  #trade(m: number, h: number, intensity: number, buyTilt: number): Sides {
    const perStep = (this.issue.advYuan / stepsPerDay) * volumeByMinute[m]! * intensity * (this.locked === null ? 1 : 0.3);
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
      const yuan = ticketMedian * exp(ticketSigma * this.#size.normal()) * (this.#size.uniform() < 0.01 ? 6 : 1) * (count / draws);
      if (this.#flow.uniform() < buyShare) bought += yuan;
      else sold += yuan;
    }
    return { bought, sold, signed: (bought - sold) / Math.max(perStep, ticketMean) };
  }

  /** Half of a step's trades print at the quotes before it, half at those after it. */
  #printSides(bought: number, sold: number): void {
    if (bought + sold === 0) return;
    const ask = this.askMilli === absentMilli ? this.limits.upMilli : this.askMilli;
    const bid = this.bidMilli === absentMilli ? this.limits.downMilli : this.bidMilli;
    if (this.locked === 'up') return this.#print(this.limits.upMilli, this.#lots(bought + sold, this.limits.upMilli));
    if (this.locked === 'down') return this.#print(this.limits.downMilli, this.#lots(bought + sold, this.limits.downMilli));
    if (bought > 0) this.#print(ask, this.#lots(bought, ask));
    if (sold > 0) this.#print(bid, this.#lots(sold, bid));
  }

  #lots(yuan: number, milli: number): number {
    const shares = (yuan * 1000) / milli;
    return this.issue.board === 'STAR' ? Math.max(200, Math.round(shares)) : Math.max(100, Math.round(shares / 100) * 100);
  }

  #print(milli: number, shares: number): void {
    this.shares += shares;
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
    if (this.latent > upper + 0.003) this.locked = 'up';
    else if (this.latent < lower - 0.003) this.locked = 'down';
    else if (this.locked === 'up' && this.latent < upper - 0.0015) this.locked = null;
    else if (this.locked === 'down' && this.latent > lower + 0.0015) this.locked = null;
    this.latent = clamp(this.latent, lower - 0.02, upper + 0.02);
  }

  #quote(imbalance: number): void {
    const mid = clamp(exp(this.latent), this.limits.downMilli, this.limits.upMilli);
    const spread = Math.max(1, Math.round((halfSpreadBp * mid * exp(0.25 * this.#book.normal())) / 10));
    const bid = clamp(Math.floor((mid - (spread * 10) / 2) / 10 + 0.5) * 10, this.limits.downMilli, this.limits.upMilli - 10);
    const depth = ((this.issue.advYuan * 2.5e-4 * 1000) / mid) * exp(this.#depth.next(this.#book));
    this.bidMilli = this.locked === 'down' ? absentMilli : this.locked === 'up' ? this.limits.upMilli : bid;
    this.askMilli =
      this.locked === 'up'
        ? absentMilli
        : this.locked === 'down'
          ? this.limits.downMilli
          : Math.min(bid + spread * 10, this.limits.upMilli);
    for (let level = 0; level < bookLevels; level++) {
      const shares = depth * depthProfile[level]! * (0.5 + this.#book.uniform());
      const backlog = this.locked === null || level > 0 ? 1 : 40;
      this.bidShares[level] = Math.max(100, Math.round((shares * backlog * (1 + imbalance)) / 100) * 100);
      this.askShares[level] = Math.max(100, Math.round((shares * backlog * (1 - imbalance)) / 100) * 100);
    }
  }
}
