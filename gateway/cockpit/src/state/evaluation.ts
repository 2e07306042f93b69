/** What became of the day's opportunities, by strategy: counted from their own facts, so of what was discovered again the last life. Pure. */
import { speaks } from '../../../../contracts/forecast.ts';
import { wilson95 } from '../../../../contracts/wilson.ts';
import { isActive } from './reading.ts';
import type { Opportunity, Strategies } from './shapes.ts';

type Fitted = Strategies['rows'][number]['forecasts'][number];
export type Counted = Pick<Opportunity, 'strategies' | 'state' | 'family' | 'entity'> & {
  readonly facts: Pick<Opportunity['facts'], 'confirmedMs' | 'endReason' | 'trailMilli'>;
};
export type Reasons = readonly (readonly [reason: string, count: number])[];
export type DayRecord = {
  readonly opened: number;
  /** Ended before they were confirmed. */
  readonly lost: Reasons;
  /** Not confirmed yet, and alive. */
  readonly alive: number;
  readonly confirmed: number;
  /** Confirmed, and alive. */
  readonly running: number;
  /** Confirmed and ended in a way that a price decided; of boards and sectors nothing is decided within a day. */
  readonly judged: number;
  /** Ended otherwise: data, an operator, risk, the end of the session, or of a board or sector. */
  readonly unjudged: Reasons;
  readonly ends: Reasons;
  readonly target1: number;
  readonly target2: number;
  /** 95 % interval of target 1 among those judged; null of none. */
  readonly target1In: readonly [number, number] | null;
};

/** Ends that say nothing of the price. */
const undecided: ReadonlySet<string> = new Set(['DATA', 'MANUAL', 'RISK', 'SESSION']);
const isPriced = ({ entity, family }: Counted): boolean => entity.kind === 'symbol' && family !== 'board';

/** `strategy`: only what it stands or stood by; null: all. */
export function recordOf(items: Iterable<Counted>, strategy: string | null): DayRecord {
  const own = [...items].filter(({ strategies }) => strategy === null || strategies.includes(strategy));
  const isConfirmed = ({ facts }: Counted): boolean => facts.confirmedMs != null;
  const confirmed = own.filter(isConfirmed);
  const ended = confirmed.filter((each) => !isActive(each));
  const isJudged = (each: Counted): boolean => isPriced(each) && !undecided.has(reasonOf(each));
  const judged = ended.filter(isJudged);
  const target1 = judged.filter((each) => each.facts.trailMilli != null || reasonOf(each) === 'TARGET').length;
  return {
    opened: own.length,
    lost: reasonsOf(own.filter((each) => !isConfirmed(each) && !isActive(each))),
    alive: own.filter((each) => !isConfirmed(each) && isActive(each)).length,
    confirmed: confirmed.length,
    running: confirmed.length - ended.length,
    judged: judged.length,
    unjudged: reasonsOf(ended.filter((each) => !isJudged(each))),
    ends: reasonsOf(judged),
    target1,
    target2: judged.filter((each) => reasonOf(each) === 'TARGET').length,
    target1In: judged.length === 0 ? null : wilson95(target1, judged.length),
  };
}

const reasonOf = ({ facts }: Counted): string => facts.endReason ?? '';
/** The most frequent first, equal ones by name. */
function reasonsOf(ended: readonly Counted[]): Reasons {
  const counts = new Map<string, number>();
  for (const each of ended) counts.set(reasonOf(each), (counts.get(reasonOf(each)) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** What may be said of a forecast: whether its interval stands above chance. */
export type Verdict = 'measured' | 'none' | 'unjudged' | 'unfitted';
export const verdictOf = (fitted: Pick<Fitted, 'auc95'> | undefined): Verdict =>
  fitted === undefined ? 'unfitted' : fitted.auc95 === null ? 'unjudged' : speaks(fitted) ? 'measured' : 'none';
