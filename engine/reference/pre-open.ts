/**
 * The day's bundle of a live run, before the open: who is listed, at which reference price and limits, with which history and sectors.
 * Each part comes from the best that is at hand; what is missing is said in a sentence, and since when.
 *
 * Order     engine/feeds/reference/sources.ts: Tushare where there is a token, the sources in theirs, the day before, the library
 * ST        only a dated record is valid for a past day; today's name is a fallback for today and says so
 */
import { type Bundle, bundleConfig, type DayConfig, type Instrument, type Sector } from '../../contracts/bundle.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type Board, boardOf } from '../../contracts/instruments.ts';
import { midnightOf, tradeDateOf } from '../../contracts/session.ts';
import { instrumentId, type TradeDate } from '../../contracts/units.ts';
import { adjustedCloses, boardsIn, type DayClose } from './boards.ts';
import { listingDayN, nextTradingDay, tradingDaysUntil } from './calendar.ts';
import { type DayRecord, flowNormOf, historyOf, sigmaOf } from './history.ts';
import { isNoLimitDay, type LimitStatus, limitPrices, limitRate } from './price-limits.ts';
import { flowAssumption, givenModels, realForecasts, registeredDetectors, shippedProfile, withModels } from './shipped.ts';

/** One instrument as a source tells it before the open. */
export type Listed = {
  readonly no: number;
  readonly name: string;
  readonly industry: string | null;
  readonly listDate: TradeDate | null;
  readonly floatShares: number | null;
  /** Past its first days, as an earlier bundle knows. */
  readonly seasoned?: boolean;
};
export type Reference = {
  readonly preCloseMilli: number | null;
  readonly limitUpMilli: number | null;
  readonly limitDownMilli: number | null;
  /** The source says that there is no limit: not the same as saying none. */
  readonly noLimit?: boolean;
  readonly floatShares: number | null;
  readonly date: TradeDate;
};

/** Where the parts come from; each may be absent. */
export type PreOpenSources = {
  readonly listed: () => Promise<readonly Listed[]>;
  /** Reference prices and limits of the day, by instrument. */
  readonly references: (instruments: readonly number[], date: TradeDate) => Promise<ReadonlyMap<number, Reference>>;
  readonly history: (instruments: readonly number[], date: TradeDate) => Promise<ReadonlyMap<number, readonly DayRecord[]>>;
  readonly closes: (instruments: readonly number[], date: TradeDate) => Promise<ReadonlyMap<number, readonly DayClose[]>>;
  readonly sectors: (date: TradeDate) => Promise<readonly Sector[]>;
  readonly monitored: () => Promise<readonly number[]>;
  /** What was unavailable, in sentences; requested last. */
  readonly remarks: () => readonly string[];
  /** Where each part came from. */
  readonly openedWith?: () => Readonly<Record<string, string>>;
};

const sigmaOfBoard: Readonly<Record<Board, number>> = { MAIN: 0.024, CHINEXT: 0.032, STAR: 0.032, BSE: 0.035 };
const profileDays = 10;
const countedDays = 60;
const newForMs = 120 * 86_400_000;

/** @throws FenshiError REFERENCE_MISSING when nobody can say what is listed */
export async function preOpenBundle(date: TradeDate, config: DayConfig, from: PreOpenSources): Promise<Bundle> {
  const listed = (await from.listed()).filter(({ no }) => boardOf(no) !== null);
  if (listed.length === 0) throw new FenshiError('REFERENCE_MISSING', ['no source lists the instruments.', ...from.remarks()].join(' '));
  const numbers = listed.map(({ no }) => no).sort((a, b) => a - b);
  const [references, history, closes, sectors, monitored] = await Promise.all([
    from.references(numbers, date),
    from.history(numbers, date),
    from.closes(numbers, date),
    from.sectors(date),
    from.monitored(),
  ]);
  const profiles: Bundle['profiles'] = [shippedProfile()];
  const byNo = new Map(listed.map((each) => [each.no, each]));
  const notes = new Notes();
  let ownFlow = 0;
  const week = tradingDaysUntil(tradeDateOf(midnightOf(date) - 1), 5);
  const yesterday = week.at(-1)!;
  const instruments = numbers.map((no): Instrument => {
    const each = byNo.get(no)!;
    const reference = references.get(no);
    const days = history.get(no) ?? [];
    const own = historyOf(instrumentId(no), days);
    const flow = flowNormOf(days);
    if (own === null) notes.add('profile', instrumentId(no));
    if (flow === null) notes.add('flow', instrumentId(no));
    else ownFlow += 1;
    const ownProfile = own?.profile ?? (flow === null ? null : { ...shippedProfile(), id: `flow-${instrumentId(no)}`, ...flow });
    if (ownProfile !== null) profiles.push(ownProfile);
    const priced = pricesOf(each, reference, date, notes);
    // boards, highs and volumes are yesterday's or unknown: what an older day says of them is wrong
    const newest = days.at(-1)?.date === yesterday ? days.at(-1)! : null;
    if (newest === null && days.length > 0) notes.since(days.at(-1)!.date!);
    const ended = closes.get(no) ?? [];
    const known = ended[0]?.date === yesterday ? ended : [];
    if (known.length === 0) notes.add('closes', instrumentId(no));
    return {
      no,
      name: each.name,
      floatShares: each.floatShares ?? reference?.floatShares ?? null,
      adv20Yuan: own?.adv20 ?? null,
      sigmaDay: sigmaOf(days, sigmaOfBoard[boardOf(no)!]),
      prevVolumes: days
        .filter((day) => day.date !== undefined && week.includes(day.date))
        .reverse()
        .map(({ volume }) => volume),
      prevHighMilli: newest?.highMilli ?? null,
      boards: boardsIn(known, boardOf(no)!, readName(each.name).status),
      recentCloses: adjustedCloses(known, priced.preCloseMilli).slice(0, 30),
      profile: ownProfile === null ? 0 : profiles.length - 1,
      profileSource: own === null ? 'xs' : 'own',
      ...priced,
    };
  });
  if (sectors.length === 0) notes.add('sectors', 'all');
  return {
    v: 3,
    tradeDate: date,
    origin: 'live',
    instruments,
    profiles,
    sectors: [...sectors],
    monitored: [...monitored],
    detectors: registeredDetectors(config),
    ...realForecasts,
    calibration: withModels(realForecasts.calibration, config.models),
    ...givenModels(config),
    config: bundleConfig(config),
    openedWith: openedWith(from, instruments, ownFlow),
    assumed: [...notes.sentences(numbers.length), ...from.remarks()],
  };
}

