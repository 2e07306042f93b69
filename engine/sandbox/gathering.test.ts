import { expect, test } from 'vitest';
import { featureVersion } from '../../contracts/features.ts';
import type { FeatureView } from '../../contracts/view.ts';
import { Gathering } from './gathering.ts';

const view = (instrument: string, round: number, of: number, n: number): FeatureView => ({
  v: 1,
  step: 1,
  n,
  tsMs: 1000 + n,
  version: featureVersion,
  instrument,
  values: {},
  round,
  of,
});
const gathered = (...views: FeatureView[]): [tsMs: number, instruments: string[]][] => {
  const told: [number, string[]][] = [];
  const gathering = new Gathering((tsMs, all) => told.push([tsMs, all.map(({ instrument }) => instrument)]));
  for (const each of views) gathering.add(each);
  return told;
};

test('a second is handed on once, when all of its round are there, though entries came between them', () => {
  expect(gathered(view('A', 1, 3, 7), view('B', 1, 3, 7), view('C', 1, 3, 9), view('A', 2, 1, 12))).toEqual([
    [1009, ['A', 'B', 'C']],
    [1012, ['A']],
  ]);
});

test('of a round that lost a message nothing is handed on, and nothing of it is taken into the next', () => {
  expect(gathered(view('A', 1, 2, 7), view('B', 2, 2, 9), view('C', 2, 2, 9))).toEqual([[1009, ['B', 'C']]]);
  expect(gathered(view('A', 1, 2, 7), view('A', 1, 2, 8))).toEqual([]);
});
