/** Every detector there is. Registration is this list, never a side effect of an import. */
import type { Config } from '../../contracts/config.ts';
import type { Family } from '../../contracts/opportunity.ts';
import type { Detector } from './detector.ts';
import { rally } from './rally.ts';

export type RegisteredDetector = {
  // biome-ignore lint/suspicious/noExplicitAny: each detector pairs its own params and state; the registry only hands them back
  readonly detector: Detector<any, any>;
  readonly family: Family;
  readonly paramsOf: (config: Pick<Config, 'detectors'>) => unknown;
};

export const detectors: readonly RegisteredDetector[] = [
  { detector: rally, family: 'momentum', paramsOf: ({ detectors: { rally: params } }) => params },
];
