/** A level that made news: journaled, judged where it may open, and handed to the opportunity that its run stands by. */
import type { SignalPhase } from '../../contracts/signal.ts';
import type { Reading } from '../detectors/detector.ts';
import type { News } from '../opportunities/report.ts';
import type { Lane } from './lanes.ts';
import type { OpportunityBook } from './opportunity-book.ts';
import type { Recorder } from './recorder.ts';
import type { SignalCase } from './signal-case.ts';

export type Heard = {
  readonly lane: Lane;
  /** The lane's row, and the actor it is about. */
  readonly row: number;
  readonly actorId: string;
  readonly tsec: number;
  /** Whether its signals open opportunities here. */
  readonly acts: boolean;
  readonly reading: Reading;
  readonly opportunity: string | null;
  readonly news: NonNullable<News>;
  readonly given: SignalCase;
  readonly journal: (phase: SignalPhase) => void;
};

export function onNews(
  desk: OpportunityBook,
  recorder: Recorder,
  { lane, row, actorId, tsec, acts, reading, news, given, journal, ...run }: Heard,
): void {
  let { opportunity } = run;
  const verdict = news.phase === 'enter' && acts && reading.opens ? desk.judge(given) : null;
  if (verdict?.kind === 'suppress') {
    // its run may enter anew at once; a refusal that goes on is said once
    lane.outlive(row);
    if (lane.refuses(row, verdict.reason, tsec)) return;
    journal('enter');
    recorder.record('suppressed', actorId, { strategy: lane.id, reason: verdict.reason });
    return;
  }
  // what was refused and is watched again has been said to be watched
  if (reading.opens || news.phase !== 'enter' || !lane.wasRefused(row, tsec)) journal(news.phase);
  if (verdict !== null) opportunity = desk.enter(given, verdict);
  // what it entered may have ended of that very thing
  if (verdict !== null && !desk.isLive(opportunity!)) return lane.outlive(row);
  // before the opportunity hears of it: it may end of that, and leave the run alone
  lane.report(row, news.reported, opportunity);
  if (verdict === null && opportunity !== null) desk.level(opportunity, given, true);
  // what is over begins anew, also where the detector goes on summing
  if (news.phase === 'exit') lane.over(row);
}
