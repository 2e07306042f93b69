/** What strategies are said to have been fitted on. */
import { expect, test } from 'vitest';
import { defaultConfig } from '../../contracts/config.ts';
import { realForecasts, registeredDetectors, withModels } from '../reference/shipped.ts';
import { strategyRows } from './strategies.ts';

test('a strategy that speaks from a model is said to be fitted as the model is', () => {
  const [map] = realForecasts.calibration.rally!;
  const models = { mine: { strategy: 'rally', active: true, maps: { '': [{ ...map!, data: 'days of mine' }] } } };
  const bundle = {
    detectors: registeredDetectors({ ...defaultConfig, models }),
    calibration: withModels(realForecasts.calibration, models),
  };
  const fitted = (id: string) =>
    strategyRows(bundle)
      .find((each) => each.id === id)
      ?.forecasts.map(({ data }) => data);

  expect(fitted('rally')).toEqual(['days of mine']);
  expect(fitted('limitup')).toEqual(realForecasts.calibration.limitup?.map(({ data }) => data) ?? []);
});
