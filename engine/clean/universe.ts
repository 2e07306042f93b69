/** What is fixed for the day about each symbol, in columns by row; built once from the bundle. */
import type { Bundle, Instrument } from '../../contracts/bundle.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { type Exchange, exchangeOf, exchanges, type InstrumentId, instrumentId, subjectToken } from '../../contracts/units.ts';
import { Profiles } from './profiles.ts';

/** Yuan a day under which a symbol may be silent for a minute without being stale (contracts/spec/quality.md#silence). */
const illiquidAdv = 20_000_000;
/** Stands for an unknown adv20, so that minute profiles have a scale; xs profiles rescale it by today's own ratio. */
export const assumedAdv20 = 300_000_000;

export type Universe = {
  readonly count: number;
  readonly instruments: readonly Instrument[];
  /** `symbol.SH.600519` by row. */
  readonly actorIds: readonly string[];
  /** `600519.SH` by row. */
  readonly ids: readonly InstrumentId[];
  readonly exchange: readonly Exchange[];
  readonly limitUp: Int32Array;
  readonly limitDown: Int32Array;
  /** 1 where the limits were told, or it was told that there are none; 0 where they are computed or unknown. */
  readonly limitTold: Uint8Array;
  readonly preClose: Int32Array;
  readonly adv20: Float64Array;
  /** Seconds without an accepted quote after which a symbol is stale: 15, or 60 when thinly traded. */
  readonly staleSec: Int32Array;
  /** 1 where the profile is the symbol's own; bound of its z-scores; daily deviation. */
  readonly ownProfile: Uint8Array;
  readonly zMax: Float64Array;
  readonly sigmaDay: Float64Array;
  /** 1 for a suspended symbol, one without a limit today, one under risk warning. */
  readonly suspended: Uint8Array;
  readonly noLimit: Uint8Array;
  readonly riskWarning: Uint8Array;
  readonly profiles: Profiles;
  /** By profile: 99 % print by bucket as a share of adv20; null where unknown. */
  readonly amountQ99: readonly (readonly number[] | null)[];
  /** Row of an instrument number, or −1. */
  readonly rowOf: (no: number) => number;
};

/** A borrowed profile is not trusted past four sigma. */
const borrowedZMax = 4;
const isOwn = ({ profileSource }: Instrument): number => (profileSource === 'own' ? 1 : 0);
const milliOr = (milli: number | null): number => milli ?? absentMilli;

export function universeOf(bundle: Bundle): Universe {
  const { instruments } = bundle;
  const rows = rowIndex(instruments);
  const ints = (pick: (instrument: Instrument) => number) => Int32Array.from(instruments, pick);
  const flags = (pick: (instrument: Instrument) => boolean) => Uint8Array.from(instruments, (each) => (pick(each) ? 1 : 0));
  return {
    count: instruments.length,
    instruments,
    actorIds: instruments.map(({ no }) => `symbol.${subjectToken(no)}`),
    ids: instruments.map(({ no }) => instrumentId(no)),
    exchange: instruments.map(({ no }) => exchangeOf(no)),
    limitUp: ints((each) => (each.noLimit ? absentMilli : milliOr(each.limitUpMilli))),
    limitDown: ints((each) => (each.noLimit ? absentMilli : milliOr(each.limitDownMilli))),
    limitTold: Uint8Array.from(instruments, ({ limitSource }) => (limitSource === 'told' || limitSource === 'none' ? 1 : 0)),
    preClose: ints((each) => milliOr(each.preCloseMilli)),
    adv20: Float64Array.from(instruments, (each) => each.adv20Yuan ?? assumedAdv20),
    staleSec: ints((each) => ((each.adv20Yuan ?? assumedAdv20) < illiquidAdv ? 60 : 15)),
    ownProfile: Uint8Array.from(instruments, isOwn),
    zMax: Float64Array.from(instruments, (each) => (isOwn(each) === 1 ? Number.POSITIVE_INFINITY : borrowedZMax)),
    sigmaDay: Float64Array.from(instruments, ({ sigmaDay }) => sigmaDay),
    suspended: flags(({ suspended }) => suspended),
    noLimit: flags(({ noLimit }) => noLimit),
    riskWarning: flags(({ riskWarning }) => riskWarning),
    profiles: new Profiles(bundle),
    amountQ99: bundle.profiles.map((each) => each.amountQ99),
    rowOf: (no) => (no < rows.length ? rows[no]! : noRow) - 1,
  };
}

/** Exchange and code are the index: 8 MB against a hash of every row of every batch. Element = row + 1, 0 for none. */
function rowIndex(instruments: readonly Instrument[]): Uint16Array {
  const known = rowsOf.get(instruments);
  if (known !== undefined) return known;
  if (instruments.length > 65_534) throw new RangeError('a cell holds at most 65,534 instruments');
  const rows = new Uint16Array(4_000_000);
  for (const [row, { no }] of instruments.entries()) rows[no] = row + 1;
  rowsOf.set(instruments, rows);
  return rows;
}
/** Cells of one bundle read one index. */
const rowsOf = new WeakMap<readonly Instrument[], Uint16Array>();
const noRow = 0;

export const exchangeIndex = (exchange: Exchange): number => exchanges.indexOf(exchange);
