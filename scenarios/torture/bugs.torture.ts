/** Bugs put into the durability code on purpose: the campaign must find each. Minutes long, so `npm run torture` runs it and `npm test` does not. */
import { rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FoldedDay, foldedDay } from '../support/days.ts';
import { injectBug } from '../support/mutant.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { foldUnderFire, type Kill } from './fire.ts';
import { bugs } from './mutant.ts';
import { beforeDeadLetter } from './plan.ts';
import { violations } from './verdict.ts';

let broker: TestBroker;
let day: FoldedDay;
beforeAll(() => {
  // of this seed, quarantined rows follow within seconds of a step, with no checkpoint between
  day = foldedDay({ count: 150, seed: 2, until: '10:45' });
});
beforeEach(async () => {
  broker = await startTestBroker({ onDisk: true });
});
afterEach(() => broker.stop());

describe('a bug put in is found:', () => {
  let kills: Kill[];
  beforeAll(() => {
    kills = [{ point: 'refused', count: beforeDeadLetter(day, 1) }, ...[8, 4, 4].map((count): Kill => ({ point: 'midCheckpoint', count }))];
  });

  test.each(bugs)('$name', async (bug) => {
    const root = injectBug(bug);

    const outcome = await foldUnderFire({ broker, day, kills, root });

    rmSync(root, { recursive: true, force: true });
    expect(violations(day, outcome)).not.toEqual([]);
  });

  test('and without one the same kills find nothing', async () => {
    expect(violations(day, await foldUnderFire({ broker, day, kills }))).toEqual([]);
  });
});
