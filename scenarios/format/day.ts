/**
 * The day a scenario describes, as the engine gets it: a bundle with flat profiles, and quotes every three seconds.
 *
 * Flat     a minute is worth adv20 / 240 and a 240th of the day's variance (4 %), so that a reader can work thresholds by hand:
 *          σ(3 min) = 4 % · √(3/240) = 0.45 %, times √(10 / (10 + n)) after n still minutes; amtZ1m = ln((amount + 20,000) / (adv20/240 + 20,000)) / 0.5
 * Quotes   ask = last, bid = last − 1 tick; five levels of 400,000 yuan a side; half a slot's trades print at the quotes before it
 * Volume   goes on while the feed is silent, as in the market: the totals jump when it returns
 */
import { type Bundle, bundleConfig, type Instrument, minutesPerDay } from '../../contracts/bundle.ts';
import { bytesOf } from '../../contracts/codec.ts';
import { boardOf } from '../../contracts/instruments.ts';
import { bookLevels, phaseCode, type Quote } from '../../contracts/quote.ts';
import { midnightOf, msOfTsec, slotSec, tsecOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { exchangeOf, instrumentId, instrumentNo } from '../../contracts/units.ts';
import type { RowSource } from '../../engine/log/pacer.ts';
import { quoteRows } from '../../engine/log/row-source.ts';
import { limitPrices, limitRate } from '../../engine/reference/price-limits.ts';
import { registeredDetectors } from '../../engine/reference/shipped.ts';
import type { Frame, MarketFrame, Scenario } from './scenario.ts';

const tick = 10;
const levelYuan = 400_000;
const sigmaDay = 0.04;
const lnMad = 0.5;
/** Others cost 100 yuan so that one tick is a basis point of the market's path, and trade what their profile expects. */
const otherPriceMilli = 100_000;
const otherAdv20 = 240_000_000;
/** Fixed here, so that a new fit of the shipped map changes no scenario. */
const about = { event: 'net-gain', horizonSec: 900, source: 'synthetic', data: 'by hand', days: 10, n: 100 } as const;
/** p0 .33: ln(.33 / .67) = −.708185. */
const baseRates: Bundle['baseRates'] = [{ ...about, b: -0.708185, w: { lt: 0, ls: 0, tod: 0, tod2: 0 }, clip: null }];
const calibration: Bundle['calibration'] = { rally: [{ ...about, a: 1.2, b: 1.008185, auc95: [0.6, 0.7] }] };

const firstOther = { SH: 605_000, SZ: 4_000, BJ: 920_900 } as const;
const othersOf = (scenario: Scenario): number[] =>
  Array.from({ length: scenario.others }, (_, i) => {
    const exchange = exchangeOf(scenario.no);
    return instrumentNo(`${String(firstOther[exchange] + i).padStart(6, '0')}.${exchange}`);
  });

export function scenarioBundle(scenario: Scenario): Bundle {
  const flat = (value: number) => bytesOf(new Float64Array(minutesPerDay).fill(value)).slice();
  return {
    v: 3,
    tradeDate: scenario.date,
    origin: 'scenario',
    instruments: [
      instrumentOf(scenario, scenario.no, scenario.preCloseMilli, scenario.adv20Yuan),
      ...othersOf(scenario).map((no) =>
        instrumentOf({ ...scenario, listingDayN: null, riskWarning: false }, no, otherPriceMilli, otherAdv20),
      ),
    ],
    profiles: [
      {
        id: 'flat',
        amountShare: flat(1 / minutesPerDay),
        lnMad: flat(lnMad),
        varShare: flat(1 / minutesPerDay),
        narMean: new Array<number>(8).fill(0),
        narSd: new Array<number>(8).fill(0.2),
        amountQ99: null,
      },
    ],
    detectors: registeredDetectors(scenario.config),
    baseRates,
    calibration,
    config: bundleConfig(scenario.config),
    sectors: [],
    monitored: [],
    assumed: [`Scenario ${scenario.name}: flat minute profiles.`],
  };
}

function instrumentOf(scenario: Scenario, no: number, preCloseMilli: number, adv20Yuan: number): Instrument {
  const board = boardOf(no)!;
  const noLimit = scenario.listingDayN !== null && scenario.listingDayN <= 5;
  const rate = limitRate(board, scenario.riskWarning ? 'riskWarning' : 'normal', scenario.date);
  const limits = noLimit ? { upMilli: null, downMilli: null } : limitPrices(board, preCloseMilli, rate);
  return {
    no,
    name: instrumentId(no),
    board,
    riskWarning: scenario.riskWarning,
    delisting: false,
    listingDayN: scenario.listingDayN,
    listing: scenario.listingDayN === null ? 'seasoned' : 'new',
    noLimit,
    exDate: false,
    suspended: false,
    preCloseMilli,
    limitUpMilli: limits.upMilli,
    limitDownMilli: limits.downMilli,
    limitSource: noLimit ? 'none' : 'told',
    limitRate: noLimit ? null : rate / 100,
    floatShares: null,
    adv20Yuan,
    sigmaDay,
    prevVolumes: [],
    boards: 0,
    recentCloses: [],
    prevHighMilli: null,
    profile: 0,
    profileSource: 'own',
  };
}

/** Quotes of the whole tape, and the controls at their seconds, for the pacer. */
export function scenarioRows(scenario: Scenario): RowSource {
  const rows = quoteRows('scenario', [...framedQuotes(scenario), ...othersOf(scenario).flatMap((no) => marketQuotes(scenario, no))]);
  const midnight = midnightOf(scenario.date);
  return {
    take: (secondMs) => {
      const controls = scenario.events.flatMap(({ sec, event }, i): TapeEntry[] =>
        event === 'restart' || midnight + sec * 1000 !== secondMs
          ? []
          : [{ type: 'control', v: 1, tsMs: secondMs, commandId: `${scenario.name}-${i}`, command: event }],
      );
      return [...controls, ...rows.take(secondMs)];
    },
  };
}

/** Slots of continuous trading between two seconds of the day, as [tsec, epoch ms]. */
function* slots(scenario: Scenario, from: number, to: number): Generator<readonly [tsec: number, tsMs: number]> {
  const midnight = midnightOf(scenario.date);
  const end = tsecOf(midnight + to * 1000);
  for (let tsec = Math.ceil(tsecOf(midnight + from * 1000) / slotSec) * slotSec; tsec <= end && tsec < 14_220; tsec += slotSec) {
    const tsMs = tsec === 7200 ? midnight + 13 * 3_600_000 : msOfTsec(scenario.date, tsec);
    yield [tsec, tsMs];
  }
}

function framedQuotes(scenario: Scenario): Quote[] {
  const { frames, date, no } = scenario;
  const midnight = midnightOf(date);
  const quotes: Quote[] = [];
  const day = new Totals(frames[0]!.lastMilli);
  for (const [tsec, tsMs] of slots(scenario, frames[0]!.sec, frames.at(-1)!.sec)) {
    const at = Math.max(
      1,
      frames.findIndex(({ sec }) => sec * 1000 + midnight >= tsMs),
    );
    const [before, next] = [frames[at - 1]!, frames[at]!];
    const [a, b] = [tsecOf(midnight + before.sec * 1000), tsecOf(midnight + next.sec * 1000)];
    const way = b === a ? 1 : (tsec - a) / (b - a);
    const lastMilli = Math.round((before.lastMilli + way * (next.lastMilli - before.lastMilli)) / tick) * tick;
    const halted = next.word === 'halted';
    if (!halted) day.trade(lastMilli, (next.yuanPerMin * slotSec) / 60, next.bought);
    if (next.word === 'silent') continue;
    quotes.push(quoteOf(no, tsMs, scenario.preCloseMilli, day, next, halted ? phaseCode.halted : phaseCode.continuous));
  }
  return quotes;
}

/** Cumulative totals of one symbol, and the quotes its next trades print at. */
class Totals {
  lastMilli: number;
  highMilli: number;
  lowMilli: number;
  readonly openMilli: number;
  shares = 0;
  fen = 0;

  constructor(openMilli: number) {
    this.lastMilli = this.highMilli = this.lowMilli = this.openMilli = openMilli;
  }

  trade(lastMilli: number, yuan: number, bought: number): void {
    for (const askMilli of [this.lastMilli, lastMilli]) {
      this.#print(askMilli, (yuan / 2) * bought);
      this.#print(askMilli - tick, (yuan / 2) * (1 - bought));
    }
    this.lastMilli = lastMilli;
    this.highMilli = Math.max(this.highMilli, lastMilli);
    this.lowMilli = Math.min(this.lowMilli, lastMilli);
  }

  #print(milli: number, yuan: number): void {
    const shares = Math.round((yuan * 1000) / milli);
    this.shares += shares;
    this.fen += (shares * milli) / 10;
  }
}

