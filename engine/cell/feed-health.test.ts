import { expect, test } from 'vitest';
import { clockOf, tsecOf } from '../../contracts/session.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from './cell.ts';

/**
 * K1 by its definition, asked at every clock of the continuous session: under 90 % of the market fresh for ten seconds running freezes,
 * sixty healthy ones running free. Twice nothing is heard for a while; between the two less than a minute is healthy.
 */
test('K1: ten seconds under nine tenths freeze what is new, and sixty healthy ones, not fifty-nine, free it', () => {
  const day = generatedDay({ count: 60, until: '09:45' });
  const silent = (tsMs: number): boolean => {
    const tsec = tsecOf(tsMs);
    return (tsec >= 300 && tsec < 340) || (tsec >= 372 && tsec < 412);
  };
  const cell = new Cell(day.bundle);
  const said: string[] = [];
  const wanted: string[] = [];
  let [unhealthy, healthy, frozen, clocks] = [0, 0, false, 0];
  for (const entry of day.entries) {
    if (entry.type === 'quotes' && silent(entry.tsMs)) continue;
    const { draft } = cell.apply(entry);
    for (const each of draft?.entries ?? [])
      if (each.kind === 'transition' && each.machine === 'market' && each.region === 'feed') said.push(`${clockOf(each.tsMs)} ${each.to}`);
    if (entry.type !== 'clock' || tsecOf(entry.tsMs) === 0) continue;
    clocks += 1;
    const { feedHealth } = cell.features.crossSection;
    const isHealthy = Number.isNaN(feedHealth) || feedHealth >= 0.9;
    unhealthy = isHealthy ? 0 : unhealthy + 1;
    healthy = isHealthy ? healthy + 1 : 0;
    if (!frozen && unhealthy === 10) wanted.push(`${clockOf(entry.tsMs)} stale`);
    if (frozen && healthy === 60) wanted.push(`${clockOf(entry.tsMs)} fresh`);
    frozen = wanted.at(-1)?.endsWith('stale') ?? false;
  }

  expect(clocks).toBeGreaterThan(800);
  expect(wanted).toHaveLength(2);
  expect(said).toEqual(wanted);
});
