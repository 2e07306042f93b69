/** The configuration as it is in force: what control has changed within the day says so. */
import { expect, test } from 'vitest';
import { FenshiError } from '../../contracts/errors.ts';
import { systemRoutes } from './system.ts';

const config = [
  { key: 'opportunities.liveMax', value: 200, from: 'default' },
  { key: 'universe.adv20Min', value: 3e7, from: 'fenshi.config.yaml' },
  { key: 'server.port', value: 8787, from: 'default' },
];
const shown = async (lanes: () => Promise<unknown>) => {
  const row = systemRoutes(
    { config, lanes } as never,
    () => ({}),
    () => '',
  ).find(({ id }) => id === 'getConfig')!;
  return (row.answer!.parse((await row.handle({} as never)).body) as { items: unknown[] }).items;
};

test('what a command has named says control, what the day was opened with says day; the rest is as it began', async () => {
  const settings = { opportunities: { liveMax: 150 }, universe: { adv20Min: 3e7 } };
  const by = (changed: readonly string[]) => shown(async () => ({ settings: { ...settings, changed } }));
  expect(await by(['opportunities.liveMax'])).toEqual([{ ...config[0], value: 150, from: 'control' }, config[1], config[2]]);
  expect(await by([])).toEqual([{ ...config[0], value: 150, from: 'day' }, config[1], config[2]]);
});

test('while the engine is away it is what the run began with', async () => {
  expect(await shown(() => Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'engine')))).toEqual(config);
});
