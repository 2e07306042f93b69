/**
 * What is new about a strategy's level, so that the journal holds changes and not every quote's reading.
 *
 * Update   when the score has moved by 0.05, at most every 15 s; and at once when it comes back over its exit score, or its path is another
 * Watched  only its coming, its confirmation, another path and its going
 */
import type { SignalPhase } from '../../contracts/signal.ts';
import type { Reading } from '../detectors/detector.ts';

/** The level as last reported. Plain data. */
export type Reported = {
  readonly score: number | null;
  readonly tsec: number;
  readonly weak: boolean;
  /** It may stand by an opportunity: what was only watched enters anew when it may. */
  readonly opens: boolean;
  readonly path: string;
  /** It has said once that it would confirm. */
  readonly confirmed: boolean;
};
const everySec = 15;
const moved = 0.05;

export type News = { readonly phase: SignalPhase; readonly reported: Reported } | null;

/** null: nothing worth a line. `last` null before the run's first. */
export function newsOf(last: Reported | null, reading: Reading, exitScore: number, tsec: number): News {
  const { raised, opens, path, confirmable } = reading;
  // what is watched goes on: nobody asks for its score
  if (last !== null && raised && !opens && path === last.path && (!confirmable || last.confirmed)) return null;
  const { score } = reading;
  const weak = score === null ? (last?.weak ?? false) : score < exitScore;
  const phase = phaseOf(last, raised, opens, path, confirmable, score, weak, tsec);
  return phase === null
    ? null
    : { phase, reported: { score, tsec, weak, opens, path, confirmed: (last?.confirmed ?? false) || phase === 'confirm' } };
}

function phaseOf(
  last: Reported | null,
  raised: boolean,
  opens: boolean,
  path: string,
  confirmable: boolean,
  score: number | null,
  weak: boolean,
  tsec: number,
): SignalPhase | null {
  if (last === null) return raised ? 'enter' : null;
  if (!raised) return 'exit';
  if (opens && !last.opens) return 'enter';
  if (confirmable && !last.confirmed) return 'confirm';
  if (path !== last.path) return 'update';
  if (!opens) return null;
  if (weak !== last.weak) return weak ? 'weaken' : 'update';
  if (weak || score === null || tsec - last.tsec < everySec) return null;
  return last.score === null || Math.abs(score - last.score) >= moved ? 'update' : null;
}
