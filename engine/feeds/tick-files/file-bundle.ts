/** The bundle of a day of a tick file: what the file itself and the dated rules can say, and a sentence for every guess. */
import { type Bundle, bundleConfig, type Instrument } from '../../../contracts/bundle.ts';
import type { Config } from '../../../contracts/config.ts';
import { type Board, boardOf } from '../../../contracts/instruments.ts';
import { absentMilli, type Quote } from '../../../contracts/quote.ts';
import { isContinuous, minuteOf, phaseOf, tsecOf } from '../../../contracts/session.ts';
import { instrumentId, type TradeDate } from '../../../contracts/units.ts';
import { assumedAdv20 } from '../../clean/universe.ts';
import { type DayRecord, historyOf, sigmaOf } from '../../reference/history.ts';
import { limitPrices, limitRate } from '../../reference/price-limits.ts';
import { flowAssumption, givenModels, realForecasts, registeredDetectors, shippedProfile, withModels } from '../../reference/shipped.ts';

/** Daily deviation of log returns by board, towards which a symbol's few earlier days are shrunk. */
const assumedSigma: Readonly<Record<Board, number>> = { MAIN: 0.024, CHINEXT: 0.032, STAR: 0.032, BSE: 0.035 };

export type DayFacts = {
  readonly date: TradeDate;
  /** Previous close of each instrument that has a row; null where no row tells it. */
  readonly preClose: ReadonlyMap<number, number | null>;
  readonly earlier: ReadonlyMap<number, readonly DayRecord[]>;
};

/** What a bundle needs of a day's rows: each instrument's previous close, as its earliest row with one tells it. */
export class Facts {
  readonly preClose = new Map<number, number | null>();
  readonly #toldMs = new Map<number, number>();

  add({ instrumentNo, tsExchangeMs, preCloseMilli }: Quote): void {
    const toldMs = this.#toldMs.get(instrumentNo) ?? Number.POSITIVE_INFINITY;
    if (preCloseMilli === null || tsExchangeMs >= toldMs) {
      if (!this.preClose.has(instrumentNo)) this.preClose.set(instrumentNo, preCloseMilli);
      return;
    }
    this.preClose.set(instrumentNo, preCloseMilli);
    this.#toldMs.set(instrumentNo, tsExchangeMs);
  }
}

export function fileBundle({ date, preClose, earlier }: DayFacts, config: Config): Bundle {
  const profiles: Bundle['profiles'] = [shippedProfile()];
  const instruments: Instrument[] = [];
  const borrowed: string[] = [];
  for (const no of [...preClose.keys()].sort((a, b) => a - b)) {
    const board = boardOf(no);
    if (board === null) continue;
    const days = earlier.get(no) ?? [];
    const history = historyOf(instrumentId(no), days);
    if (history === null) borrowed.push(instrumentId(no));
    else profiles.push(history.profile);
    const preCloseMilli = preClose.get(no) ?? null;
    const rate = limitRate(board, 'normal', date);
    const limits = preCloseMilli === null ? null : limitPrices(board, preCloseMilli, rate);
    instruments.push({
      no,
      name: instrumentId(no),
      board,
      riskWarning: false,
      delisting: false,
      listingDayN: null,
      listing: 'unknown',
      noLimit: false,
      exDate: false,
      suspended: false,
      preCloseMilli,
      limitUpMilli: limits?.upMilli ?? null,
      limitDownMilli: limits?.downMilli ?? null,
      limitSource: limits === null ? 'unknown' : 'rule',
      limitRate: rate / 100,
      floatShares: null,
      adv20Yuan: history?.adv20 ?? null,
      sigmaDay: sigmaOf(days, assumedSigma[board]),
      prevVolumes: days
        .slice(-5)
        .reverse()
        .map(({ volume }) => volume),
      boards: 0,
      recentCloses: [],
      prevHighMilli: days.at(-1)?.highMilli ?? null,
      profile: history === null ? 0 : profiles.length - 1,
      profileSource: history === null ? 'xs' : 'own',
    });
  }
  return {
    v: 3,
    tradeDate: date,
    origin: 'vendor-file',
    instruments,
    profiles,
    sectors: [],
    monitored: [],
    detectors: registeredDetectors(config),
    ...realForecasts,
    calibration: withModels(realForecasts.calibration, config.models),
    ...givenModels(config),
    config: bundleConfig(config),
    assumed: assumptions(borrowed),
  };
}

function assumptions(borrowed: readonly string[]): string[] {
  const general = [
    'Boards are read from codes; no instrument is under risk warning, new, ex-dividend or suspended.',
    'Float shares are unknown: turnover and large-print features are null.',
    flowAssumption,
  ];
  if (borrowed.length === 0) return general;
  return [
    ...general,
    `Fewer than ten earlier days for ${borrowed.join(', ')}: shipped board profile scaled by today's own ratio, |z| ≤ 4, adv20 unknown (stands at ${assumedAdv20 / 1e6} M yuan only as a scale).`,
  ];
}

/** Folds a finished day, its rows in order, into what later days may know of each symbol. */
export function recordsOf(quotes: Iterable<Quote>): Map<number, DayRecord> {
  const records = new Map<number, { amounts: Float64Array; closes: Float64Array; volume: number; highMilli: number; amount: number }>();
  for (const quote of quotes) {
    if (!isContinuous(phaseOf(quote.tsExchangeMs)) || quote.lastMilli === null || quote.amountYuan === null) continue;
    let record = records.get(quote.instrumentNo);
    if (record === undefined) {
      record = {
        amounts: new Float64Array(240),
        closes: new Float64Array(240).fill(Number.NaN),
        volume: 0,
        highMilli: absentMilli,
        amount: quote.amountYuan,
      };
      records.set(quote.instrumentNo, record);
    }
    const m = minuteOf(tsecOf(quote.tsExchangeMs));
    record.amounts[m]! += Math.max(0, quote.amountYuan - record.amount);
    record.amount = Math.max(record.amount, quote.amountYuan);
    record.closes[m] = quote.lastMilli;
    record.volume = Math.max(record.volume, quote.volumeShares ?? 0);
    record.highMilli = Math.max(record.highMilli, quote.lastMilli);
  }
  return records;
}
