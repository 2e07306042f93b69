import { describe, expect, test } from 'vitest';
import { again, at, confirm, open, plan, price, risk, said, standing, tracking } from '../../scenarios/support/opportunity-actor.ts';
import type { Plan } from './context.ts';
import { stopOf, wants } from './prices.ts';

describe('defects of the first life', () => {
  const ended = () => tracking().send(price(10_300)).send({ type: 'timer.horizon' }).send(said(0.2, 0.4)).send({ type: 'timer.decay' });

  test('a reopened opportunity keeps nothing of its first life but its number', () => {
    const before = ended();
    expect([before.context().trailMilli, before.context().extended, before.context().confirmedMs === null]).toEqual([10_263, true, false]);

    const { peakMilli, trailMilli, extended, heldByRisk, confirmedMs, tightened, anchor, reopened } = before.send(again).context();
    expect({ peakMilli, trailMilli, extended, heldByRisk, confirmedMs, tightened, anchor, reopened }).toEqual({
      peakMilli: 10_250,
      trailMilli: null,
      extended: false,
      heldByRisk: false,
      confirmedMs: null,
      tightened: false,
      anchor: again.reopens.anchor,
      reopened: 1,
    });
  });

  test('risk that was held at birth can fall, and a confirmation that was refused can come', () => {
    const opened = open().send(risk(2), '10:00:01').send(confirm, '10:00:40');
    expect(opened.state()).toBe('discovered');

    expect(opened.send(risk(0), '10:00:50').send(confirm, '10:01:00').state()).toBe('confirmed');
  });

  test('a freeze is heard while suspended: it ends, or holds past the resumption', () => {
    const halted = () => tracking().send({ type: 'halt', lastMilli: 10_250 }, '10:05:00');
    expect(halted().send(risk(3, 'end')).context().endReason).toBe('RISK');

    const held = halted().send(risk(3), '10:06:00').send({ type: 'resume', lastMilli: 10_250 }, '10:07:00');
    expect([held.state(), held.context().timers, held.context().paused]).toEqual(['tracking.rising', {}, { horizon: 660 }]);
    expect(held.send(risk(1), '10:08:00').context().timers.horizon).toBe(at('10:19:00'));
  });

  test('a weak score counts from the confirmation on, also where it was weak before', () => {
    const weak = { ...confirm, standing: { ...standing(0.2, 0.6), weak: true } };
    expect(open().send(weak, '10:00:40').context().timers).toEqual({ horizon: at('10:15:40'), decay: at('10:02:40') });
    expect(open().send(confirm, '10:00:40').send(said(0.2, 0.4), '10:00:41').context().timers.decay).toBe(at('10:02:41'));
  });

  test('a lock ends a momentum, is waited at by a board, and is nothing to a sector or a risk', () => {
    const locked = { type: 'limit.locked' };
    const families = ['momentum', 'board', 'sector', 'risk'] as const;
    expect(families.map((family) => open({ family }).send(locked).state())).toEqual(['ended', 'discovered', 'discovered', 'discovered']);
    expect(families.map((family) => tracking({ family }).send(locked).state())).toEqual([
      'ended',
      'tracking.locked',
      'tracking.rising',
      'tracking.rising',
    ]);
  });
});

