/** How a stored body is read, whoever reads it: by today's shape, through the upcasters. */
import { decode } from '../codec.ts';
import { JournalStep } from '../journal.ts';
import { upcast } from './upcast.ts';

/** @throws FenshiError TAPE_CORRUPT for a version from the future, ZodError for what is no step */
export const readStep = (body: Uint8Array): JournalStep => JournalStep.parse(upcast('journal', decode(body) as Record<string, unknown>));
