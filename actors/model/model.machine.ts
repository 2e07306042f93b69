/**
 * Model: how far the maps of a strategy may speak. A step forward at a time, back at any; who drifts is retired and may begin anew.
 *
 * Consumed   the lane whose forecasts it makes; the journal and the page, for who asks why
 * Table      contracts/spec/machines.md#model
 */
import { assign, setup } from 'xstate';
import { type ModelState, modelStates, modelSteps } from '../../contracts/model.ts';
import type { At } from '../common/actor-event.ts';

/** `operator` by command; `replaced` by another that speaks now; K14 for drift. */
export type ModelBy = 'operator' | 'replaced' | 'K14';
export type ModelEvent = At & { readonly type: `model.${ModelState}` | 'model.chosen'; readonly by: ModelBy };
export type ModelInput = { readonly strategy: string; readonly modelId: string; readonly state: ModelState };
export type ModelContext = ModelInput & { readonly by: ModelBy | null };

const stepsOf = (state: ModelState) => ({
  on: {
    ...Object.fromEntries(modelSteps[state].map((next) => [`model.${next}`, { target: next, actions: 'note' as const }])),
    ...(state === 'retired' || state === 'active' ? {} : { 'model.chosen': { target: 'active' as const, actions: 'note' as const } }),
  },
});
/** A day begins with a model as its bundle says. */
const born = (state: ModelState) => ({ guard: { type: 'opensAs' as const, params: { state } }, target: state });

export const modelMachine = setup({
  types: { context: {} as ModelContext, events: {} as ModelEvent, input: {} as ModelInput },
  guards: { opensAs: ({ context }, params: { state: ModelState }) => context.state === params.state },
  actions: { note: assign({ by: ({ event }) => event.by }) },
}).createMachine({
  id: 'model',
  context: ({ input }) => ({ ...input, by: null }),
  initial: 'opening',
  states: {
    opening: { always: modelStates.map(born) },
    candidate: stepsOf('candidate'),
    shadow: stepsOf('shadow'),
    canary: stepsOf('canary'),
    active: stepsOf('active'),
    retired: stepsOf('retired'),
  },
});