describe('edges', () => {
  const odd = { ...plan, entryMilli: 10_201 };
  const down = { entryMilli: 10_200, stopMilli: 10_301, target1Milli: 10_100, target2Milli: 10_020, sigmaH: 0.01, rewardRisk: 1 };
  const rising = (own: Plan) =>
    open()
      .send({ ...confirm, plan: own })
      .send({ type: 'snapshot.next' });
  const falling = () =>
    open({ direction: 'down', plan: down, anchor: { p0Milli: 10_400, enterMilli: 10_200 } })
      .send({ ...confirm, plan: down })
      .send({ type: 'snapshot.next' });

  test('halves and shares of a price are rounded towards the stop, up and down', () => {
    expect(stopOf(rising(odd).send(risk(2)).context())).toBe(10_150);
    expect(stopOf(falling().send(risk(2)).context())).toBe(10_251);
    // 10.303 − .4 · .103 = 10.2618; mirrored 10.097 + .4 · .103 = 10.1382
    expect(
      tracking()
        .send(price(10_300, { midMilli: 10_303 }))
        .context().trailMilli,
    ).toBe(10_261);
    expect(
      falling()
        .send(price(10_080, { askMilli: 10_095, midMilli: 10_097 }))
        .context().trailMilli,
    ).toBe(10_139);
  });

  test('the peak begins at the better of the impulse and the entry, and takes the trail along', () => {
    expect(rising({ ...plan, entryMilli: 10_150 }).context().peakMilli).toBe(10_200);
    expect(rising({ ...plan, entryMilli: 10_250 }).context().peakMilli).toBe(10_250);
    expect(falling().context().peakMilli).toBe(10_200);
    const followed = tracking()
      .send(price(10_300))
      .send(price(10_340, { midMilli: 10_350 }));
    expect([followed.context().peakMilli, followed.context().trailMilli]).toEqual([10_350, 10_290]);
    expect(tracking().send(price(10_250)).context().trailMilli).toBeNull();
  });

  test('an edge of exactly a tenth confirms, and a score of exactly the entering one extends', () => {
    expect(
      open()
        .send({ ...confirm, standing: standing(0.6, 0.35, { p0: 0.25 }) })
        .state(),
    ).toBe('confirmed');
    const extended = tracking().send(said(0.45, 0.5)).send({ type: 'timer.horizon' }, '10:16:00');
    expect([extended.state(), extended.context().extended]).toEqual(['tracking.rising', true]);
  });

  test('decay counts from where it became weak, halted or not, and not while it is strong', () => {
    const weak = tracking().send(said(0.2, 0.4), '10:02:00').send(said(0.1, 0.4), '10:03:00');
    expect(weak.context().timers.decay).toBe(at('10:04:00'));
    const halted = weak.send({ type: 'halt', lastMilli: 10_250 }, '10:03:30');
    expect(halted.context().paused.decay).toBe(30);
    const strong = tracking().send(said(0.2, 0.4), '10:02:00').send(said(0.5, 0.5), '10:03:00');
    expect(strong.context().timers.decay).toBeUndefined();
  });

  test('only a stop at which nobody stood is unfillable', () => {
    const without = { bidMilli: null, askMilli: 10_090, midMilli: 10_090, lastMilli: 10_090 };
    expect(tracking().send(price(10_100)).context().unfillable).toBe(false);
    expect(tracking().send({ type: 'session.end' }).context().unfillable).toBe(false);
    // a new life begins fillable again
    expect(tracking().send(price(10_090, without)).send(again).context()).toMatchObject({ reopened: 1, unfillable: false });
  });

  test('a new life keeps the dwell of risk, and no other timer of the first', () => {
    const ended = tracking().send(risk(2), '10:04:00').send(risk(0), '10:04:30').send({ type: 'timer.decay' }, '10:05:00');
    expect(ended.context().timers).toEqual({ riskDwell: at('10:06:30'), coolDown: at('10:15:00') });
    expect(ended.send(again, '10:06:00').context().timers).toEqual({ riskDwell: at('10:06:30'), confirmDeadline: at('10:08:00') });
  });

  test('each note is told apart from the one before', () => {
    const first = tracking().send(price(10_300));
    const { noteSeq } = first.context();
    expect(noteSeq).toBeGreaterThan(0);
    expect(first.send(risk(3)).context()).toMatchObject({ note: 'riskHold', noteSeq: noteSeq + 1 });
  });

  test('locked, nothing but an exit is wanted of a price', () => {
    const locked = open({ family: 'board' }).send(confirm).send({ type: 'limit.locked' });
    expect(locked.state()).toBe('tracking.locked');
    const wanted = (milli: number, more = {}) => wants(locked.state(), locked.context(), price(milli, more) as never);
    expect([wanted(10_250, { midMilli: 10_290 }), wanted(10_100), wanted(10_380), wanted(10_190, { dive: true })]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
