/** The preset `real` behaves as recorded days do, by the product's own features and labels. The witness is the study of recorded days named in the bands. */
import { expect, test } from 'vitest';
import { ratesOf } from '../market/episodes.ts';
import { outOfRealBand } from './bands.ts';
import { JudgedFacts } from './judged-facts.ts';

const days = 8;
const judgedDays = (preset: 'planted' | 'real', many = days) => {
  const facts = new JudgedFacts();
  for (let seed = 1; seed <= many; seed++) facts.add({ seed, count: 25, preset, rates: ratesOf(preset) });
  return facts.judged();
};

// a half hour of eight days tells p0 to ±.12: the hundred days of `npm run bench -- --only market` judge those
test('a naive rise gains as little as on recorded days, a fall half comes back, flow leads and the book leans against the price', () => {
  const judged = judgedDays('real');
  expect(outOfRealBand(judged)).toEqual([]);
});

test('the planted preset does not: its bands can fail', () => {
  const wrong = outOfRealBand(judgedDays('planted', 3)).map((line) => line.split(' ')[0]);
  expect(wrong).toEqual(expect.arrayContaining(['riseHit', 'riseDriftBp', 'bookAgainstReturn', 'flowWithReturn']));
});
