/** The models of a day in a cell: who speaks, who steps back, and what brings that about. */
import { describe, expect, test } from 'vitest';
import type { DayModel } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { featureVersion } from '../../contracts/features.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import { logit } from '../../contracts/math.ts';
import type { Claim } from '../opportunities/confidence.ts';
import { Actors } from './actors.ts';
import type { Lane } from './lanes.ts';
import { Models } from './models.ts';
import { Recorder } from './recorder.ts';
import { Settings } from './settings.ts';
import type { SignalCase } from './signal-case.ts';
import { TimerQueue } from './timer-queue.ts';

/** A lane as far as models know one. */
function laneOf(modelId: string | null = null, family = 'momentum') {
  const lane = { id: 'rally', modelId, canaryId: null as string | null, detector: { family } } as unknown as Lane;
  lane.speakFrom = (id, canary = null) => {
    lane.modelId = id;
    lane.canaryId = canary;
  };
  return lane;
}
const model = (id: string, state: DayModel['state'], features: string | null = null): DayModel => ({
  id,
  strategy: 'rally',
  state,
  features,
});

function cellOf(models: readonly DayModel[], lane = laneOf()) {
  const recorder = new Recorder();
  const actors = new Actors(recorder, new TimerQueue());
  const held = new Models([...models], new Settings(defaultConfig), [lane], actors, recorder);
  held.opened();
  const states = () => Object.fromEntries(models.map(({ id }) => [id, held.stateOf(lane, id)]));
  return { held, lane, states, recorder, actors, speaking: () => [lane.modelId, lane.canaryId] };
}
const tellsOf = (entries: readonly JournalEntry[]) =>
  entries.flatMap((entry) =>
    entry.kind === 'transition' ? [`${entry.actorId} ${entry.from} ${entry.to} ${entry.data.by}`] : [entry.kind],
  );

describe('a day opens', () => {
  test('with each as the bundle says, journaled', () => {
    const { states, recorder, speaking } = cellOf([model('a', 'active'), model('b', 'canary'), model('c', 'retired')], laneOf('a'));

    expect(states()).toEqual({ a: 'active', b: 'canary', c: 'retired' });
    expect(speaking()).toEqual(['a', 'b']);
    expect(tellsOf(recorder.take())).toEqual([
      'model.rally.a null active null',
      'model.rally.b null canary null',
      'model.rally.c null retired null',
    ]);
  });

  test('one of other features is kept out and said to be', () => {
    const { states, recorder, speaking } = cellOf(
      [model('a', 'active', 'fs-0'), model('b', 'canary', 'fs-0'), model('c', 'shadow', featureVersion)],
      laneOf('a'),
    );

    expect(states()).toEqual({ a: 'candidate', b: 'candidate', c: 'shadow' });
    expect(speaking()).toEqual([null, null]);
    expect(recorder.take().filter(({ kind }) => kind === 'fault')).toMatchObject([
      { scope: 'strategy:rally', code: 'MODEL_MISFIT', message: expect.stringContaining('a was fitted on features fs-0') },
      { code: 'MODEL_MISFIT' },
    ]);
  });

  test('one that does not fit silences nobody who does, is never let speak, and retired stays retired', () => {
    const lane = laneOf('b');
    const { held, states, speaking } = cellOf([model('a', 'canary'), model('b', 'active', 'fs-0'), model('c', 'retired', 'fs-0')], lane);
    expect([states(), speaking()]).toEqual([{ a: 'canary', b: 'candidate', c: 'retired' }, [null, 'a']]);
    expect([held.choose(lane, 'b'), held.stage(lane, 'b', 'shadow'), held.choose(lane, 'c')]).toEqual([
      'MODEL_MISFIT',
      'MODEL_MISFIT',
      'MODEL_RETIRED',
    ]);
    expect([held.stage(lane, 'b', 'retired'), held.stage(lane, 'b', 'candidate'), held.stage(lane, 'b', 'shadow')]).toEqual([
      null,
      null,
      'MODEL_MISFIT',
    ]);
  });

  test('a model of a strategy that does not run is nobody’s', () => {
    const { held, lane, recorder } = cellOf([{ ...model('a', 'active'), strategy: 'off' }]);
    expect(held.stateOf(lane, 'a')).toBeNull();
    expect(recorder.take()).toEqual([]);
  });
});

