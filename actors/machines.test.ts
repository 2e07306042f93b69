import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createActor } from 'xstate';
import { midnightOf, phases } from '../contracts/session.ts';
import { exchanges } from '../contracts/units.ts';
import { graphCoverage } from '../scenarios/support/graph.ts';
import { marketMachine } from './market/market.machine.ts';
import { type Regime, regimeOf, regimes } from './market/regime.ts';
import { type RiskState, riskMachine, riskStates } from './risk/risk.machine.ts';
import { type SectorState, sectorMachine, sectorStateOf, sectorStates } from './sector/sector.machine.ts';
import { sourceMachine } from './source/source.machine.ts';
import { dataStates, symbolMachine } from './symbol/symbol.machine.ts';

const tsMs = midnightOf('20261123') + 10 * 3_600_000;
type Region = {
  readonly region: string | null;
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly events: readonly string[];
};

/** Where `events` from the start lead in one region, or the whole value of a plain machine. */
function endOf(machine: AnyStateMachine, input: unknown, region: string | null, events: readonly string[]): string {
  const actor = createActor(machine, { input } as never);
  actor.start();
  for (const type of events) actor.send({ type, tsMs });
  const { value, status } = actor.getSnapshot();
  expect(status).toBe('active');
  return region === null ? (value as string) : (value as Record<string, string>)[region]!;
}

/** Every (state, event) pair of the region against the table; what the table does not name leaves the state. */
function checkMatrix(machine: AnyStateMachine, input: unknown, { region, paths, events }: Region, table: Record<string, string>): void {
  for (const [state, path] of Object.entries(paths)) {
    expect(endOf(machine, input, region, path), `the way to ${state}`).toBe(state);
    for (const event of events) {
      const want = table[`${state} ${event}`] ?? state;
      expect(endOf(machine, input, region, [...path, event]), `${state} × ${event}`).toBe(want);
    }
  }
}

describe('symbol', () => {
  const input = { instrument: '600000.SH' };
  const limits = ['limit.neared', 'limit.left', 'limit.locked', 'limit.unlocked'];

  test('limit: every pair of state and event', () => {
    const paths = {
      free: [],
      near: ['limit.neared'],
      sealed: ['limit.locked'],
      opened: ['limit.locked', 'limit.unlocked'],
      resealed: ['limit.locked', 'limit.unlocked', 'limit.locked'],
    };
    checkMatrix(
      symbolMachine,
      input,
      { region: 'limit', paths, events: limits },
      {
        'free limit.neared': 'near',
        'free limit.locked': 'sealed',
        'near limit.left': 'free',
        'near limit.locked': 'sealed',
        'sealed limit.unlocked': 'opened',
        'opened limit.locked': 'resealed',
        'opened limit.left': 'free',
        'resealed limit.unlocked': 'opened',
      },
    );
  });

  test('data: the newest word counts, from anywhere', () => {
    const paths = Object.fromEntries(dataStates.map((state) => [state, [`data.${state}`]]));
    const table = Object.fromEntries(dataStates.flatMap((from) => dataStates.map((to) => [`${from} data.${to}`, to])));
    checkMatrix(symbolMachine, input, { region: 'data', paths, events: dataStates.map((state) => `data.${state}`) }, table);
  });

  test('paths through the graph take every transition', () => {
    const events = [...limits, ...dataStates.map((state) => `data.${state}`)].map((type) => ({ type, tsMs }));
    const { declared, untaken } = graphCoverage(symbolMachine, [{ input, events }], (state) =>
      JSON.stringify((state as { value: unknown }).value),
    );

    expect(untaken).toEqual([]);
    expect(declared).toHaveLength(12);
  });
});

describe('sector', () => {
  test('every pair of state and event', () => {
    const paths = { cold: [], warming: ['sector.warming'], hot: ['sector.hot'], cooling: ['sector.hot', 'sector.cooling'] };
    checkMatrix(
      sectorMachine,
      { code: 'BK1', name: '一' },
      { region: null, paths, events: sectorStates.map((state) => `sector.${state}`) },
      {
        'cold sector.warming': 'warming',
        'cold sector.hot': 'hot',
        'warming sector.hot': 'hot',
        'warming sector.cold': 'cold',
        'hot sector.cooling': 'cooling',
        'cooling sector.hot': 'hot',
        'cooling sector.cold': 'cold',
      },
    );
  });

  // hot from .8 % and 70 % on, kept down to three quarters of them; warming from .4 % and 60 %; cold again under .1 %
  test.each<[SectorState, number, number, SectorState]>([
    ['cold', 0.0039, 0.9, 'cold'],
    ['cold', 0.004, 0.6, 'warming'],
    ['cold', 0.004, 0.59, 'cold'],
    ['cold', 0.008, 0.7, 'hot'],
    ['cold', 0.008, 0.69, 'warming'],
    ['warming', 0.003, 0.45, 'warming'],
    ['warming', 0.0029, 0.45, 'cold'],
    ['warming', 0.003, 0.44, 'cold'],
    ['hot', 0.006, 0.525, 'hot'],
    ['hot', 0.0059, 0.525, 'cooling'],
    ['hot', 0.006, 0.524, 'cooling'],
    ['cooling', 0.001, 0.1, 'cooling'],
    ['cooling', 0.0009, 0.9, 'cold'],
    ['cooling', 0.008, 0.7, 'hot'],
    ['hot', Number.NaN, 0.9, 'hot'],
    ['warming', 0.02, Number.NaN, 'warming'],
  ])('%s at an excess of %d with %d rising: %s', (current, excess, rising, next) => {
    expect(sectorStateOf(current, excess, rising)).toBe(next);
  });
});

