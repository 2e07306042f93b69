import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MachineSketch } from '../../../../contracts/machine-sketch.ts';
import { distanceTo, exitsFrom, nodeOf } from './exits.ts';
import { withLive } from './reading.ts';
import type { LiveValues, Opportunity } from './shapes.ts';

/** As the engine publishes it. */
const machine = (
  JSON.parse(readFileSync(new URL('../../../../contracts/schemas/machines.json', import.meta.url), 'utf8')) as MachineSketch[]
).find(({ id }) => id === 'opportunity')!;
const at = (clock: string): number => Date.parse(`2026-11-23T${clock}+08:00`);

describe('what can still end an opportunity', () => {
  const always = ['DATA', 'RISK', 'SESSION', 'MANUAL'];
  test.each([
    ['discovered', ['INVALID', 'LIMIT', 'UNCONFIRMED']],
    ['confirmed', ['LIMIT', 'DECAY', 'TIMEOUT']],
    ['tracking.rising', ['STOP', 'TARGET', 'LIMIT', 'DECAY', 'TIMEOUT']],
    ['tracking.locked', ['STOP', 'TARGET', 'LIMIT', 'DECAY', 'TIMEOUT']],
  ])('from %s', (path, own) => {
    expect([...exitsFrom(machine, path)].sort()).toEqual([...always, ...own].sort());
  });
  test('of one that is suspended is its limit, risk, the close and a person', () => {
    expect([...exitsFrom(machine, 'suspended.tracking.rising')].sort()).toEqual(['DATA', 'MANUAL', 'RISK', 'SESSION']);
  });
  test('of one that has ended is nothing, and of a state nobody knows neither', () => {
    expect([exitsFrom(machine, 'ended'), exitsFrom(machine, 'nowhere')]).toEqual([[], []]);
    expect(nodeOf(machine, 'tracking.rising')).toBe('lifecycle.live.tracking.rising');
  });
  test('is no edge that leads elsewhere, though by the same guard', () => {
    const edge = machine.edges.find(
      ({ from, event, guard }) => from === 'lifecycle.live.tracking' && event === 'timer.horizon' && guard === null,
    );
    const elsewhere = { ...machine, edges: [{ ...edge!, to: ['lifecycle.live.tracking'] }] };
    expect([exitsFrom({ ...machine, edges: [edge!] }, 'tracking.rising'), exitsFrom(elsewhere, 'tracking.rising')]).toEqual([
      ['TIMEOUT'],
      [],
    ]);
  });
  test('every edge to the end has a reason: none is missing on the page', () => {
    const paths = machine.edges
      .filter(({ to }) => to.includes('lifecycle.ended'))
      .map(({ from }) => from.replace('lifecycle.live.', '').replace('lifecycle.', ''));
    for (const path of new Set(paths.filter((each) => each !== 'live'))) expect(exitsFrom(machine, path).length, path).toBeGreaterThan(0);
  });
});

describe('how far off it is', () => {
  const facts = {
    plan: { entryMilli: 10_000, stopMilli: 9800, target1Milli: 10_200, target2Milli: 10_400, sigmaH: 0.02, rewardRisk: 2 },
    timers: { horizon: at('10:15:00') },
  };
  const where = { lastMilli: 10_000, stopMilli: 9800, limitMilli: 11_000, nowMs: at('10:05:00'), closeMs: at('15:00:00') };
  test.each([
    ['TARGET', 'up', { kind: 'share', value: 0.04, atMilli: 10_400 }],
    ['STOP', 'up', { kind: 'share', value: 0.02, atMilli: 9800 }],
    ['LIMIT', 'up', { kind: 'share', value: 0.1, atMilli: 11_000 }],
    ['TIMEOUT', 'up', { kind: 'time', leftSec: 600 }],
    ['SESSION', 'up', { kind: 'time', leftSec: 3 * 3600 + 25 * 60 }],
    ['DECAY', 'up', null],
    ['MANUAL', 'up', null],
  ] as const)('%s', (reason, direction, wanted) => {
    const found = distanceTo(reason, { facts, direction }, where);
    if (wanted !== null && 'value' in wanted) expect(found).toMatchObject({ ...wanted, value: expect.closeTo(wanted.value, 12) });
    else expect(found).toEqual(wanted);
  });
  test('of what falls is counted the other way', () => {
    const down = { ...facts, plan: { ...facts.plan, target2Milli: 9600 } };
    expect(distanceTo('TARGET', { facts: down, direction: 'down' }, where)).toMatchObject({ value: expect.closeTo(0.04, 12) });
    expect(distanceTo('STOP', { facts: down, direction: 'down' }, { ...where, stopMilli: 10_200 })).toMatchObject({
      value: expect.closeTo(0.02, 12),
    });
  });
  test('goes by the newest word of its clocks', () => {
    const told = { facts, direction: 'up' } as unknown as Opportunity;
    const live = { timers: { decay: at('10:07:00') }, paused: {} } as unknown as LiveValues;
    expect(distanceTo('DECAY', withLive(told, live), where)).toEqual({ kind: 'time', leftSec: 120 });
    expect(distanceTo('TIMEOUT', withLive(told, live), where)).toBeNull();
    expect(withLive(told, undefined)).toBe(told);
  });
  test('is unknown without a price', () => {
    for (const lastMilli of [null, 0]) expect(distanceTo('STOP', { facts, direction: 'up' }, { ...where, lastMilli })).toBeNull();
  });
});
