/** Which checkpoint a day goes on from. */
import type { JournalMark } from '../log/append.ts';
import type { Checkpoint } from './checkpoints.ts';

/**
 * What `restore` makes of the first of the checkpoints, newest first, whose step the journal holds and which fits; the journal then stands at its
 * mark. Null for none: then the journal's place is not to be relied on.
 */
export async function newestFitting<T>(
  checkpoints: Iterable<Checkpoint>,
  openAt: (mark: JournalMark) => Promise<boolean>,
  restore: (image: Checkpoint['image']) => T,
  passedOver: (n: number, error: unknown) => void,
): Promise<T | null> {
  for (const { image, mark } of checkpoints) {
    if (mark.step !== image.step || !(await openAt(mark))) continue;
    try {
      return restore(image);
    } catch (error) {
      passedOver(image.n, error);
    }
  }
  return null;
}
