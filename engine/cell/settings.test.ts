/** What may change of the configuration within a day, and what may not. */
import { expect, test } from 'vitest';
import { ConfigChange, defaultConfig } from '../../contracts/config.ts';
import { Settings } from './settings.ts';

test('a change names what it changes: the rest stays, also what is given as nothing', () => {
  const settings = new Settings(defaultConfig);
  settings.change({ opportunities: { liveMax: 5, impactCost: undefined } });
  settings.change({ universe: { excludeRiskWarning: false } });

  expect(settings.opportunities).toEqual({ ...defaultConfig.opportunities, liveMax: 5 });
  expect(settings.universe).toEqual({ ...defaultConfig.universe, excludeRiskWarning: false });
  expect(settings.changed).toEqual(['opportunities.liveMax', 'universe.excludeRiskWarning']);
  const again = new Settings(defaultConfig);
  again.restore(structuredClone(settings.image()));
  expect([again.opportunities, again.universe, again.changed]).toEqual([settings.opportunities, settings.universe, settings.changed]);
});

test.each([
  ['a section that is not decided by', { feed: { cadenceSec: 1 } }],
  ['a value nobody knows', { opportunities: { liveMin: 1 } }],
  ['none at all', { opportunities: { liveMax: 0 } }],
  ['a share beyond a tenth', { opportunities: { roundTripCost: 0.2 } }],
  ['a cool-down of less than nothing', { opportunities: { coolDownSec: -1 } }],
  ['half a second', { opportunities: { coolDownStopSec: 0.5 } }],
  ['yes in words', { universe: { excludeRiskWarning: 'yes' } }],
])('%s is refused', (_what, given) => {
  expect(ConfigChange.safeParse(given).success).toBe(false);
});

test('nothing is left as it is by a default', () => {
  expect(ConfigChange.parse({ opportunities: { liveMax: 5 } })).toEqual({ opportunities: { liveMax: 5 } });
});
