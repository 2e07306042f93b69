/** Prints the journal hash of the day the determinism test folds: run under another Node, it must be the same. */
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay } from './days.ts';

const { bundle, bodies } = generatedDay();
console.log(foldDay(bundle, bodies).journal.hash);
