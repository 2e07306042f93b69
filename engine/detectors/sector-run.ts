/**
 * A sector's run, the same for every rule of rotation 板块轮动: begun where the money came, confirmed once all of the rule has stood for a minute
 * within five, over when most members fall or what carried it has been cool for five minutes. What stands and what is cool is each rule's own.
 */
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { SectorInput } from './detector.ts';
import { info } from './evidence.ts';

/** Plain data. `level0Milli`: the basket's level when it began; null: no run. */
export type SectorRun = {
  readonly level0Milli: number | null;
  readonly enterMilli: number;
  readonly enteredTsec: number;
  /** tsec since which all of the rule has stood; null while it does not. */
  readonly standsSince: number | null;
  readonly coolSince: number | null;
};
export const noRun: SectorRun = { level0Milli: null, enterMilli: 0, enteredTsec: 0, standsSince: null, coolSince: null };

/** Trading seconds between which a run may begin: from 09:45 on. */
export const [fromTsec, untilTsec] = [900, 13_860];
const confirmSec = 60;
const confirmWithinSec = 300;
const breadthLost = 0.4;
const coolSec = 300;

export function begun({ levelMilli, ret5m, tsec }: SectorInput): SectorRun {
  return {
    level0Milli: Math.round(levelMilli / (1 + ret5m)),
    enterMilli: levelMilli,
    enteredTsec: tsec,
    standsSince: tsec,
    coolSince: null,
  };
}

/** `cool` null: unknown, which is neither lost nor kept. */
export function followed(run: SectorRun, { tsec, breadth }: SectorInput, stands: boolean, cool: boolean | null) {
  const standsSince = stands ? (run.standsSince ?? tsec) : null;
  const coolSince = cool === null ? run.coolSince : cool ? (run.coolSince ?? tsec) : null;
  const over = breadth < breadthLost || (coolSince !== null && tsec - coolSince >= coolSec);
  const confirmable = !over && tsec - run.enteredTsec <= confirmWithinSec && standsSince !== null && tsec - standsSince >= confirmSec;
  return { since: { standsSince, coolSince }, over, confirmable };
}

export function anchorOf({ level0Milli, enterMilli }: SectorRun, { levelMilli }: SectorInput): Anchor {
  const p0Milli = level0Milli ?? levelMilli;
  return { p0Milli, enterMilli, peakMilli: enterMilli, impulse: enterMilli / p0Milli - 1 };
}

/** How far it has spread, the members that lead and those that follow: listed and never advised. */
export function spreadAndMovers(input: SectorInput): Evidence[] {
  const { leaders, followers } = input.movers();
  return [
    info('secDiffusion', input.diffusion),
    info('secDiffusionSpeed', input.diffusionSpeed),
    ...leaders.map(({ id, ret5m }) => info(`leader.${id}`, ret5m)),
    ...followers.map(({ id, ret5m }) => info(`follower.${id}`, ret5m)),
  ];
}
