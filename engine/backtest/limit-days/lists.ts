/**
 * The lists of one day: who will touch the limit or seal again, as known at its open, and whose next open will gain, as known at its close. A model
 * orders its list only where it beat the naive ranking on later days; else that orders it, and the base rate is the chance.
 */
import type { TradeDate } from '../../../contracts/units.ts';
import type { LimitDays } from './days.ts';
import { type LimitEvent, limitDefinitions, limitEvents, limitModels, probabilityOf } from './events.ts';

export type Listed = {
  readonly symbol: number;
  /** Chance of the event: the model's where it speaks, else how often it comes. */
  readonly p: number;
  /** The one number that ranks as well without a model; null where unknown. */
  readonly naive: number | null;
  /** Place in the naive ranking, 1 for the first; unknown ones last. */
  readonly naiveRank: number;
};
export type LimitList = {
  readonly event: LimitEvent;
  readonly date: TradeDate;
  readonly knownAt: 'open' | 'close';
  readonly speaks: boolean;
  readonly base: number;
  readonly auc95: readonly number[];
  /** Names it is about. */
  readonly n: number;
  readonly names: readonly Listed[];
};

/** `top`: names of each list at most. An event that is about nobody that day is left out. */
export function listsOf({ sessions, days }: LimitDays, date: TradeDate, top: number): LimitList[] {
  const today = sessions.filter((session) => session.date === date);
  return limitEvents.flatMap((event) => {
    const { isAbout, features, naive, needsNext } = limitDefinitions[event];
    const { later } = limitModels[event];
    const about = today.filter(isAbout);
    if (about.length === 0) return [];
    const speaks = later.ahead95[0]! > 0;
    const known = (value: number): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);
    const ranked = about
      .map((session) => ({ session, alone: naive(session) }))
      .sort((a, b) => known(b.alone) - known(a.alone) || a.session.symbol - b.session.symbol)
      .map(({ session, alone }, i) => ({
        symbol: session.symbol,
        p: speaks ? probabilityOf(limitModels[event], features(session, days)) : later.base,
        naive: Number.isNaN(alone) ? null : alone,
        naiveRank: i + 1,
      }));
    const names = ranked.sort((a, b) => b.p - a.p || a.naiveRank - b.naiveRank).slice(0, top);
    return [
      { event, date, knownAt: needsNext ? 'close' : 'open', speaks, base: later.base, auc95: later.auc95, n: about.length, names } as const,
    ];
  });
}
