/** What can still end an opportunity from where it stands, read off the machine's own definition, and how far off each is. Pure. */
import type { MachineSketch } from '../../../../contracts/machine-sketch.ts';
import { secondsLeft } from './clock-math.ts';
import type { Opportunity } from './shapes.ts';

/** The reason that an edge to the end stands for, by its guard or its event. */
const reasons: Readonly<Record<string, string>> = {
  isLost: 'INVALID',
  isStopped: 'STOP',
  reachesTarget2: 'TARGET',
  'timer.horizon': 'TIMEOUT',
  'timer.decay': 'DECAY',
  'timer.confirmDeadline': 'UNCONFIRMED',
  'timer.suspendLimit': 'DATA',
  endsAtLock: 'LIMIT',
  'session.end': 'SESSION',
  gap: 'DATA',
  endsByRisk: 'RISK',
  'operator.dismiss': 'MANUAL',
};

/** The chart's own name of a public path: `tracking.rising` is `lifecycle.live.tracking.rising`. */
export function nodeOf(machine: MachineSketch, path: string): string | null {
  const head = path.split('.')[0]!;
  const wanted = head === 'suspended' ? 'suspended' : path;
  return machine.states.find(({ path: each }) => each === `lifecycle.${wanted}` || each === `lifecycle.live.${wanted}`)?.path ?? null;
}

/** Reasons that an edge from this state, or from a state around it, leads to; in the order they are tried. */
export function exitsFrom(machine: MachineSketch, path: string): readonly string[] {
  const node = nodeOf(machine, path);
  if (node === null) return [];
  const found = machine.edges.filter(({ from, to }) => to.includes('lifecycle.ended') && (node === from || node.startsWith(`${from}.`)));
  return [...new Set(found.flatMap(({ guard, event }) => reasons[guard ?? ''] ?? reasons[event] ?? []))];
}

export type Distance =
  | { readonly kind: 'share'; readonly value: number; readonly atMilli: number }
  | { readonly kind: 'time'; readonly leftSec: number }
  | { readonly kind: 'ratio'; readonly value: number; readonly threshold: number };

/** Of an upper limit, a stop, a clock, a score; null where it cannot be told, or comes unasked. */
export function distanceTo(
  reason: string,
  { facts, direction }: Pick<Opportunity, 'facts' | 'direction'>,
  {
    lastMilli,
    stopMilli,
    limitMilli,
    nowMs,
    closeMs,
  }: {
    readonly lastMilli: number | null;
    readonly stopMilli: number | null;
    readonly limitMilli: number | null;
    readonly nowMs: number;
    readonly closeMs: number;
  },
): Distance | null {
  const away = (milli: number | null | undefined, sense: 1 | -1): Distance | null =>
    milli == null || lastMilli === null || lastMilli <= 0
      ? null
      : { kind: 'share', value: (sense * (milli - lastMilli)) / lastMilli, atMilli: milli };
  const until = (timer: string): Distance | null => {
    const due = facts.timers?.[timer];
    return due === undefined ? null : { kind: 'time', leftSec: secondsLeft(nowMs, due) };
  };
  const up = direction === 'up' ? 1 : -1;
  switch (reason) {
    case 'TARGET':
      return away(facts.plan?.target2Milli, up);
    case 'STOP':
      return away(stopMilli, up === 1 ? -1 : 1);
    case 'LIMIT':
      return away(limitMilli, up);
    case 'TIMEOUT':
      return until('horizon');
    case 'UNCONFIRMED':
      return until('confirmDeadline');
    case 'DECAY':
      return until('decay');
    case 'SESSION':
      return { kind: 'time', leftSec: secondsLeft(nowMs, closeMs) };
    default:
      return null;
  }
}
/** Come from outside: folded into one line. */
export const unforeseen: readonly string[] = ['DATA', 'RISK', 'MANUAL'];
