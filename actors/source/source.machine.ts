/**
 * Source: what the feed decided about one vendor, mirrored; plus lagging, which the cell sees for itself.
 *
 * Table      contracts/spec/machines.md#source
 * Consumed   gates (K1, U9) and the cockpit's source strip
 */
import { setup } from 'xstate';
import type { At } from '../common/actor-event.ts';

export type SourceMachineEvent = At & {
  readonly type:
    | 'source.connected'
    | 'source.failed'
    | 'source.probing'
    | 'source.recovered'
    | 'source.standby'
    | 'source.active'
    | 'feed.lagged'
    | 'feed.resumed';
};

export const sourceMachine = setup({
  types: { events: {} as SourceMachineEvent, context: {} as { readonly name: string }, input: {} as { readonly name: string } },
}).createMachine({
  id: 'source',
  context: ({ input }) => ({ name: input.name }),
  initial: 'connecting',
  states: {
    connecting: { on: { 'source.connected': 'live', 'source.failed': 'open', 'source.standby': 'standby', 'feed.resumed': 'live' } },
    live: { on: { 'feed.lagged': 'lagging', 'source.failed': 'open', 'source.standby': 'standby' } },
    lagging: { on: { 'feed.resumed': 'live', 'source.failed': 'open', 'source.standby': 'standby' } },
    open: { on: { 'source.probing': 'probing', 'source.recovered': 'live', 'source.standby': 'standby' } },
    probing: { on: { 'source.recovered': 'live', 'source.failed': 'open', 'source.standby': 'standby' } },
    standby: { on: { 'source.active': 'connecting', 'source.failed': 'open' } },
  },
});
