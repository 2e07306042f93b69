/**
 * A person's own: watch-lists, and marks on opportunities. Kept in the bucket `MINE-<run>` under the name of who asked; no decision reads it.
 * One document a person, replaced whole against the revision it was read at.
 */
import { z } from 'zod';
import { EpochMs, InstrumentId } from './units.ts';

export const mineBucket = (run: string): string => `MINE-${run}`;
/** Who sits at this machine, with a token of its link's code or with none. */
export const ownerHere = 'guest';
/** The gateway may write under this prefix alone. No two names have one key. */
export const mineKey = (subject: string): string =>
  `mine.${subject.replaceAll(/[^\w-]/g, (sign) => `=${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}`;

export const WatchList = z.strictObject({
  name: z.string().trim().min(1).max(40),
  symbols: z.array(InstrumentId).max(500),
});
export const OwnMark = z.strictObject({
  /** Read, and when. */
  ackMs: EpochMs.optional(),
  pinned: z.boolean().optional(),
  note: z.string().max(2000).optional(),
});
export const Mine = z.strictObject({
  v: z.literal(1),
  lists: z.array(WatchList).max(30),
  marks: z.record(z.string().max(96), OwnMark).refine((marks) => Object.keys(marks).length <= 2000, 'at most 2,000 marks'),
});
export type Mine = z.infer<typeof Mine>;
export const nothingMine: Mine = { v: 1, lists: [], marks: {} };