function openedWith(from: PreOpenSources, instruments: readonly Instrument[], ownFlow: number): Record<string, string> {
  const limits = new Map<string, number>();
  for (const { limitSource } of instruments) limits.set(limitSource, (limits.get(limitSource) ?? 0) + 1);
  return {
    ...from.openedWith?.(),
    limits: [...limits].map(([source, n]) => `${source} ${n}`).join(', '),
    profiles: `own ${instruments.filter(({ profileSource }) => profileSource === 'own').length} of ${instruments.length}`,
    flow: `own ${ownFlow} of ${instruments.length}`,
  };
}

type Priced = Pick<
  Instrument,
  | 'board'
  | 'riskWarning'
  | 'delisting'
  | 'listingDayN'
  | 'listing'
  | 'noLimit'
  | 'exDate'
  | 'suspended'
  | 'preCloseMilli'
  | 'limitUpMilli'
  | 'limitDownMilli'
  | 'limitSource'
  | 'limitRate'
>;

function pricesOf({ no, name, listDate, seasoned }: Listed, reference: Reference | undefined, date: TradeDate, notes: Notes): Priced {
  const board = boardOf(no)!;
  const named = readName(name);
  const { riskWarning, delisting, status, exDate } = named;
  if (riskWarning) notes.add('st', instrumentId(no));
  const { listing, dayN, noLimit: noLimitByRule } = listingOf(board, listDate, named.newDays, seasoned === true, date);
  if (listing === 'unknown') notes.add('listing', instrumentId(no));
  const today = reference?.date === date ? reference : undefined;
  // on an ex-date yesterday's close is not the reference price: better none than a wrong one
  const preCloseMilli = today === undefined && exDate ? null : (reference?.preCloseMilli ?? null);
  if (today === undefined) notes.add(exDate ? 'exDate' : 'reference', instrumentId(no));
  const rate = limitRate(board, status, date);
  const told =
    today !== undefined && today.limitUpMilli !== null && today.limitDownMilli !== null
      ? { upMilli: today.limitUpMilli, downMilli: today.limitDownMilli }
      : null;
  const limitSource =
    told !== null ? 'told' : today?.noLimit === true || noLimitByRule ? 'none' : preCloseMilli === null ? 'unknown' : 'rule';
  const limits = told ?? (limitSource === 'rule' ? limitPrices(board, preCloseMilli!, rate) : null);
  if (limitSource === 'rule') notes.add('computed', instrumentId(no));
  if (told !== null && preCloseMilli !== null && limitPrices(board, preCloseMilli, rate).upMilli !== told.upMilli)
    notes.add('rule', instrumentId(no));
  return {
    board,
    riskWarning,
    delisting,
    listingDayN: dayN,
    listing,
    noLimit: limitSource === 'none',
    exDate,
    suspended: false,
    preCloseMilli,
    limitUpMilli: limits?.upMilli ?? null,
    limitDownMilli: limits?.downMilli ?? null,
    limitSource,
    limitRate: limitSource === 'none' ? null : rate / 100,
  };
}

/** Days 1 and 2 to 5 of a listing, as the exchanges' N and C tell them. */
type NewDays = readonly [from: number, to: number] | null;

