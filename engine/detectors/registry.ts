/** Every detector there is. Registration is this list, never a side effect of an import. */
import type { AnyDetector } from './detector.ts';
import { rally } from './rally.ts';

export const detectors: readonly AnyDetector[] = [rally];