describe('its life', () => {
  test('a step at a time, to where it speaks', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'candidate')]);
    const seen = (['shadow', 'canary', 'active'] as const).map((state) => [held.stage(lane, 'a', state), states().a, ...speaking()]);

    expect(seen).toEqual([
      [null, 'shadow', null, null],
      [null, 'canary', null, 'a'],
      [null, 'active', 'a', null],
    ]);
  });

  test.each([
    ['a step that is not the next', 'candidate', 'a', 'active', 'STAGE_NOT_NEXT'],
    ['who it is already', 'shadow', 'a', 'shadow', 'STAGE_NOT_NEXT'],
    ['a retired one, but as a candidate', 'retired', 'a', 'shadow', 'STAGE_NOT_NEXT'],
    ['one that the day does not have', 'shadow', 'nobody', 'canary', 'NOT_FOUND'],
  ] as const)('refused: %s', (_what, from, id, to, code) => {
    const { held, lane, speaking, states } = cellOf([model('a', from)]);
    expect([held.stage(lane, id, to), states().a, ...speaking()]).toEqual([code, from, null, null]);
  });

  test('another canary, another active one: who was it goes to the shadow', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'canary'), model('b', 'shadow')]);
    held.stage(lane, 'b', 'canary');
    expect([states(), speaking()]).toEqual([{ a: 'shadow', b: 'canary' }, [null, 'b']]);
    held.stage(lane, 'b', 'active');
    held.stage(lane, 'a', 'canary');
    expect([states(), speaking()]).toEqual([{ a: 'canary', b: 'active' }, ['b', 'a']]);
    held.stage(lane, 'a', 'active');
    expect([states(), speaking()]).toEqual([{ a: 'active', b: 'shadow' }, ['a', null]]);
  });

  test('a canary that steps back speaks of nothing', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'active'), model('b', 'canary')], laneOf('a'));
    held.stage(lane, 'b', 'shadow');
    expect([states(), speaking()]).toEqual([{ a: 'active', b: 'shadow' }, ['a', null]]);
  });

  test('an active one that steps back: who spoke before it speaks again', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'active'), model('b', 'shadow')], laneOf('a'));
    held.choose(lane, 'b');
    held.stage(lane, 'b', 'shadow');
    expect([states(), speaking()]).toEqual([{ a: 'active', b: 'shadow' }, ['a', null]]);
    held.stage(lane, 'a', 'retired');
    expect([states(), speaking()]).toEqual([{ a: 'retired', b: 'shadow' }, [null, null]]);
  });
});

describe('the operator chooses', () => {
  test('one at once, whatever it was; a retired one he may not', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'candidate'), model('b', 'retired'), model('c', 'canary')]);
    expect(held.choose(lane, 'a')).toBeNull();
    expect(held.choose(lane, 'b')).toBe('MODEL_RETIRED');
    expect([states(), speaking()]).toEqual([{ a: 'active', b: 'retired', c: 'canary' }, ['a', 'c']]);
    expect(held.choose(lane, 'c')).toBeNull();
    expect([states(), speaking()]).toEqual([{ a: 'shadow', b: 'retired', c: 'active' }, ['c', null]]);
  });

  test('the strategy’s own maps speak of every instrument: a canary goes to the shadow too', () => {
    const alone = cellOf([model('a', 'canary')]);
    expect([alone.held.choose(alone.lane, null), alone.states(), alone.speaking()]).toEqual([null, { a: 'shadow' }, [null, null]]);
    const both = cellOf([model('a', 'active'), model('b', 'canary')], laneOf('a'));
    both.held.choose(both.lane, null);
    expect([both.states(), both.speaking()]).toEqual([{ a: 'shadow', b: 'shadow' }, [null, null]]);
  });

  test('the strategy’s own maps; who speaks already is left', () => {
    const { held, lane, states, speaking, recorder } = cellOf([model('a', 'active')], laneOf('a'));
    recorder.take();
    expect([held.choose(lane, 'a'), recorder.take()]).toEqual([null, []]);
    held.choose(lane, null);
    expect([states(), speaking()]).toEqual([{ a: 'shadow' }, [null, null]]);
  });
});