/** What is known of a listing's age: its date where somebody tells it, else the prefix of today's name, else nothing. */
function listingOf(
  board: Board,
  listDate: TradeDate | null,
  newDays: NewDays,
  seasoned: boolean,
  date: TradeDate,
): { readonly listing: Instrument['listing']; readonly dayN: number | null; readonly noLimit: boolean } {
  if (listDate !== null) {
    // long listed, perhaps before the calendar begins: the count matters for the first weeks only
    const isNew = midnightOf(date) - midnightOf(listDate) < newForMs;
    const dayN = isNew ? listingDayN(listDate, date, countedDays) : null;
    return { listing: dayN === null ? 'seasoned' : 'new', dayN, noLimit: dayN !== null && isNoLimitDay(board, dayN, date) };
  }
  if (newDays === null) return { listing: seasoned ? 'seasoned' : 'unknown', dayN: null, noLimit: false };
  const [from, to] = newDays;
  // a span of days is without a limit only if its last day is
  return { listing: 'new', dayN: from === to ? from : null, noLimit: isNoLimitDay(board, to, date) };
}

/** What today's name says. Valid for today only (contracts/spec/market.md#boards). */
export function readName(name: string): {
  readonly riskWarning: boolean;
  readonly delisting: boolean;
  readonly exDate: boolean;
  readonly newDays: NewDays;
  readonly status: LimitStatus;
} {
  const full = name.normalize('NFKC').replace(/\s+/gu, '');
  const newDays = /^N(?=.*\p{Script=Han})/u.test(full)
    ? ([1, 1] as const)
    : /^C(?=.*\p{Script=Han})/u.test(full)
      ? ([2, 5] as const)
      : null;
  const bare = newDays === null ? full : full.slice(1);
  const exDate = /^(XD|XR|DR)/.test(bare);
  const rest = bare.replace(/^(XD|XR|DR)/, '');
  const riskWarning = /^S?\*?ST/.test(rest);
  const delisting = /退$/.test(rest) || /^退市/.test(rest);
  const sShare = /^S(?!T)/.test(rest) && !/^S\*?ST/.test(rest) && /[\u4e00-\u9fff]/.test(rest.slice(1, 2));
  return {
    riskWarning,
    delisting,
    exDate,
    newDays,
    status: delisting ? 'delisting' : riskWarning ? 'riskWarning' : sShare ? 'sShare' : 'normal',
  };
}

/** What had to be assumed, gathered into sentences. */
class Notes {
  readonly #of = new Map<string, string[]>();

  #newest = '';

  /** Minutes of a symbol end on `date`, which is not yesterday. */
  since(date: TradeDate): void {
    if (date > this.#newest) this.#newest = date;
  }

  add(what: 'profile' | 'flow' | 'st' | 'listing' | 'computed' | 'reference' | 'exDate' | 'rule' | 'sectors' | 'closes', id: string): void {
    const ids = this.#of.get(what);
    if (ids === undefined) this.#of.set(what, [id]);
    else ids.push(id);
  }

  sentences(all: number): string[] {
    const said: Readonly<Record<string, (ids: readonly string[]) => string>> = {
      profile: (ids) =>
        `Fewer than ${profileDays} earlier days for ${some(ids, all)}: shipped board profile scaled by today's own ratio, |z| ≤ 4, adv20 unknown. \`fenshi data backfill\` fills them.`,
      flow: (ids) =>
        ids.length === all
          ? flowAssumption
          : `Fewer than 3 days with the book for ${some(ids, all)}: what is usual of active buying (netZ) is that of other symbols.`,
      st: (ids) => `Risk warning of ${some(ids, all)} is read from today's name: valid for today only.`,
      listing: (ids) =>
        `No source says since when ${some(ids, all)} are listed, and no name begins with N or C: they are taken to be past their first days.`,
      computed: (ids) =>
        `Limits of ${some(ids, all)} are by the dated rule, told by no source: a price outside them makes them unknown, and stands.`,
      reference: (ids) =>
        `No reference price of today for ${some(ids, all)}: the last known close stands in, limits are by the dated rule.`,
      exDate: (ids) =>
        `${some(ids, all)} trade ex rights today and no source has told the adjusted reference price: reference price and limits are unknown until the feed tells them.`,
      closes: (ids) => `No close of yesterday for ${some(ids, all)}: consecutive boards count as 0, regulatory headroom is unknown.`,
      rule: (ids) => `The source's limits of ${some(ids, all)} differ from the dated rule: the source's hold.`,
      sectors: () => 'No sector membership is known: sector features are null.',
    };
    const stale =
      this.#newest === ''
        ? []
        : [`Minutes are known up to ${this.#newest} only, missing since ${nextTradingDay(this.#newest)}: previous highs are unknown.`];
    return [...[...this.#of].map(([what, ids]) => said[what]!(ids)), ...stale];
  }
}

const some = (ids: readonly string[], all: number): string =>
  ids.length === all ? 'all instruments' : ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;
