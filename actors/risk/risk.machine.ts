/**
 * Risk of one scope: market, a sector, a symbol, a strategy. The highest level that any cause asks for.
 *
 * Consumed   every opportunity of the scope, as `risk.synced` from the risk desk; the journal, for who asks why
 * Table      contracts/spec/machines.md#risk
 */
import { assign, setup } from 'xstate';
import type { At } from '../common/actor-event.ts';

export const riskStates = ['normal', 'caution', 'restricted', 'frozen'] as const;
export type RiskState = (typeof riskStates)[number];

/** Who asks for which level: `operator`, or a watch by its id. None asks for 0. */
export type RiskCauses = Readonly<Record<string, number>>;
/** `by`: whose asking changed; `level`: the highest of all causes now. */
export type RiskEvent = At & { readonly type: 'risk.level'; readonly by: string; readonly level: number; readonly causes: RiskCauses };
export type RiskContext = { readonly scope: string; readonly causes: RiskCauses; readonly note: string | null; readonly noteSeq: number };

const to = (level: number) => ({
  guard: { type: 'isLevel' as const, params: { level } },
  target: `.${riskStates[level]!}` as const,
  actions: 'keep' as const,
});

export const riskMachine = setup({
  types: { context: {} as RiskContext, events: {} as RiskEvent, input: {} as { readonly scope: string } },
  guards: { isLevel: ({ event }, params: { level: number }) => event.level === params.level },
  actions: {
    keep: assign(({ context, event }) => ({
      causes: event.causes,
      note: `${event.by} ${event.causes[event.by] ?? (event.by === 'override' ? 'over' : 0)}`,
      noteSeq: context.noteSeq + 1,
    })),
  },
}).createMachine({
  id: 'risk',
  context: ({ input }) => ({ scope: input.scope, causes: {}, note: null, noteSeq: 0 }),
  on: { 'risk.level': [to(0), to(1), to(2), to(3)] },
  initial: 'normal',
  states: { normal: {}, caution: {}, restricted: {}, frozen: {} },
});
