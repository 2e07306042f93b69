import { expect, test } from 'vitest';
import { limitUp } from '../detectors/limit-up.ts';
import { rally } from '../detectors/rally.ts';
import { Lane, LaneRows } from './lanes.ts';

test('lanes of a kind have a bit each: what one runs, throws for or is disabled for is not another’s; a 32nd is refused', () => {
  const instance = {
    id: 'a',
    detector: 'rally',
    version: 4,
    mode: 'active',
    modelId: null,
    params: rally.params.parse({}),
    paramHash: '',
  } as const;
  const rows = new LaneRows(3);
  const [first, last] = [new Lane(rally, instance, rows, 0), new Lane(rally, { ...instance, id: 'b' }, rows, 30)];
  first.keep(1, { ...rally.initial, hits: 1 });
  last.threw(2);

  expect([0, 1, 2].map((row) => [first.isRunning(row), last.isRunning(row)])).toEqual([
    [false, false],
    [true, false],
    [false, false],
  ]);
  expect([first.runsFor(2), last.runsFor(2), last.runsFor(1)]).toEqual([true, false, true]);
  last.disabled = true;
  expect([first.runsFor(1), last.runsFor(1), last.disabled, first.disabled]).toEqual([true, false, true, false]);
  expect(() => new Lane(rally, instance, rows, 31)).toThrow(RangeError);
});

test('a run whose opportunity has ended is over, or goes on with nothing reported where its detector says how', () => {
  const lane = (detector: typeof rally | typeof limitUp) =>
    new Lane(
      detector,
      { id: 'a', detector: detector.id, version: 1, mode: 'active', modelId: null, params: detector.params.parse({}), paramHash: '' },
      new LaneRows(2),
      0,
    );
  const reported = { score: 0.5, tsec: 1, weak: false, opens: true, path: 'sealed', confirmed: true };
  const [ends, goesOn] = [lane(rally), lane(limitUp)];
  for (const each of [ends, goesOn]) {
    each.keep(1, { ...each.detector.initial, hadSize: true });
    each.report(1, reported, 'o');
    each.outlive(1);
    each.outlive(0);
  }

  expect([ends.isRunning(1), goesOn.isRunning(1), goesOn.isRunning(0)]).toEqual([false, true, false]);
  expect(goesOn.runs.get(1)).toEqual({ state: limitUp.entity === 'symbol' && limitUp.initial, reported: null, opportunity: null });
});
