/** Where reading begins: at the day in which something has not been told yet. */
import type { JetStreamManager } from '@nats-io/jetstream';
import { readStep } from '../../contracts/compat/read.ts';
import { newestDayOf } from '../../contracts/process/newest-journal-day.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { nextOnSubject } from '../log/jetstream-read.ts';

/** `lost`: steps behind `known` that cannot be folded any more, for the beginning of their day is gone from the stream. */
export type Where = { readonly firstSeq: number; readonly lastSeq: number; readonly lost: boolean };

/** `known`: sequence up to which everything was taken; null: everything so far is the past. */
export async function whereToBegin(jsm: JetStreamManager, run: string, known: number | null): Promise<Where> {
  const { firstSeq, lastSeq } = await newestDayOf(jsm, run);
  if (known === null || known + 1 >= firstSeq) return { firstSeq, lastSeq, lost: false };
  const { journal } = streams(run);
  const next = await nextOnSubject(jsm, journal, known + 1, subjects(run).allJournal);
  const begin = next === null ? null : await nextOnSubject(jsm, journal, 1, next.subject);
  if (begin === null || readStep(begin.data).step !== 1) return { firstSeq, lastSeq, lost: true };
  return { firstSeq: begin.seq, lastSeq, lost: next!.seq > known + 1 };
}
