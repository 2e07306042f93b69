/** One process at a time: a lock file beside what it guards, for changes of a few milliseconds. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FenshiError } from '../errors.ts';

const lookMs = 5;
/** Whoever made a lock that is so old has died with it. */
const deadMs = 10_000;

/** @throws FenshiError BUSY where another holds it for longer than `patienceMs` */
export async function whileLocked<T>(file: string, work: () => T, patienceMs = 3000): Promise<T> {
  const own = randomBytes(8).toString('hex');
  await take(file, own, patienceMs);
  try {
    return work();
  } finally {
    // one that was taken over meanwhile is another's
    if (contentOf(file) === own) rmSync(file, { force: true });
  }
}

async function take(file: string, own: string, patienceMs: number): Promise<void> {
  for (let waited = 0; ; waited += lookMs) {
    try {
      return writeFileSync(file, own, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    if (isDead(file)) moveAway(file, own);
    else if (waited >= patienceMs) throw new FenshiError('BUSY', `${file} is held by another process`);
    else await sleep(lookMs);
  }
}

const isDead = (file: string): boolean => {
  const madeMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return madeMs !== undefined && Date.now() - madeMs > deadMs;
};

/** Another may have moved the dead one first: what was moved then is his, and goes back. */
function moveAway(file: string, own: string): void {
  const aside = `${file}.${own}`;
  try {
    renameSync(file, aside);
    if (!isDead(aside)) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as { code?: string }).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // gone
  }
}
