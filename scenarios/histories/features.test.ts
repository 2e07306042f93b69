import { expect, test } from 'vitest';
import { decodeBundle } from '../../contracts/bundle.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { againstReference } from '../support/against-reference.ts';
import { readHistory } from './history.ts';

test('features of a history are what the slow reference says of its quotes', () => {
  const { bundle, tape } = readHistory('2-levels');
  const { snapshots, wrong, never } = againstReference(
    decodeBundle(bundle),
    tape.map((body) => decodeTape(body)),
    97,
  );

  expect(wrong.slice(0, 10)).toEqual([]);
  expect(never).toEqual([]);
  expect(snapshots).toBeGreaterThan(1000);
});
