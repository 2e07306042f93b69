/** Commands: appended to TAPE at the tape's own time, once, and answered by the journal step that they caused. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { type Command, decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';

/** What the cell answered, and where it stands in the journal. */
export type ControlAnswer = { readonly tradeDate: string; readonly step: number; readonly accepted: boolean; readonly code: string | null };
const lookMs = 50;
/** Steps in which the answer to a command that was asked before is looked for. */
const answersBack = 5000;

/** Stored a single time, however often the same commandId is appended. True when it was stored before. */
export async function appendControl(
  js: JetStreamClient,
  jsm: JetStreamManager,
  run: string,
  commandId: string,
  command: Command,
): Promise<boolean> {
  const entry: TapeEntry = { type: 'control', v: 1, tsMs: await newestMs(jsm, run), commandId, command };
  return (await js.publish(subjects(run).tape(entry), encodeTape(entry), { msgID: `${run}:control:${commandId}` })).duplicate;
}

/** Appends, then reads the journal behind where it stood until the answer is there. @throws FenshiError CONTROL_PENDING after `waitMs` */
export async function askControl(
  js: JetStreamClient,
  jsm: JetStreamManager,
  run: string,
  { commandId, command, waitMs }: { readonly commandId: string; readonly command: Command; readonly waitMs: number },
): Promise<ControlAnswer> {
  const name = streams(run).journal;
  const { state } = await jsm.streams.info(name);
  const known = await appendControl(js, jsm, run, commandId, command);
  // asked before: its answer lies behind us
  let seq = known ? Math.max(state.first_seq, state.last_seq - answersBack) : state.last_seq + 1;
  for (const until = Date.now() + waitMs; Date.now() < until; await sleep(lookMs)) {
    const { last_seq: last } = (await jsm.streams.info(name)).state;
    for (; seq <= last; seq++) {
      const message = await jsm.streams.getMessage(name, { seq });
      if (message === null) continue;
      const { step, entries } = readStep(message.data);
      const answer = entries.find((entry) => entry.kind === 'control' && entry.commandId === commandId);
      if (answer?.kind !== 'control') continue;
      const tradeDate = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      return { tradeDate, step, accepted: answer.accepted, code: answer.code };
    }
  }
  throw new FenshiError('CONTROL_PENDING', `${commandId} is stored; the journal has no answer within ${waitMs / 1000} s`);
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
