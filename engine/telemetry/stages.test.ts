import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { countsOf, StageWindow } from './stages.ts';

const histogram = () =>
  new Histogram({ name: 'h', help: 'h', labelNames: ['stage'], buckets: [0.01, 0.1, 1], registers: [new Registry()] });
const counts = async (of: Histogram<string>) => countsOf((await of.get()).values);

test('each stage has its median and its 99th percentile, straight within a bucket', async () => {
  const own = histogram();
  // nine of ten within 10 ms, one within 100
  for (let i = 0; i < 9; i++) own.observe({ stage: 'step' }, 0.004);
  own.observe({ stage: 'step' }, 0.05);
  const [step, ...more] = new StageWindow(0).take(await counts(own), 30_000);

  expect(more).toEqual([]);
  expect(step).toMatchObject({ stage: 'step', count: 10, windowSec: 30 });
  // the fifth of nine in 0 to 10 ms; the 9.9th: nine tenths into 10 to 100 ms
  expect(step!.p50Ms).toBeCloseTo((10 * 5) / 9, 9);
  expect(step!.p99Ms).toBeCloseTo(10 + 90 * 0.9, 9);
});

test('what lies more than a minute back counts no more; a stage in which nothing happens is left out', async () => {
  const own = histogram();
  const window = new StageWindow(0);
  own.observe({ stage: 'tape' }, 0.5);
  for (let sec = 5; sec <= 60; sec += 5) expect(window.take(await counts(own), sec * 1000)).toMatchObject([{ stage: 'tape', count: 1 }]);
  // of the looks a minute old the newest, at 5 s, has it already
  expect(window.take(await counts(own), 65_000)).toEqual([]);
  own.observe({ stage: 'tape' }, 0.5);
  expect(window.take(await counts(own), 70_000)).toMatchObject([{ stage: 'tape', count: 1, windowSec: 60 }]);
});

test('past the last edge it is that edge: not known better', async () => {
  const own = histogram();
  own.observe({ stage: 'step' }, 7);
  expect(new StageWindow(0).take(await counts(own), 1000)).toMatchObject([{ p50Ms: 1000, p99Ms: 1000 }]);
});
