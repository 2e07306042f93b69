/**
 * Which opportunity a raised signal belongs to, and whether a new one may open (contracts/spec/lifecycle.md#identity). Pure: records in, verdict out.
 *
 * Key       entity, direction, family. Several may be live under one key when their impulses differ
 * Join      within the family's merge gap of the last support, and the same impulse
 * Reopen    within 120 trading seconds of an end by DECAY, UNCONFIRMED or DATA, once, while it is not archived: same id
 * Cool-down a key, by the end's reason; overridden by a score that beats the former peak by 0.15
 */
import { familyTraits } from '../../actors/opportunity/families.ts';
import { logit } from '../../contracts/math.ts';
import type { EndReason, Family } from '../../contracts/opportunity.ts';
import type { Direction } from '../../contracts/signal.ts';

/** A live opportunity of a key. tsec of its birth and of the last signal that stood by it. */
export type Life = {
  readonly id: string;
  readonly p0Milli: number;
  readonly openedTsec: number;
  readonly supportTsec: number;
  readonly reopened: boolean;
};
/** The one that ended last and may be reopened; null once archived. */
export type Ended = { readonly id: string; readonly tsec: number; readonly reason: EndReason | null; readonly reopened: boolean };

/** What is remembered about a key for the day. Plain data. */
export type KeyRecord = {
  readonly seqNo: number;
  readonly lives: readonly Life[];
  readonly last: Ended | null;
  readonly coolUntilTsec: number;
  /** Highest score of the key's opportunities so far; what an override must beat. */
  readonly peakScore: number;
  readonly stops: number;
};

export const newKey: KeyRecord = {
  seqNo: 0,
  lives: [],
  last: null,
  coolUntilTsec: Number.NEGATIVE_INFINITY,
  peakScore: 0,
  stops: 0,
};

export const keyOf = (entityId: string, direction: Direction, family: Family): string => `${entityId}|${direction}|${family}`;

export type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'join'; readonly id: string }
  | { readonly kind: 'reopen'; readonly id: string }
  | { readonly kind: 'suppress'; readonly reason: SuppressReason };
export const suppressReasons = ['RISK_FROZEN', 'K1_FEED', 'CAPACITY', 'COOL_DOWN', 'NO_ROOM', 'OVERLAP'] as const;
export type SuppressReason = (typeof suppressReasons)[number];

const reopenSec = 120;
const reopenReasons: readonly (EndReason | null)[] = ['DECAY', 'UNCONFIRMED', 'DATA'];
const overrideScore = 0.15;
/** Two impulses are one when they begin within 0.5 %, or within 0.6 σ of a quarter of an hour. */
const sameImpulse = { share: 0.005, sigmas: 0.6, beforeSec: 60 } as const;

/** A raised signal as the manager judges it. */
export type Raise = {
  readonly family: Family;
  readonly tsec: number;
  readonly score: number | null;
  readonly p0Milli: number;
  /** tsec at which its impulse began. */
  readonly t0Tsec: number;
  /** σ over 15 minutes as a fraction; NaN where unknown. */
  readonly sigma900: number;
};
export type Openness = { readonly live: number; readonly liveMax: number; readonly riskLevel: number; readonly feedHealthy: boolean };

export function judge(record: KeyRecord, raise: Raise, now: Openness): Verdict {
  const joined = record.lives.find((life) => belongs(life, raise));
  if (joined !== undefined) return { kind: 'join', id: joined.id };
  if (now.riskLevel >= 3) return suppress('RISK_FROZEN');
  if (!now.feedHealthy) return suppress('K1_FEED');
  if (now.live >= now.liveMax) return suppress('CAPACITY');
  const { last } = record;
  if (last !== null && !last.reopened && raise.tsec - last.tsec < reopenSec && reopenReasons.includes(last.reason)) {
    return { kind: 'reopen', id: last.id };
  }
  const overrides = raise.score !== null && raise.score >= record.peakScore + overrideScore;
  return raise.tsec < record.coolUntilTsec && !overrides ? suppress('COOL_DOWN') : { kind: 'open' };
}
const suppress = (reason: SuppressReason): Verdict => ({ kind: 'suppress', reason });

function belongs(life: Life, { family, tsec, t0Tsec, p0Milli, sigma900 }: Raise): boolean {
  if (tsec - life.supportTsec > familyTraits[family].mergeGapSec) return false;
  if (t0Tsec >= life.openedTsec - sameImpulse.beforeSec) return true;
  const apart = Math.abs(p0Milli / life.p0Milli - 1);
  return apart <= sameImpulse.share || apart <= sameImpulse.sigmas * sigma900;
}

export const opened = (record: KeyRecord, life: Omit<Life, 'supportTsec' | 'reopened'>, score: number | null): KeyRecord => ({
  ...record,
  seqNo: record.seqNo + 1,
  lives: [...record.lives, { ...life, supportTsec: life.openedTsec, reopened: false }],
  peakScore: Math.max(record.peakScore, score ?? 0),
});

export const reopened = (record: KeyRecord, life: Omit<Life, 'supportTsec' | 'reopened'>, score: number | null): KeyRecord => ({
  ...record,
  lives: [...record.lives, { ...life, supportTsec: life.openedTsec, reopened: true }],
  last: null,
  coolUntilTsec: Number.NEGATIVE_INFINITY,
  peakScore: Math.max(record.peakScore, score ?? 0),
});

/** A raised signal stands by `id`: its merge gap begins anew, and the peak to beat rises. */
export function supported(record: KeyRecord, id: string, tsec: number, score: number | null): KeyRecord {
  const lives = record.lives.map((life) => (life.id === id ? { ...life, supportTsec: tsec } : life));
  return { ...record, lives, peakScore: Math.max(record.peakScore, score ?? 0) };
}

/** `reason` null: its actor failed; nothing of it can be reopened. */
export function ended(record: KeyRecord, id: string, reason: EndReason | null, tsec: number, coolDownSec: number): KeyRecord {
  const life = record.lives.find((each) => each.id === id);
  return {
    ...record,
    lives: record.lives.filter((each) => each.id !== id),
    last: reason === null ? null : { id, tsec, reason, reopened: life?.reopened ?? false },
    // another life of the key may have ended with more to wait for
    coolUntilTsec: Math.max(record.coolUntilTsec, tsec + coolDownSec),
    stops: record.stops + (reason === 'STOP' ? 1 : 0),
  };
}

export const archived = (record: KeyRecord, id: string): KeyRecord => (record.last?.id === id ? { ...record, last: null } : record);

const conflictSec = 120;
const strongerOdds = 0.5;
/**
 * Up against down on one entity within 120 s: who has half a log-unit more stands, and the other is weak from then on; else both are
 * capped at one half. null: they do not meet.
 */
export function conflictOf(
  later: { readonly p: number | null; readonly tsec: number },
  earlier: { readonly p: number | null; readonly openedTsec: number },
): 'weakens' | 'yields' | 'caps' | null {
  if (later.tsec - earlier.openedTsec > conflictSec) return null;
  if (later.p === null || earlier.p === null) return 'caps';
  const more = logit(later.p) - logit(earlier.p);
  if (Math.abs(more) < strongerOdds) return 'caps';
  return more > 0 ? 'weakens' : 'yields';
}