describe('back', () => {
  test('the canary before the active one, then who spoke before, at last the strategy’s own maps', () => {
    const { held, lane, states, speaking, recorder } = cellOf(
      [model('a', 'active'), model('b', 'shadow'), model('c', 'canary')],
      laneOf('a'),
    );
    held.choose(lane, 'b');
    recorder.take();
    const seen = [1, 2, 3].map(() => [held.rollBack(lane), { ...states() }, speaking()]);

    expect(seen).toEqual([
      [null, { a: 'shadow', b: 'active', c: 'retired' }, ['b', null]],
      [null, { a: 'active', b: 'retired', c: 'retired' }, ['a', null]],
      [null, { a: 'retired', b: 'retired', c: 'retired' }, [null, null]],
    ]);
    expect(tellsOf(recorder.take())).toEqual([
      'model.rally.c canary retired operator',
      'model.rally.b active retired operator',
      'model.rally.a shadow active operator',
      'model.rally.a active retired operator',
    ]);
    expect(held.rollBack(lane)).toBe('NOTHING_TO_ROLL_BACK');
  });

  test('who is taken back is not who comes after it, however often it spoke', () => {
    const ways = [(held: Models, lane: Lane) => held.rollBack(lane), (held: Models, lane: Lane) => held.stage(lane, 'a', 'shadow')];
    for (const [i, back] of ways.entries()) {
      const { held, lane, states, speaking } = cellOf([model('a', 'shadow'), model('b', 'shadow')]);
      for (const id of ['a', 'b', 'a']) held.choose(lane, id);
      held.stage(lane, 'b', 'retired');
      expect(back(held, lane)).toBeNull();
      expect([states().a, speaking()]).toEqual([i === 0 ? 'retired' : 'shadow', [null, null]]);
    }
  });

  test('one that is a candidate again is not let speak by a roll-back: nobody judged it', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'active'), model('b', 'shadow')], laneOf('a'));
    held.choose(lane, 'b');
    held.stage(lane, 'a', 'candidate');
    held.rollBack(lane);
    expect([states(), speaking()]).toEqual([{ a: 'candidate', b: 'retired' }, [null, null]]);
  });

  test('who was retired meanwhile is passed over', () => {
    const { held, lane, states, speaking } = cellOf([model('a', 'active'), model('b', 'shadow')], laneOf('a'));
    held.choose(lane, 'b');
    held.stage(lane, 'a', 'retired');
    held.rollBack(lane);
    expect([states(), speaking()]).toEqual([{ a: 'retired', b: 'retired' }, [null, null]]);
  });
});

const claimOf = (p: number): Claim => ({
  event: 'moves-1pct',
  horizonSec: 900,
  p0: 0.5,
  source: 'paper',
  data: 'test',
  days: 1,
  n: 1,
  auc95: [0.6, 0.7],
  odds: logit(p),
});
/** What opened: `ps` by model, null for the strategy's own. */
const caseOf = (lane: Lane, ps: Readonly<Record<string, number>>): SignalCase =>
  ({
    lane,
    reading: { direction: 'up' },
    subject: { row: 0 },
    plan: { lastMilli: 10_000, entryMilli: 10_000, feature: () => 0.01 },
    claims: (id: string | null) => [claimOf(ps[id ?? 'own']!)],
  }) as unknown as SignalCase;

