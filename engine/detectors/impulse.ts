/**
 * What an impulse upwards is followed by, whoever raised it: how much of it stands, when that confirms it, when its score has faded. Pure.
 *
 * Confirms  from confirmSecMin on, if 75 % of it stands at every quote until it first would, at the latest after confirmSecMax; and as long as that
 *           holds from there on
 * Fades     when the score has been under `exit` for 120 trading seconds
 */
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading } from './detector.ts';
import { finite } from './evidence.ts';

/** Plain data. */
export type Impulse = {
  readonly enteredTsec: number;
  readonly p0Milli: number;
  readonly enterMilli: number;
  readonly runAmount: number;
  readonly runVolume: number;
  /** `lost`: the impulse was given back, or the time for a first confirmation has passed. */
  readonly confirm: 'open' | 'done' | 'lost';
  /** tsec since which the score is under `exit`; null while above. */
  readonly belowSince: number | null;
};
export type ImpulseParams = { readonly exit: number; readonly confirmSecMin: number; readonly confirmSecMax: number };

export const noImpulse: Impulse = {
  enteredTsec: 0,
  p0Milli: 0,
  enterMilli: 0,
  runAmount: 0,
  runVolume: 0,
  confirm: 'open',
  belowSince: null,
};
export const confirmGive = 0.75;
export const confirmNar = 0.1;
const exitAfterSec = 120;

/** The price a run began from: of three minutes ago, or where nobody knows that, now. */
export const baseOf = ({ midAgo3m, midMilli }: DetectorInput): number => (Number.isNaN(midAgo3m) ? midMilli : midAgo3m);

export const impulseAt = (input: DetectorInput): Impulse => ({
  ...noImpulse,
  enteredTsec: input.tsec,
  p0Milli: baseOf(input),
  enterMilli: input.midMilli,
  runAmount: input.runAmount,
  runVolume: input.runVolume,
});

/** The impulse after one more quote, and whether it would confirm now; the same object where nothing of it has changed. */
export function followed<T extends Impulse>(
  impulse: T,
  score: number | null,
  input: DetectorInput,
  params: ImpulseParams,
): { readonly next: T; readonly confirmable: boolean } {
  const belowSince = belowOf(impulse, score, input, params);
  // what never rose has nothing that could stand
  const rose = impulse.enterMilli > impulse.p0Milli;
  const stands = rose && retainedImpulse(impulse, input) >= confirmGive && confirms(impulse, input);
  const confirm = confirmOf(impulse, input, params, stands);
  const isSame = confirm === impulse.confirm && belowSince === impulse.belowSince;
  return { next: isSame ? impulse : { ...impulse, confirm, belowSince }, confirmable: confirm === 'done' && stands };
}

/** An unknown score is no weak one: what was weak stays so, and nothing ends on it. */
export function belowOf(impulse: Impulse, score: number | null, input: DetectorInput, { exit }: ImpulseParams): number | null {
  if (score === null) return impulse.belowSince;
  return score < exit ? (impulse.belowSince ?? input.tsec) : null;
}
export const hasFaded = (belowSince: number | null, score: number | null, input: DetectorInput): boolean =>
  score !== null && belowSince !== null && input.tsec - belowSince >= exitAfterSec;

function confirmOf(impulse: Impulse, input: DetectorInput, params: ImpulseParams, stands: boolean): Impulse['confirm'] {
  if (impulse.confirm !== 'open') return impulse.confirm;
  const sec = input.tsec - impulse.enteredTsec;
  if (sec < params.confirmSecMin) return 'open';
  if (sec > params.confirmSecMax || retainedImpulse(impulse, input) < confirmGive) return 'lost';
  return stands ? 'done' : 'open';
}

/** What a confirmation asks besides the impulse that must stand. */
function confirms(impulse: Impulse, input: DetectorInput): boolean {
  const spreadOk = input.feature('spreadTk') <= Math.max(3, (0.0015 * input.lastMilli) / 10);
  return spreadOk && input.lastMilli >= vwapSince(impulse, input) && input.feature('nar1m') >= confirmNar;
}

/** Share of the impulse that stands. */
export const retainedImpulse = (impulse: Impulse, input: DetectorInput): number =>
  (input.midMilli - impulse.p0Milli) / (impulse.enterMilli - impulse.p0Milli);

const vwapSince = (impulse: Impulse, input: DetectorInput): number =>
  ((input.runAmount - impulse.runAmount) / (input.runVolume - impulse.runVolume)) * 1000;

/** `narContrib`: what the buying's share is of the score. */
export const confirmEvidence = (impulse: Impulse, input: DetectorInput, narContrib: number): Evidence[] => [
  { feature: 'give', value: finite(retainedImpulse(impulse, input)), op: '>=', threshold: confirmGive, contrib: 0 },
  { feature: 'lastOverVwapSinceEnter', value: finite(input.lastMilli / vwapSince(impulse, input)), op: '>=', threshold: 1, contrib: 0 },
  { feature: 'nar1m', value: finite(input.feature('nar1m')), op: '>=', threshold: confirmNar, contrib: narContrib },
];

export const anchorOf = ({ p0Milli, enterMilli }: Pick<Impulse, 'p0Milli' | 'enterMilli'>): Anchor => ({
  p0Milli,
  enterMilli: Math.round(enterMilli),
  peakMilli: enterMilli,
  impulse: enterMilli / p0Milli - 1,
});

/** The level of an impulse upwards that opens an opportunity. */
export const impulseReading = (impulse: Impulse, level: Pick<Reading, 'raised' | 'confirmable' | 'score' | 'evidence'>): Reading => ({
  ...level,
  opens: true,
  path: 'main',
  direction: 'up',
  get anchor(): Anchor {
    return anchorOf(impulse);
  },
});
