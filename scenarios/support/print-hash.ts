/** Prints the journal hash of the day the determinism test folds: run under another Node, it must be the same. */
import { encodeTape } from '../../contracts/tape.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay } from './days.ts';

const { bundle, entries } = generatedDay();
console.log(foldDay(bundle, entries.map(encodeTape)).journal.hash);
