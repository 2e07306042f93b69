/**
 * Symbol: the gate for what is expensive. Quotes never reach it, only crossings do.
 *
 * activity   quiet: nothing runs. stirring, surging, fading: features and detectors run on every quote
 * limit      free, near, sealed, opened, resealed: the limit-up detector and gate U7
 * data       fresh, degraded, stale, halted: gates, and the opportunities of the symbol
 * Table      contracts/decisions/0009-machines.md
 */
import { setup } from 'xstate';
import type { At } from '../common/actor-event.ts';

export const dataStates = ['fresh', 'degraded', 'stale', 'halted'] as const;
export type DataState = (typeof dataStates)[number];

export type SymbolEvent = At & {
  readonly type:
    | 'gate.stirred'
    | 'gate.calmed'
    | 'signal.entered'
    | 'signal.exited'
    | 'limit.neared'
    | 'limit.left'
    | 'limit.locked'
    | 'limit.unlocked'
    | `data.${DataState}`;
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
    activity: {
      initial: 'quiet',
      states: {
        quiet: { on: { 'gate.stirred': 'stirring' } },
        stirring: { on: { 'gate.calmed': 'quiet', 'signal.entered': 'surging' } },
        surging: { on: { 'signal.exited': 'fading' } },
        fading: { on: { 'gate.calmed': 'quiet', 'signal.entered': 'surging' } },
      },
    },
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
