/**
 * The three forecasts of the limit family: whom each is about, what it knows when it speaks, what came, and what one number alone says.
 * Coefficients with their source: models.json. Definitions: contracts/spec/limit-forecasts.md.
 */
import { clamp, log, sigmoid } from '../../../contracts/math.ts';
import { isAtLimit, type LimitDays, type MarketDay, type Session } from './days.ts';
import shipped from './models.json' with { type: 'json' };

export const limitEvents = ['touch', 'second-board', 'next-open'] as const;
export type LimitEvent = (typeof limitEvents)[number];

/** One forecast: when it was made, what is said, what the naive ranking says (NaN: unknown), what came. */
export type Forecast = { readonly day: number; readonly p: number; readonly naive: number; readonly came: boolean };

type Features = Readonly<Record<string, number>>;
export type LimitModel = {
  readonly features: readonly string[];
  readonly w: Features;
  readonly b: number;
  /** In place of what is unknown. */
  readonly median: Features;
  /** Quantiles .005 and .995 of the days it was fitted on: nothing is taken for more than they saw. */
  readonly clip: Readonly<Record<string, readonly number[]>>;
  readonly train: { readonly days: number; readonly n: number; readonly first: string; readonly last: string };
  /** How it did on later days (`fenshi evaluate limit`): share that came, 95 % of the AUC, and of the AUC less the naive ranking's. */
  readonly later: {
    readonly from: string;
    readonly to: string;
    readonly days: number;
    readonly n: number;
    readonly base: number;
    readonly auc95: readonly number[];
    readonly ahead95: readonly number[];
  };
};
export const limitModels: Readonly<Record<LimitEvent, LimitModel>> = shipped.models;

type Definition = {
  readonly isAbout: (session: Session) => boolean;
  readonly features: (session: Session, market: readonly MarketDay[]) => Features;
  readonly naive: (session: Session) => number;
  readonly came: (session: Session, next: Session | null) => boolean;
  /** Whether what came is known only at the next session's open. */
  readonly needsNext: boolean;
};

const advMin = 30e6;
/** Round trip of a share bought at the close and sold at the next open: commissions, stamp tax, and a tick. */
export const closeCost = (close: number): number => 0.00122 + 0.01 / close;
const lnIn = (x: number, lo: number, hi: number): number => log(clamp(x, lo, hi));
const gapOf = ({ open, preClose }: Session): number => open / preClose - 1;
export const isTradable = ({ isRiskWarning, adv }: Session): boolean => !isRiskWarning && adv > advMin;
const opensUnderLimit = ({ open, upLimit }: Session): boolean => !isAtLimit(open, upLimit);

/** What the close of a sealed session shows. */
function sealFeatures(session: Session): Features {
  const { listed, amount, adv, turnover, boards } = session;
  return {
    ftm: listed === null ? Number.NaN : clamp(listed.firstMinute, -5, 240),
    lsealT: listed === null ? Number.NaN : lnIn(listed.sealAmount / amount, 1e-3, 10),
    lfd: listed === null ? Number.NaN : lnIn(listed.sealAmount, 1e6, 1e10),
    opens: listed === null ? Number.NaN : Math.min(listed.opens, 10),
    lrv: lnIn(amount / adv, 0.1, 20),
    lturn: lnIn(turnover, 0.1, 60),
    b2: boards === 2 ? 1 : 0,
    b3: boards >= 3 ? 1 : 0,
  };
}

export const limitDefinitions: Readonly<Record<LimitEvent, Definition>> = {
  touch: {
    isAbout: (session) => isTradable(session) && session.before !== null && opensUnderLimit(session),
    features: (session) => {
      const before = session.before!;
      const gap = gapOf(session);
      return {
        gpos: Math.max(gap, 0),
        gneg: Math.min(gap, 0),
        plu_: before.sealed ? 1 : 0,
        pfail: before.touched && !before.sealed ? 1 : 0,
        pret: before.close / before.preClose - 1,
        lprv: lnIn(before.amount / before.adv, 0.1, 20),
        lpturn: lnIn(before.turnover, 0.05, 60),
        ladv: log(session.adv),
        lop: log(session.open),
        wide: session.isWide ? 1 : 0,
      };
    },
    naive: (session) => gapOf(session) / session.limit,
    came: ({ touched }) => touched,
    needsNext: false,
  },
  'second-board': {
    isAbout: (session) => {
      const { before } = session;
      return isTradable(session) && before?.sealed === true && !before.oneWord && before.listed !== null && opensUnderLimit(session);
    },
    features: (session) => {
      const { ftm, lsealT, opens, lrv, lturn, b2, b3 } = sealFeatures(session.before!);
      return {
        gap: gapOf(session),
        y_ftm: ftm!,
        y_lsealT: lsealT!,
        y_opens: opens!,
        y_lrv: lrv!,
        y_lturn: lturn!,
        yb2: b2!,
        yb3: b3!,
        wide: session.isWide ? 1 : 0,
        lop: log(session.open),
      };
    },
    naive: (session) => gapOf(session) / session.limit,
    came: ({ sealed }) => sealed,
    needsNext: false,
  },
  'next-open': {
    isAbout: (session) => isTradable(session) && session.sealed && !session.oneWord && session.listed !== null,
    features: (session, market) => {
      const { sealed, broken } = market[session.day]!;
      return { ...sealFeatures(session), lpx: log(session.close), wide: session.isWide ? 1 : 0, nlu: log(sealed), broken };
    },
    naive: ({ listed, amount }) => listed!.sealAmount / amount,
    came: ({ close }, next) => next!.open / next!.preClose - 1 - closeCost(close) > 0,
    needsNext: true,
  },
};

/** sigmoid(b + Σ w·x), x clipped to what the fit has seen, unknown ones at its median. */
export function probabilityOf({ features, w, b, median, clip }: LimitModel, x: Features): number {
  let z = b;
  for (const id of features) {
    const value = x[id]!;
    const [lo, hi] = clip[id]! as [number, number];
    z += w[id]! * clamp(Number.isNaN(value) ? median[id]! : value, lo, hi);
  }
  return sigmoid(z);
}

/** Every forecast of an event from day `from` on, in the order of the days. Earlier days are history only. */
export function forecastsOf(event: LimitEvent, { sessions, days }: LimitDays, from: number): Forecast[] {
  const { isAbout, features, naive, came, needsNext } = limitDefinitions[event];
  const nextOf = new Map<Session, Session>();
  if (needsNext) for (const session of sessions) if (session.before !== null) nextOf.set(session.before, session);
  return sessions.flatMap((session) => {
    const next = nextOf.get(session) ?? null;
    if (session.day < from || !session.isWhole || !isAbout(session) || (needsNext && next === null)) return [];
    const p = probabilityOf(limitModels[event], features(session, days));
    return [{ day: session.day, p, naive: naive(session), came: came(session, next) }];
  });
}
