/** Appends a control entry to TAPE, at the tape's own time, once: the same commandId is stored a single time. */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { streams, subjects } from '../../contracts/subjects.ts';
import { type Command, decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';

export async function appendControl(
  js: JetStreamClient,
  jsm: JetStreamManager,
  run: string,
  commandId: string,
  command: Command,
): Promise<void> {
  const entry: TapeEntry = { type: 'control', v: 1, tsMs: await newestMs(jsm, run), commandId, command };
  await js.publish(subjects(run).tape(entry), encodeTape(entry), { msgID: `${run}:control:${commandId}` });
}

/** Tape time of the newest entry that can be read. */
async function newestMs(jsm: JetStreamManager, run: string): Promise<number> {
  const name = streams(run).tape;
  const { state } = await jsm.streams.info(name);
  for (let seq = state.last_seq; seq >= state.first_seq && seq > 0; seq--) {
    const message = await jsm.streams.getMessage(name, { seq });
    try {
      if (message !== null) return decodeTape(message.data).tsMs;
    } catch {
      // the very entry that has to be skipped
    }
  }
  return 0;
}
