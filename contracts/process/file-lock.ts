/** One process at a time: a lock file beside what it guards, for changes of a few milliseconds. */
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { FenshiError } from '../errors.ts';

const lookMs = 5;
/** Whoever made a lock that is so old has died with it. */
const deadMs = 10_000;

/** @throws FenshiError BUSY where another holds it for longer than `patienceMs` */
export function whileLocked<T>(file: string, work: () => T, patienceMs = 3000): T {
  take(file, patienceMs);
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string, patienceMs: number): void {
  for (let waited = 0; ; waited += lookMs) {
    try {
      return closeSync(openSync(file, 'wx'));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const madeMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (madeMs !== undefined && Date.now() - madeMs > deadMs) rmSync(file, { force: true });
    else if (waited >= patienceMs) throw new FenshiError('BUSY', `${file} is held by another process`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs);
  }
}
