import { expect, test } from 'vitest';
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
