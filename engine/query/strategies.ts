/** The strategies of a day's bundle as people see them: what they are instances of, their parameters and what those may be. */
import { z } from 'zod';
import type { Bundle } from '../../contracts/bundle.ts';
import type { ServiceAnswer } from '../../contracts/services.ts';
import { instantiable } from '../detectors/registry.ts';
import { fittedOf } from '../opportunities/confidence.ts';

type Row = ServiceAnswer<'strategies'>['rows'][number];

export function strategyRows({ detectors, calibration }: Pick<Bundle, 'detectors' | 'calibration'>): Row[] {
  return detectors.flatMap(({ id, detector: name, version, mode, modelId, params, paramHash }): Row[] => {
    const detector = instantiable.find((each) => each.id === name);
    if (detector === undefined) return [];
    const { variant, family, entity } = detector;
    const { $schema: _dialect, ...schema } = z.toJSONSchema(detector.params, { io: 'input', unrepresentable: 'any' }) as Record<
      string,
      unknown
    >;
    const forecasts = fittedOf(calibration, id, modelId);
    return [{ id, detector: name, variant, family, entity, version, mode, modelId, paramHash, params, schema, forecasts }];
  });
}