describe('source', () => {
  const input = { name: 'tencent' };
  const facts = ['connected', 'failed', 'probing', 'recovered', 'standby', 'active'].map((fact) => `source.${fact}`);
  const events = [...facts, 'feed.lagged', 'feed.resumed'];

  test('every pair of state and event', () => {
    const paths = {
      connecting: [],
      live: ['source.connected'],
      lagging: ['source.connected', 'feed.lagged'],
      open: ['source.failed'],
      probing: ['source.failed', 'source.probing'],
      standby: ['source.standby'],
    };
    const anywhere = Object.fromEntries(
      Object.keys(paths).flatMap((state) => [
        [`${state} source.failed`, 'open'],
        [`${state} source.standby`, 'standby'],
      ]),
    );
    checkMatrix(
      sourceMachine,
      input,
      { region: null, paths, events },
      {
        ...anywhere,
        'connecting source.connected': 'live',
        'connecting feed.resumed': 'live',
        'live feed.lagged': 'lagging',
        'lagging feed.resumed': 'live',
        'open source.probing': 'probing',
        'open source.recovered': 'live',
        'probing source.recovered': 'live',
        'standby source.active': 'connecting',
      },
    );
  });

  test('paths through the graph take every transition', () => {
    const walk = { input, events: events.map((type) => ({ type, tsMs })) };
    expect(graphCoverage(sourceMachine, [walk], (state) => JSON.stringify((state as { value: unknown }).value)).untaken).toEqual([]);
  });
});

