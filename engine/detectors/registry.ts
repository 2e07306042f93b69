/** Every detector there is. Registration is this list, never a side effect of an import. */
import type { AnyDetector } from './detector.ts';
import { limitUp } from './limit-up.ts';
import { moneyFlow } from './money-flow.ts';
import { rally } from './rally.ts';
import { rotation } from './rotation.ts';

export const detectors: readonly AnyDetector[] = [rally, limitUp, moneyFlow, rotation];