function quoteOf(no: number, tsMs: number, preCloseMilli: number, day: Totals, { word }: Pick<Frame, 'word'>, code: number): Quote {
  const { lastMilli } = day;
  const shares = Math.round((levelYuan * (word === 'thin' ? 0.025 : 1) * 1000) / lastMilli / 100) * 100;
  const locked = word === 'locked';
  const side = (bestMilli: number, step: number) =>
    Array.from({ length: bookLevels }, (_, level) => [bestMilli + step * level, shares] as const);
  return {
    instrumentNo: no,
    tsExchangeMs: tsMs,
    phaseCode: code,
    flags: 0,
    lastMilli,
    preCloseMilli,
    openMilli: day.openMilli,
    highMilli: day.highMilli,
    lowMilli: day.lowMilli,
    limitUpMilli: null,
    limitDownMilli: null,
    volumeShares: day.shares,
    amountYuan: day.fen / 100,
    outerShares: null,
    innerShares: null,
    bids: side(locked ? lastMilli : lastMilli - tick, -tick),
    asks: locked ? [] : side(lastMilli, tick),
  };
}

function marketQuotes(scenario: Scenario, no: number): Quote[] {
  const { frames, market } = scenario;
  const day = new Totals(otherPriceMilli);
  const quotes: Quote[] = [];
  for (const [, tsMs] of slots(scenario, frames[0]!.sec, frames.at(-1)!.sec)) {
    const lastMilli = Math.round((otherPriceMilli * (1 + marketChange(market, (tsMs - midnightOf(scenario.date)) / 1000))) / tick) * tick;
    day.trade(lastMilli, (otherAdv20 / minutesPerDay / 60) * slotSec, 0.5);
    quotes.push(quoteOf(no, tsMs, otherPriceMilli, day, { word: null }, phaseCode.continuous));
  }
  return quotes;
}

function marketChange(market: readonly MarketFrame[], sec: number): number {
  const next = market.findIndex((each) => each.sec > sec);
  if (next === 0 || market.length === 0) return market[0]?.change ?? 0;
  if (next === -1) return market.at(-1)!.change;
  const [a, b] = [market[next - 1]!, market[next]!];
  return a.change + ((sec - a.sec) / (b.sec - a.sec)) * (b.change - a.change);
}
