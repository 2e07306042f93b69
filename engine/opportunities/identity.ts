/**
 * Which opportunity a signal belongs to, and whether a new one may open (quant.md §4.2, 4.4).
 *
 * Key       symbol row, direction, family. At most one live opportunity a key while one detector speaks
 * Reopen    within 120 trading seconds of an end by DECAY, UNCONFIRMED or DATA, once: same id
 * Cool-down per key, by the end's reason; overridden by a score that beats the former peak by 0.15
 */
import type { Direction, EndReason, Family } from '../../contracts/opportunity.ts';

/** What is remembered about a key for the day. Plain data. */
export type KeyRecord = {
  readonly seqNo: number;
  readonly liveId: string | null;
  readonly lastId: string | null;
  readonly endedTsec: number;
  readonly endReason: EndReason | null;
  readonly coolUntilTsec: number;
  readonly peakScore: number;
  readonly stops: number;
  readonly reopened: boolean;
};

export const newKey: KeyRecord = {
  seqNo: 0,
  liveId: null,
  lastId: null,
  endedTsec: Number.NEGATIVE_INFINITY,
  endReason: null,
  coolUntilTsec: Number.NEGATIVE_INFINITY,
  peakScore: 0,
  stops: 0,
  reopened: false,
};

export const keyOf = (s: number, direction: Direction, family: Family): string => `${s}|${direction}|${family}`;

export type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'join'; readonly id: string }
  | { readonly kind: 'reopen'; readonly id: string }
  | { readonly kind: 'suppress'; readonly reason: string };

const reopenSec = 120;
const reopenReasons: readonly (EndReason | null)[] = ['DECAY', 'UNCONFIRMED', 'DATA'];
const overrideScore = 0.15;

export type Openness = {
  readonly tsec: number;
  readonly score: number;
  readonly live: number;
  readonly liveMax: number;
  readonly riskLevel: number;
  readonly feedHealthy: boolean;
};

export function judge(record: KeyRecord, now: Openness): Verdict {
  if (record.liveId !== null) return { kind: 'join', id: record.liveId };
  if (now.riskLevel >= 3) return { kind: 'suppress', reason: 'RISK_FROZEN' };
  if (!now.feedHealthy) return { kind: 'suppress', reason: 'K1_FEED' };
  if (now.live >= now.liveMax) return { kind: 'suppress', reason: 'CAPACITY' };
  const sinceEnd = now.tsec - record.endedTsec;
  if (!record.reopened && record.lastId !== null && sinceEnd < reopenSec && reopenReasons.includes(record.endReason)) {
    return { kind: 'reopen', id: record.lastId };
  }
  if (now.tsec < record.coolUntilTsec && now.score < record.peakScore + overrideScore) return { kind: 'suppress', reason: 'COOL_DOWN' };
  return { kind: 'open' };
}