describe('K14', () => {
  /** Ninety openings, none of which moves. */
  function drifting(models: readonly DayModel[], lane: Lane, ps: Readonly<Record<string, number>>) {
    const cell = cellOf(models, lane);
    for (let i = 0; i < 90; i++) cell.held.note(caseOf(lane, ps), 100);
    for (let tsec = 103; tsec <= 1003; tsec += 3) cell.held.update(tsec, () => 10_000);
    return cell;
  }

  test('who speaks and is clearly worse than who spoke before is retired, with the number', () => {
    const { states, speaking, recorder } = drifting([model('a', 'active')], laneOf('a'), { a: 0.9, own: 0.3 });

    expect([states(), speaking()]).toEqual([{ a: 'retired' }, [null, null]]);
    expect(recorder.take().at(-1)).toMatchObject({
      actorId: 'model.rally.a',
      to: 'retired',
      data: { by: 'K14' },
      evidence: [{ feature: 'modelBrier', value: expect.closeTo(0.81, 9), op: '<=', contrib: 0 }],
    });
  });

  test('a canary is compared with the active one, and goes alone', () => {
    const { states, speaking } = drifting([model('a', 'active'), model('b', 'canary')], laneOf('a'), { a: 0.3, b: 0.9, own: 0.9 });
    expect([states(), speaking()]).toEqual([{ a: 'active', b: 'retired' }, ['a', null]]);
  });

  test('the active one is watched beside a canary as well, and goes alone', () => {
    const { states, speaking } = drifting([model('a', 'active'), model('b', 'canary')], laneOf('a'), { a: 0.9, b: 0.3, own: 0.3 });
    expect([states(), speaking()]).toEqual([{ a: 'retired', b: 'canary' }, [null, 'b']]);
  });

  test('begun anew it is judged by what comes then', () => {
    const { held, lane, states } = drifting([model('a', 'active')], laneOf('a'), { a: 0.9, own: 0.3 });
    for (const state of ['candidate', 'shadow', 'canary', 'active'] as const) expect(held.stage(lane, 'a', state)).toBeNull();
    held.update(1006, () => 10_000);
    expect([states(), held.report(lane)[0]!.n]).toEqual([{ a: 'active' }, 0]);
  });

  test('one in the shadow is judged and left', () => {
    const { states, held, lane } = drifting([model('a', 'shadow'), model('b', 'candidate')], laneOf(), { a: 0.9, b: 0.9, own: 0.3 });
    expect(states()).toEqual({ a: 'shadow', b: 'candidate' });
    expect(held.report(lane)).toEqual([
      { id: 'a', state: 'shadow', n: 90, brier: expect.closeTo(0.81, 9), against: expect.closeTo(0.09, 9) },
      { id: 'b', state: 'candidate', n: 0, brier: null, against: null },
    ]);
  });

  test('unknown scores take who speaks back', () => {
    const { held, lane, states } = cellOf([model('a', 'active')], laneOf('a'));
    for (let i = 0; i < 60; i++) held.scored(lane, i < 13 ? null : 0.5);
    held.update(103, () => 10_000);
    expect(states()).toEqual({ a: 'retired' });
  });

  test.each([
    ['a board', { family: 'board', plan: true }],
    ['a sector', { family: 'sector', plan: false }],
  ])('%s has no price that a quarter of an hour could judge', (_what, { family, plan }) => {
    const lane = laneOf('a', family);
    const { held } = cellOf([model('a', 'active')], lane);
    const given = caseOf(lane, { a: 0.9, own: 0.3 });
    held.note(plan ? given : { ...given, plan: null }, 100);
    expect(held.report(lane)[0]).toMatchObject({ n: 0 });
    expect(held.image().records).toEqual([]);
  });

  test('it goes on from an image as it would have', () => {
    const models = [model('a', 'active'), model('b', 'shadow')];
    const first = drifting(models, laneOf('a'), { a: 0.31, b: 0.3, own: 0.3 });
    first.held.choose(first.lane, 'b');
    const recorder = new Recorder();
    const actors = new Actors(recorder, new TimerQueue());
    actors.restore(structuredClone(first.actors.image()));
    const lane = laneOf('b');
    const again = new Models(models, new Settings(defaultConfig), [lane], actors, recorder);
    again.restore(structuredClone(first.held.image()));

    expect(again.report(lane)).toEqual(first.held.report(first.lane));
    again.rollBack(lane);
    expect([lane.modelId, again.stateOf(lane, 'a'), again.stateOf(lane, 'b')]).toEqual(['a', 'active', 'retired']);
  });
});
