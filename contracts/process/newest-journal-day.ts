/** For readers of JOURNAL that begin at the newest day. */
import type { JetStreamManager, MsgRequest } from '@nats-io/jetstream';
import { streams, subjects } from '../subjects.ts';

/** Where the newest day begins and where the stream ends now; an empty stream ends before it begins. */
export async function newestDayOf(
  jsm: Pick<JetStreamManager, 'streams'>,
  run: string,
): Promise<{ readonly firstSeq: number; readonly lastSeq: number }> {
  const name = streams(run).journal;
  // before the last message is asked for: one that is stored between the two questions is read, not passed over
  const { state } = await jsm.streams.info(name);
  const last = await jsm.streams.getMessage(name, { last_by_subj: subjects(run).allJournal });
  if (last === null) return { firstSeq: state.last_seq + 1, lastSeq: 0 };
  // the server takes next_by_subj here as on the direct API; only the client's type lacks it
  const first = await jsm.streams.getMessage(name, { seq: 1, next_by_subj: last.subject } as unknown as MsgRequest);
  return { firstSeq: first?.seq ?? last.seq, lastSeq: last.seq };
}
