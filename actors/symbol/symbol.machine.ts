/**
 * Symbol: where it stands to its upper limit, and what its data is worth. Quotes never reach it, only crossings do.
 *
 * limit      free, near, sealed, opened, resealed. Consumed by the opportunities of the symbol and by limit-up detectors
 * data       fresh, degraded, stale, halted. Consumed by the opportunities of the symbol
 * Table      contracts/spec/machines.md#symbol. Whether anything expensive runs for it is asked anew at each quote, and is no state
 */
import { setup } from 'xstate';
import type { At } from '../common/actor-event.ts';

export const dataStates = ['fresh', 'degraded', 'stale', 'halted'] as const;
export type DataState = (typeof dataStates)[number];

/** Shares of the previous close: near the limit under `near`, free again beyond `leave`. */
export const limitDistances = { near: 0.02, leave: 0.03 } as const;
/**
 * Trading seconds of silence after which the data of a symbol that is followed is stale, and after which there is a gap; share of covered slots
 * under which it is degraded. An exchange tells a symbol of which nothing changed every 30 s (688293 of 2023-03-23, a recording): longer is silence.
 */
export const dataLimits = { staleSec: 33, gapSec: 120, degradedUnder: 0.8 } as const;
export const limitStates = ['free', 'near', 'sealed', 'opened', 'resealed'] as const;
export type LimitState = (typeof limitStates)[number];

export type SymbolEvent = At & {
  readonly type: 'limit.neared' | 'limit.left' | 'limit.locked' | 'limit.unlocked' | `data.${DataState}`;
};

const dataTargets = Object.fromEntries(dataStates.map((state) => [`data.${state}`, `.${state}`])) as Record<
  `data.${DataState}`,
  `.${DataState}`
>;

export const symbolMachine = setup({
  types: { events: {} as SymbolEvent, context: {} as { readonly instrument: string }, input: {} as { readonly instrument: string } },
}).createMachine({
  id: 'symbol',
  type: 'parallel',
  context: ({ input }) => ({ instrument: input.instrument }),
  states: {
    limit: {
      initial: 'free',
      states: {
        free: { on: { 'limit.neared': 'near', 'limit.locked': 'sealed' } },
        near: { on: { 'limit.left': 'free', 'limit.locked': 'sealed' } },
        sealed: { on: { 'limit.unlocked': 'opened' } },
        opened: { on: { 'limit.locked': 'resealed', 'limit.left': 'free' } },
        resealed: { on: { 'limit.unlocked': 'opened' } },
      },
    },
    data: { initial: 'fresh', on: dataTargets, states: { fresh: {}, degraded: {}, stale: {}, halted: {} } },
  },
});
