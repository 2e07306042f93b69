/**
 * The strategies a configuration asks for: each detector's own schema checks its part and fills in the defaults.
 *
 * Key    a detector's own name is its strategy; any other name is one more, of the detector that `detector` names, in shadow unless `mode` says
 *        otherwise
 */
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { strategyModes } from '../../contracts/signal.ts';
import type { AnyDetector } from './detector.ts';
import { instantiable, detectors as registered } from './registry.ts';

const Mode = z.enum(['off', ...strategyModes]);
/** Also a token of a subject and a label of a metric. */
const strategyId = /^[a-z][a-z0-9-]{0,31}$/;
/** Of a kind of entity, side by side: a cell keeps a bit of 32 for each. */
export const strategiesMax = 31;
type Given = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export type Strategy = {
  readonly id: string;
  readonly detector: AnyDetector;
  readonly mode: z.infer<typeof Mode>;
  readonly params: Record<string, unknown>;
};

/** In the registry's order, then the further ones by name. @throws FenshiError CONFIG_INVALID naming the key */
export function strategiesOf(given: Given, detectors: readonly AnyDetector[] = registered): Strategy[] {
  const own = detectors.map((detector) => strategyOf(detector.id, detector, detector.usually ?? 'active', given[detector.id] ?? {}));
  const more = Object.keys(given)
    .filter((id) => !detectors.some((each) => each.id === id))
    .sort();
  return withinMax([...own, ...more.map((id) => further(id, given[id]!, detectors))]);
}

function withinMax(strategies: Strategy[]): Strategy[] {
  for (const entity of ['symbol', 'sector'] as const) {
    const count = strategies.filter(({ detector, mode }) => detector.entity === entity && mode !== 'off').length;
    if (count > strategiesMax)
      throw new FenshiError(
        'CONFIG_INVALID',
        `detectors: ${count} strategies look at ${entity}s, at most ${strategiesMax} may; give others mode: off`,
      );
  }
  return strategies;
}

function further(id: string, { detector: of, ...given }: Given[string], detectors: readonly AnyDetector[]): Strategy {
  const names = detectors.map((each) => each.id).join(', ');
  if (of === undefined)
    throw new FenshiError('CONFIG_INVALID', `detectors.${id}: unknown key; there are ${names}, and others name theirs with detector`);
  const detector = [...detectors, ...instantiable].find((each) => each.id === of);
  if (detector === undefined)
    throw new FenshiError('CONFIG_INVALID', `detectors.${id}.detector: there is no ${String(of)}; there are ${names}`);
  if (!strategyId.test(id))
    throw new FenshiError('CONFIG_INVALID', `detectors.${id}: a strategy is named in small letters, digits and hyphens`);
  return strategyOf(id, detector, 'shadow', given);
}

function strategyOf(id: string, detector: AnyDetector, usual: Strategy['mode'], { mode, ...params }: Given[string]): Strategy {
  return {
    id,
    detector,
    mode: parsed(Mode.default(usual), mode, [id, 'mode']),
    params: parsed(detector.params, params, [id]) as Record<string, unknown>,
  };
}

/** The same section of the configuration with every default in it. */
export const resolvedDetectors = (given: Given): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    strategiesOf(given).map(({ id, detector, mode, params }) => [
      id,
      { ...(id === detector.id ? {} : { detector: detector.id }), mode, ...params },
    ]),
  );

function parsed<T>(schema: z.ZodType<T>, value: unknown, path: readonly string[]): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue!.code === 'unrecognized_keys' ? `${issue!.keys[0]}` : issue!.path.join('.');
  const where = ['detectors', ...path, key].filter((part) => part !== '').join('.');
  throw new FenshiError('CONFIG_INVALID', `${where}: ${issue!.code === 'unrecognized_keys' ? 'unknown key' : issue!.message}`);
}
