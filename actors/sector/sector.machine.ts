/**
 * Sector: how warm it runs against the market. Measured at every third clock; only a change of state reaches the actor.
 *
 * Consumed   SectorInput of sector detectors, DetectorInput of symbols in it, the cockpit's heat map
 * Table      contracts/spec/machines.md#sector
 */
import { assign, setup } from 'xstate';
import type { At } from '../common/actor-event.ts';

export const sectorStates = ['cold', 'warming', 'hot', 'cooling'] as const;
export type SectorState = (typeof sectorStates)[number];
/** What it was when its state changed: null where nobody knows. `leader`: an instrument id. */
export type SectorFacts = {
  readonly heat: number | null;
  readonly breadth: number | null;
  readonly diffusion: number | null;
  readonly diffusionSpeed: number | null;
  readonly leader: string | null;
};
export type SectorEvent = At & { readonly type: `sector.${SectorState}`; readonly facts: SectorFacts };
type SectorInput = { readonly code: string; readonly name: string };
export type SectorContext = SectorInput & { readonly facts: SectorFacts };
const unknown: SectorFacts = { heat: null, breadth: null, diffusion: null, diffusionSpeed: null, leader: null };

/** Excess of the members' median 3-minute return over the market's, and share of members that rise; with hysteresis below each. */
const levels = { hot: { excess: 0.008, rising: 0.7 }, warming: { excess: 0.004, rising: 0.6 }, keep: 0.75, cooled: 0.001 } as const;

/** Whether the numbers are those of `state`; of the one that holds, three quarters are enough. */
function reaches(state: 'hot' | 'warming', current: SectorState, excess3m: number, advShare: number): boolean {
  const share = current === state ? levels.keep : 1;
  return excess3m >= levels[state].excess * share && advShare >= levels[state].rising * share;
}

/** The state that the numbers speak for while `current` holds. NaN, too few live members, says nothing: it stays. */
export function sectorStateOf(current: SectorState, excess3m: number, advShare: number): SectorState {
  if (Number.isNaN(excess3m) || Number.isNaN(advShare)) return current;
  if (reaches('hot', current, excess3m, advShare)) return 'hot';
  if (current === 'hot') return 'cooling';
  if (current === 'cooling') return excess3m < levels.cooled ? 'cold' : 'cooling';
  return reaches('warming', current, excess3m, advShare) ? 'warming' : 'cold';
}

const to = (state: SectorState) => ({ target: state, actions: 'note' as const });

export const sectorMachine = setup({
  types: { events: {} as SectorEvent, context: {} as SectorContext, input: {} as SectorInput },
  actions: { note: assign({ facts: ({ event }) => event.facts }) },
}).createMachine({
  id: 'sector',
  context: ({ input }) => ({ ...input, facts: unknown }),
  initial: 'cold',
  states: {
    cold: { on: { 'sector.warming': to('warming'), 'sector.hot': to('hot') } },
    warming: { on: { 'sector.hot': to('hot'), 'sector.cold': to('cold') } },
    hot: { on: { 'sector.cooling': to('cooling') } },
    cooling: { on: { 'sector.hot': to('hot'), 'sector.cold': to('cold') } },
  },
});
