/** contracts/spec/machines.md, read off the machines themselves: what stands there is what runs. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { marketMachine } from '../../actors/market/market.machine.ts';
import { modelMachine } from '../../actors/model/model.machine.ts';
import { opportunityMachine } from '../../actors/opportunity/opportunity.machine.ts';
import { riskMachine } from '../../actors/risk/risk.machine.ts';
import { sectorMachine } from '../../actors/sector/sector.machine.ts';
import { sourceMachine } from '../../actors/source/source.machine.ts';
import { symbolMachine } from '../../actors/symbol/symbol.machine.ts';
import type { EdgeSketch, MachineSketch, StateSketch } from '../../contracts/machine-sketch.ts';

/** Consumers first: whoever changes a machine sees here who reads it. */
const machines: readonly (readonly [AnyStateMachine, consumers: string])[] = [
  [opportunityMachine, 'everyone: journal, ranking, gateway, notifications'],
  [symbolMachine, 'the opportunities of the symbol, detectors of limit boards'],
  [riskMachine, 'every opportunity of the scope, through the risk desk; the journal'],
  [sectorMachine, 'sector detectors and, through their input, detectors of symbols; the page'],
  [marketMachine, 'gates, calibration strata, detectors, the end of the session'],
  [modelMachine, 'the lane of its strategy, whose forecasts it makes; the page'],
  [sourceMachine, 'gates K1 and U9, the page'],
];

/** What each guard asks. Prices are read with the direction's sign: down-opportunities are the mirror image. */
export const guardWords: Readonly<Record<string, string>> = {
  mayConfirm: 'a plan with room, risk under 2',
  isHeldByRisk: 'risk at 2 or more, and not held before',
  standsLocked: 'locked at the upper limit, and its family stays there',
  isLost: 'under 35 % of the impulse is left',
  dives: 'the symbol dives (K4) for the first time in this life, and it should rise',
  isStopped: 'the exit price is at or through the stop or the trail',
  reachesTarget2: 'the exit price reaches target 2',
  reachesTarget1: 'the exit price reaches target 1 and no trail is armed',
  isNewPeak: 'mid beyond the peak',
  startsPull: 'mid 0.3 σH or more off the peak, and the half minute not begun',
  endsPull: 'mid nearer than 0.3 σH to the peak again, and the half minute begun',
  isDeepPull: 'mid 0.6 σH or more off the peak',
  isRecovered: 'mid nearer than 0.3 σH to the peak',
  mayExtend: 'score at least what it entered with, and not extended before',
  endsAtLock: 'the family ends at its limit',
  staysAtLock: 'the family lives on at its limit',
  endsByRisk: 'level 3 with policy end',
  mustHold: 'level 3 with policy hold, and not held yet',
  isReleased: 'level under 3, and held',
  opensNear: 'resumes within 3 % of its last price',
  reopens: 'a new signal may reopen it (identity)',
  isLevel: 'the level is',
  opensAs: 'the day opens with it as',
  isNews: 'differs from the regime that is proposed',
  holds: 'what is proposed is',
};

const intro = `# Machines

Made from \`actors/\` by \`npm run schemas\`. Transitions of one event are tried from top to bottom, those of an inner state before those of the states around it; the first whose guard holds is taken. An
event without a row changes nothing. Times, hysteresis and thresholds: [lifecycle.md](lifecycle.md), [features.md](features.md#market).
`;

export const machinePage = (): string => `${intro}\n${machines.map(([machine, consumers]) => section(machine, consumers)).join('\n')}`;

function section(machine: AnyStateMachine, consumers: string): string {
  const rows = rowsOf(machine.root).map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${machine.id}\n\nRead by ${consumers}.\n\n| in | event | guard | to | does |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** [in, event, guard, to, does] of a node and all within it, in the order of the chart. */
export function rowsOf(node: AnyStateNode): string[][] {
  const own = transitionsOf(node).flatMap(([event, transitions]) =>
    transitions.map((transition) => [placeOf(node), event, guardOf(transition), targetOf(transition), doesOf(transition)]),
  );
  return [...own, ...Object.values(node.states).flatMap(rowsOf)];
}

/** One state of a machine; `parent` null at the top, `type` as the chart has it. */
/** The machines as data, for whoever draws them. */
export const machineSketches = (): MachineSketch[] =>
  machines.map(([machine, readBy]) => ({ id: machine.id, readBy, states: statesOf(machine.root).slice(1), edges: edgesOf(machine.root) }));

const pathOf = (node: AnyStateNode): string => node.path.join('.');

function statesOf(node: AnyStateNode): StateSketch[] {
  const initial = node.initial?.target?.[0];
  const own = {
    path: pathOf(node),
    parent: node.path.length <= 1 ? null : node.path.slice(0, -1).join('.'),
    type: node.type,
    initial: initial === undefined ? null : pathOf(initial),
  };
  return [own, ...Object.values(node.states).flatMap(statesOf)];
}

function edgesOf(node: AnyStateNode): EdgeSketch[] {
  const own = transitionsOf(node).flatMap(([event, transitions]) =>
    transitions.map((transition) => ({
      from: pathOf(node),
      event,
      guard: guardName(transition),
      asks: guardOf(transition),
      to: (transition.target ?? []).map(pathOf),
      does: doesOf(transition),
    })),
  );
  return [...own, ...Object.values(node.states).flatMap(edgesOf)];
}

/** By event; what needs none is taken at once. */
const transitionsOf = (node: AnyStateNode): (readonly [event: string, readonly AnyTransitionDefinition[]])[] => [
  ...node.transitions,
  ...(node.always === undefined || node.always.length === 0 ? [] : [['at once', node.always] as const]),
];

const guardName = ({ guard }: AnyTransitionDefinition): string | null =>
  guard === undefined ? null : typeof guard === 'string' ? guard : (guard as { type: string }).type;

const placeOf = (node: AnyStateNode): string => (node.path.length === 0 ? 'anywhere' : node.path.join('.'));
const targetOf = ({ target }: AnyTransitionDefinition): string => (target ?? []).map(placeOf).join(', ') || 'stays';

function guardOf({ guard }: AnyTransitionDefinition): string {
  if (guard === undefined) return '';
  const name = guardName({ guard } as AnyTransitionDefinition)!;
  const words = guardWords[name] ?? name;
  return [words, ...paramsOf(guard)].join(' ');
}

const doesOf = ({ actions }: AnyTransitionDefinition): string =>
  actions
    .map((action) => [typeof action === 'string' ? action : (action as { type: string }).type, ...paramsOf(action)].join(' '))
    .join(', ');

/** Fixed parameters in words; those taken from the event are in the guard's own words. */
function paramsOf(named: unknown): string[] {
  const params = typeof named === 'object' && named !== null && 'params' in named ? named.params : undefined;
  return typeof params === 'object' && params !== null ? Object.values(params).map(String) : [];
}
