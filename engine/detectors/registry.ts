/** Every detector of the product, each with a strategy of its own. Registration is this list, never a side effect of an import. */

import { approach } from './approach.ts';
import type { AnyDetector } from './detector.ts';
import { external } from './external.ts';
import { limitUp } from './limit-up.ts';
import { moneyFlow } from './money-flow.ts';
import { rally } from './rally.ts';
import { rallyLearned } from './rally-learned.ts';
import { rallyStat } from './rally-stat.ts';
import { rotation } from './rotation.ts';
import { rotationStat } from './rotation-stat.ts';

export const detectors: readonly AnyDetector[] = [rally, limitUp, moneyFlow, rotation, rallyStat, rallyLearned, approach, rotationStat];
/** What a strategy of a bundle may be an instance of: those, and what stands for code outside the cell. */
export const instantiable: readonly AnyDetector[] = [...detectors, external];
