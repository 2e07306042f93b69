/** The strategies a configuration asks for: each detector's own schema checks its part and fills in the defaults. */
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { strategyModes } from '../../contracts/signal.ts';
import type { AnyDetector } from './detector.ts';
import { detectors as registered } from './registry.ts';

const Mode = z.enum(['off', ...strategyModes]).default('active');
type Given = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export type Strategy = { readonly detector: AnyDetector; readonly mode: z.infer<typeof Mode>; readonly params: Record<string, unknown> };

/** In the registry's order. @throws FenshiError CONFIG_INVALID naming the key */
export function strategiesOf(given: Given, detectors: readonly AnyDetector[] = registered): Strategy[] {
  const unknown = Object.keys(given).find((id) => !detectors.some((each) => each.id === id));
  if (unknown !== undefined)
    throw new FenshiError('CONFIG_INVALID', `detectors.${unknown}: unknown key; there are ${detectors.map(({ id }) => id).join(', ')}`);
  return detectors.map((detector) => {
    const { mode, ...params } = given[detector.id] ?? {};
    return {
      detector,
      mode: parsed(Mode, mode, [detector.id, 'mode']),
      params: parsed(detector.params, params, [detector.id]) as Record<string, unknown>,
    };
  });
}

/** The same section of the configuration with every default in it. */
export const resolvedDetectors = (given: Given): Record<string, Record<string, unknown>> =>
  Object.fromEntries(strategiesOf(given).map(({ detector, mode, params }) => [detector.id, { mode, ...params }]));

function parsed<T>(schema: z.ZodType<T>, value: unknown, path: readonly string[]): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue!.code === 'unrecognized_keys' ? `${issue!.keys[0]}` : issue!.path.join('.');
  const where = ['detectors', ...path, key].filter((part) => part !== '').join('.');
  throw new FenshiError('CONFIG_INVALID', `${where}: ${issue!.code === 'unrecognized_keys' ? 'unknown key' : issue!.message}`);
}
