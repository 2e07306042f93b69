/**
 * Which market a run may hold. A `live` run holds the real one and nothing else, a `demo-<n>` an invented or a recorded one; so no name
 * promises what its days are not. Test runs hold anything.
 */
import { FenshiError } from './errors.ts';
import type { Origin } from './status.ts';

export const liveRun = 'live';

/** @throws FenshiError RUN_KIND when rows of `origin` may not be written into `run` */
export function assertKind(run: string, origin: Origin): void {
  if (run.startsWith('test-')) return;
  if ((run === liveRun) === (origin === 'live')) return;
  throw new FenshiError('RUN_KIND', `a ${origin} market may not be written into the run ${run}`);
}

/** @throws FenshiError RUN_KIND when a day that the run holds already is of another kind than its name says */
export function assertHeld(run: string, tradeDate: string, origin: Origin): void {
  if (run.startsWith('test-') || (run === liveRun) === (origin === 'live')) return;
  throw new FenshiError('RUN_KIND', `the run ${run} holds ${tradeDate}, which is ${origin}: move .fenshi/${run} away and start again`);
}
