/**
 * A strategy in a process of its own (contracts/spec/strategies.md): what it says comes as `ext` entries on the tape, and stands as a level here until it
 * says otherwise or falls silent. The cell hands each entry over with `told`; everything after that is as with any detector.
 *
 * Raises    what it holds raised, with the gates open; the gates are the product's, whoever speaks
 * Clears    what it lowers, and what it has not repeated for `holdSec`
 */
import { z } from 'zod';
import type { ExternalReading } from '../../contracts/tape.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { failedGates, gateNeeds } from './gates.ts';
import { anchorOf, baseOf } from './impulse.ts';

/** Times in trading seconds. `of`: the user's own parameters; `package` and `sha256` say whose code spoke. */
export const ExternalParams = z.strictObject({
  package: z.string().min(1),
  sha256: z.string().length(64),
  horizonSec: z.int().min(60).max(14_400).default(900),
  enter: z.number().min(0).max(1).default(0.35),
  exit: z.number().min(0).max(1).default(0.2),
  holdSec: z.int().min(3).max(600).default(30),
  of: z.record(z.string(), z.unknown()).default({}),
});
export type ExternalParams = z.infer<typeof ExternalParams>;

/** Plain data. `told`: what was said last, and when; where the price stood when the run was first raised. */
export type ExternalState = {
  readonly told: Told | null;
  readonly toldTsec: number;
  readonly from: { readonly p0Milli: number; readonly enterMilli: number } | null;
};
export type Told = Pick<ExternalReading, 'direction' | 'raised' | 'confirmable' | 'path' | 'score' | 'evidence'>;

const idle: ExternalState = { told: null, toldTsec: 0, from: null };
const none: readonly never[] = [];

export const external: SymbolDetector<ExternalParams, ExternalState> = {
  id: 'external',
  version: 1,
  variant: 'rule',
  family: 'momentum',
  entity: 'symbol',
  params: ExternalParams,
  needs: gateNeeds,
  horizonSec: ({ horizonSec }) => horizonSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  // only what it was told wakes it
  wakes: () => false,
  initial: idle,
  step,
};

/** The state after an entry of the tape; the initial one where there is nothing to hold. */
export function withReading(state: ExternalState, entry: ExternalReading, tsec: number): ExternalState {
  const { direction, raised, confirmable, path, score, evidence } = entry;
  if (!raised && state.from === null) return idle;
  // the other way is another run: the one that stands is lowered first
  const held = state.from === null ? null : state.told;
  const now: Told =
    held !== null && held.direction !== direction ? { ...held, raised: false } : { direction, raised, confirmable, path, score, evidence };
  return { told: now, toldTsec: tsec, from: state.from };
}

function step(state: ExternalState, input: DetectorInput, { enter, holdSec }: ExternalParams): StepResult<ExternalState> {
  const { told: held, from } = state;
  if (held === null) return { state: idle, reading: null, refused: none };
  const silent = input.tsec - state.toldTsec > holdSec;
  const raised = held.raised && !silent;
  if (from === null) {
    const shut = failedGates(input);
    if (!raised || shut.length > 0 || !((held.score ?? Number.NaN) >= enter))
      return { state: raised ? state : idle, reading: null, refused: raised ? (shut.length > 0 ? shut : ['score']) : none };
  }
  const begun = from ?? { p0Milli: baseOf(input), enterMilli: input.midMilli };
  const next = !raised ? idle : from === null ? { ...state, from: begun } : state;
  return { state: next, reading: readingOf(held, raised, begun), refused: none };
}

const readingOf = (held: Told, raised: boolean, from: NonNullable<ExternalState['from']>): Reading => ({
  raised,
  opens: true,
  confirmable: raised && held.confirmable,
  path: held.path,
  direction: held.direction,
  score: held.score,
  evidence: () => held.evidence,
  anchor: anchorOf(from),
});