describe('market', () => {
  const input = { tradeDate: '20261123' };
  const proposal = (regime: Regime) => ({ type: 'regime.proposed', regime, tsMs });
  const proposed = (...events: { type: string }[]) => {
    const actor = createActor(marketMachine, { input });
    actor.start();
    for (const event of events) actor.send({ tsMs, ...event } as never);
    return actor.getSnapshot();
  };

  test('phase: every phase leads to every other', () => {
    const paths = Object.fromEntries(phases.map((phase) => [phase, [`phase.${phase}`]]));
    const table = Object.fromEntries(phases.flatMap((from) => phases.map((to) => [`${from} phase.${to}`, to])));
    checkMatrix(marketMachine, input, { region: 'phase', paths, events: phases.map((phase) => `phase.${phase}`) }, table);
  });

  test('feed and exchanges: every pair of state and event', () => {
    const feed = { fresh: [], stale: ['feed.staled'] };
    checkMatrix(
      marketMachine,
      input,
      { region: 'feed', paths: feed, events: ['feed.staled', 'feed.recovered'] },
      {
        'fresh feed.staled': 'stale',
        'stale feed.recovered': 'fresh',
      },
    );
    for (const exchange of exchanges) {
      const paths = { moving: [], frozen: [`exchange.frozen.${exchange}`] };
      const events = exchanges.flatMap((each) => [`exchange.frozen.${each}`, `exchange.thawed.${each}`]);
      checkMatrix(
        marketMachine,
        input,
        { region: exchange, paths, events },
        {
          [`moving exchange.frozen.${exchange}`]: 'frozen',
          [`frozen exchange.thawed.${exchange}`]: 'moving',
        },
      );
    }
  });

  test('a regime must be proposed for 180 trading seconds without a break', () => {
    const armed = proposed(proposal('weak'));
    expect([armed.value.regime, armed.context.timers]).toEqual(['unknown', { regimeDwell: tsMs + 180_000 }]);
    expect(proposed(proposal('weak'), { type: 'timer.regimeDwell' }).value.regime).toBe('weak');

    const withdrawn = proposed(proposal('weak'), proposal('unknown'));
    expect(withdrawn.context.timers).toEqual({});

    const changed = proposed(proposal('weak'), { ...proposal('panic'), tsMs: tsMs + 60_000 } as never);
    expect(changed.context.timers).toEqual({ regimeDwell: tsMs + 240_000 });
  });

  test.each(regimes.flatMap((from) => regimes.map((to) => [from, to] as const)))('regime %s to %s', (from, to) => {
    const way = from === 'unknown' ? [] : [proposal(from), { type: 'timer.regimeDwell' }];
    expect(proposed(...way).value.regime).toBe(from);
    expect(proposed(...way, proposal(to), { type: 'timer.regimeDwell' }).value.regime).toBe(to);
  });

  test('paths through the graph take every transition', () => {
    const exchange = exchanges.flatMap((each) => [`exchange.frozen.${each}`, `exchange.thawed.${each}`]);
    const walks = [
      [...phases.map((phase) => ({ type: `phase.${phase}`, tsMs }))],
      [...regimes.map(proposal), { type: 'timer.regimeDwell', tsMs }],
      [...['feed.staled', 'feed.recovered', ...exchange].map((type) => ({ type, tsMs }))],
    ];
    const key = (state: unknown) => {
      const { value, context } = state as { value: unknown; context: { proposed: unknown } };
      return JSON.stringify([value, context.proposed]);
    };
    const { untaken } = graphCoverage(
      marketMachine,
      walks.map((events) => ({ input, events })),
      key,
    );
    expect(untaken).toEqual([]);
  });

  const calm = { nPriced: 500, mktMed5m: 0, advShare: 0.5, nUp: 10, nDn: 5 };
  test.each<[string, Regime, Partial<typeof calm>, Regime]>([
    ['nothing known yet', 'neutral', { nPriced: 0, advShare: Number.NaN }, 'unknown'],
    ['499 symbols, all of them falling', 'panic', { nPriced: 499, advShare: 0, mktMed5m: -0.05 }, 'unknown'],
    ['500 symbols, all of them falling', 'unknown', { advShare: 0, mktMed5m: -0.05 }, 'panic'],
    ['an ordinary day', 'neutral', {}, 'neutral'],
    ['0.8 % down in five minutes', 'neutral', { mktMed5m: -0.0081 }, 'panic'],
    ['more than 100 at the lower limit', 'neutral', { nDn: 101 }, 'panic'],
    ['14 % rising', 'neutral', { advShare: 0.14 }, 'panic'],
    ['19 % rising out of panic: five points of hysteresis', 'panic', { advShare: 0.19 }, 'panic'],
    ['21 % rising out of panic', 'panic', { advShare: 0.21 }, 'weak'],
    ['34 % rising', 'neutral', { advShare: 0.34 }, 'weak'],
    ['39 % rising while weak', 'weak', { advShare: 0.39 }, 'weak'],
    ['41 % rising while weak', 'weak', { advShare: 0.41 }, 'neutral'],
    ['61 % rising and 50 limit-ups', 'neutral', { advShare: 0.61, nUp: 50 }, 'strong'],
    ['61 % rising and 49 limit-ups', 'neutral', { advShare: 0.61, nUp: 49 }, 'neutral'],
    ['56 % rising while strong', 'strong', { advShare: 0.56, nUp: 50 }, 'strong'],
    ['76 % rising and 100 limit-ups', 'strong', { advShare: 0.76, nUp: 100 }, 'euphoric'],
  ])('%s, while %s', (_what, current, numbers, want) => {
    expect(regimeOf(current, { ...calm, ...numbers })).toBe(want);
  });
});

describe('risk of a scope', () => {
  const asked = (level: number, by = 'operator') => ({ type: 'risk.level', tsMs, by, level, causes: { [by]: level } }) as const;
  const heard = (...levels: readonly number[]) => {
    const actor = createActor(riskMachine, { input: { scope: 'market' } });
    actor.start();
    for (const level of levels) actor.send(asked(level));
    return actor.getSnapshot();
  };

  test.each(riskStates.flatMap((from, i) => riskStates.map((to, j) => [from, i, to, j] as const)))(
    '%s, asked from level %d: %s',
    (from, i, to, j) => {
      expect(heard(i).value).toBe(from);
      expect(heard(i, j).value).toBe(to satisfies RiskState);
    },
  );

  test('it says who asked, also where another asks for the same', () => {
    expect(heard(2).context).toMatchObject({ scope: 'market', causes: { operator: 2 }, note: 'operator 2', noteSeq: 1 });
    const actor = createActor(riskMachine, { input: { scope: 'market' } });
    actor.start();
    actor.send({ ...asked(2), causes: { operator: 2 } });
    actor.send({ ...asked(2, 'K2'), causes: { operator: 2, K2: 2 } });
    expect(actor.getSnapshot()).toMatchObject({
      value: 'restricted',
      context: { causes: { operator: 2, K2: 2 }, note: 'K2 2', noteSeq: 2 },
    });
    actor.send({ ...asked(2, 'operator'), causes: { K2: 2 } });
    expect(actor.getSnapshot().context.note).toBe('operator 0');
  });
});
