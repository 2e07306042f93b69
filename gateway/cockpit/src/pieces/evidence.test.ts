import { expect, test } from 'vitest';
import type { Evidence } from '../state/shapes.ts';
import { borne } from './evidence.tsx';

const bid = (op: Evidence['op'], threshold: number | null): Evidence => ({ feature: 'bid1', value: 36.28, op, threshold, contrib: 0 });

test('a first target that was touched does not name the stop that was not', () => {
  const [stop, target] = [bid('<=', 35.46), bid('>=', 36.2)];
  expect(borne([stop, target])).toEqual([target]);
});

test('a level met exactly is reached, a number without a level stays, and where nothing was reached nothing is hidden', () => {
  expect(borne([bid('<=', 36.28), bid('info', null)])).toHaveLength(2);
  expect(borne([bid('<=', 35.46)])).toHaveLength(1);
});
