/**
 * Upper limits sealed 封板 on the day at hand, by row: since when, how often opened, how much stands at the limit, now or at an instant.
 *
 * Locked     the last price and the best bid are the limit, and nothing is asked
 * Skipped    a virtual match (one price on both sides) and, at the limit, a row without a book: neither says whether it is locked
 * Instant    times are exact; amounts are those of the minutes that had ended
 */
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { msOfDay, tsecOf } from '../../contracts/session.ts';

export type Seal = {
  readonly isLocked: boolean;
  readonly firstMs: number;
  readonly opens: number;
  readonly lastOpenMs: number | null;
  /** At the limit now; null where it is open, or no minute has ended yet. */
  readonly yuan: number | null;
  readonly peakYuan: number | null;
};
export type SealCurve = {
  /** [trading minute 0 to 239, yuan of its last row]: 0 at the minute it was opened, then none until it is sealed again. */
  readonly points: readonly (readonly [minute: number, yuan: number])[];
  readonly openedMs: readonly number[];
};
type Kept = {
  /** Times at which it was sealed and opened, by turns, the first sealed. */
  readonly turns: number[];
  readonly points: [minute: number, yuan: number, peak: number][];
};

const noonMs = 43_200_000;
/** Minutes that have ended at an instant. */
const endedAt = (ms: number): number => Math.floor(tsecOf(ms) / 60);
/** Trading minute in which a row lies; one at 11:30 or from 15:00 on is of the minute that ended there. */
const minuteOf = (ms: number): number => Math.min(endedAt(ms), msOfDay(ms) < noonMs ? 119 : 239);

export class Seals {
  readonly #limits: readonly (number | null)[];
  readonly #kept = new Map<number, Kept>();

  /** Upper limits by row, milli. */
  constructor(limits: readonly (number | null)[]) {
    this.#limits = limits;
  }

  take({ lastMilli, bidMilli, bidShares, askMilli, tsExchangeMs }: QuoteBatch, i: number, row: number): void {
    const limit = this.#limits[row]!;
    const best = i * bookLevels;
    const [bid, ask] = [bidMilli[best]!, askMilli[best]!];
    if (limit === null) return;
    if (bid === ask && (bid !== absentMilli || lastMilli[i] === limit || lastMilli[i] === absentMilli)) return;
    const isLocked = lastMilli[i] === limit && bid === limit && ask === absentMilli;
    let kept = this.#kept.get(row);
    if (kept === undefined) {
      if (!isLocked) return;
      kept = { turns: [], points: [] };
      this.#kept.set(row, kept);
    }
    const was = kept.turns.length % 2 === 1;
    if (isLocked !== was) kept.turns.push(tsExchangeMs[i]!);
    if (isLocked || was) note(kept.points, minuteOf(tsExchangeMs[i]!), isLocked ? (limit / 1000) * bidShares[best]! : 0);
  }

  /** null where it has not been sealed by then. */
  of(row: number, atMs = Number.POSITIVE_INFINITY): Seal | null {
    const kept = this.#kept.get(row);
    if (kept === undefined || kept.turns[0]! > atMs) return null;
    const turns = kept.turns.filter((ms) => ms <= atMs);
    const opened = turns.filter((_ms, k) => k % 2 === 1);
    const point = pointsAt(kept, atMs).at(-1);
    const isLocked = turns.length % 2 === 1;
    // a minute that ended before it was sealed again says nothing of what stands there now
    const isOf = point !== undefined && (atMs === Number.POSITIVE_INFINITY || point[0] >= minuteOf(turns.at(-1)!));
    return {
      isLocked,
      firstMs: turns[0]!,
      opens: opened.length,
      lastOpenMs: opened.at(-1) ?? null,
      yuan: isLocked && isOf ? point[1] : null,
      peakYuan: point?.[2] ?? null,
    };
  }

  curve(row: number, atMs = Number.POSITIVE_INFINITY): SealCurve | null {
    const kept = this.#kept.get(row);
    if (kept === undefined || kept.turns[0]! > atMs) return null;
    return {
      points: pointsAt(kept, atMs).map(([minute, yuan]) => [minute, yuan]),
      openedMs: kept.turns.filter((ms, k) => k % 2 === 1 && ms <= atMs),
    };
  }
}

function note(points: Kept['points'], minute: number, yuan: number): void {
  const last = points.at(-1);
  const peak = Math.max(last?.[2] ?? 0, yuan);
  if (last?.[0] === minute) points[points.length - 1] = [minute, yuan, peak];
  else points.push([minute, yuan, peak]);
}

const pointsAt = ({ points }: Kept, atMs: number): Kept['points'] =>
  atMs === Number.POSITIVE_INFINITY ? points : points.filter(([minute]) => minute < endedAt(atMs));
