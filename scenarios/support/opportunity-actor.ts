/** An opportunity's actor for tests: entry 10.20, and the events that take it through its life. */
import { createActor } from 'xstate';
import type { Offer, OpportunityContext, OpportunityEvent, OpportunityInput, Plan, Standing } from '../../actors/opportunity/context.ts';
import { opportunityMachine } from '../../actors/opportunity/opportunity.machine.ts';
import { midnightOf } from '../../contracts/session.ts';

export const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  return midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
};
/** Entry 10.20, stop 10.10, T1 10.30, T2 10.38, σH 1 %. */
export const plan: Plan = {
  entryMilli: 10_200,
  stopMilli: 10_100,
  target1Milli: 10_300,
  target2Milli: 10_380,
  sigmaH: 0.01,
  rewardRisk: 1,
};
export const offer: Offer = { advice: 'WATCH', risks: ['R_T1'], rank: 20 };
/** One rally track at this score and probability; weak under the exit score .25. */
export function standing(score: number, p: number, more: Partial<Standing> = {}): Standing {
  const track = { variant: 'rule', path: 'main', score, p, odds: {}, raised: true, confirmable: true, atMs: 0 } as const;
  return {
    tracks: { rally: track },
    score,
    forecasts: [],
    p,
    p0: 0.33,
    confidenceSource: 'synthetic',
    weak: score < 0.25,
    capped: false,
    yields: false,
    ...more,
  };
}
export const input: OpportunityInput = {
  id: '20261123.SH.600000.up.momentum.1',
  tradeDate: '20261123',
  entity: { kind: 'symbol', key: '600000.SH' },
  direction: 'up',
  family: 'momentum',
  openedMs: at('10:00:00'),
  anchor: { p0Milli: 10_000, enterMilli: 10_200 },
  plan,
  standing: standing(0.6, 0.6),
  offer,
  horizonSec: 900,
  enterScore: 0.45,
  coolDowns: { other: 600, target: 300, stop: 1200, twoStops: 1800 },
  stopsToday: 0,
  predecessorId: null,
  parentId: null,
};

export function open(overrides: Partial<OpportunityInput> = {}) {
  const actor = createActor(opportunityMachine, { input: { ...input, ...overrides } });
  actor.subscribe({ error: () => undefined });
  actor.start();
  const send = (event: Record<string, unknown> & { type: string }, clock = '10:01:00') => {
    actor.send({ tsMs: at(clock), ...event } as unknown as OpportunityEvent);
    return api;
  };
  const context = (): OpportunityContext => actor.getSnapshot().context;
  const state = (): string => {
    const path = (value: unknown): string =>
      typeof value === 'string'
        ? value
        : Object.entries(value as object)
            .map(([k, v]) => `${k}.${path(v)}`)
            .join();
    return path((actor.getSnapshot().value as { lifecycle: unknown }).lifecycle).replace(/^live\./, '');
  };
  const api = { actor, send, context, state };
  return api;
}
export const confirm = { type: 'signal.confirm', standing: standing(0.6, 0.6), plan, offer: { ...offer, rank: 30 } };
export const said = (score: number, p: number) => ({ type: 'signal.update', standing: standing(score, p) });
export const risk = (level: number, policy = 'hold') => ({ type: 'risk.synced', level, policy });
export const price = (milli: number, more: Record<string, unknown> = {}) => ({
  type: 'price',
  bidMilli: milli,
  askMilli: milli + 10,
  midMilli: milli + 5,
  lastMilli: milli,
  dive: false,
  locked: false,
  ...more,
});
export const again = {
  type: 'signal.enter',
  standing: standing(0.7, 0.65),
  reopens: { anchor: { p0Milli: 10_100, enterMilli: 10_250 }, plan: { ...plan, entryMilli: 10_260 }, offer },
};
export const tracking = (overrides: Partial<OpportunityInput> = {}) => open(overrides).send(confirm).send({ type: 'snapshot.next' });
