/** Days of few steps, and connections of the stream whose socket is an array. */
import { decode } from '../../contracts/codec.ts';
import type { ServerFrame, Subprotocol } from '../../contracts/frames.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { DayState } from '../../gateway/day-state.ts';
import { Connection } from '../../gateway/ws/connection.ts';
import { Hub } from '../../gateway/ws/hub.ts';
import { Values } from '../../gateway/ws/values.ts';

export const date = '20261123';
export const stepOf = (step: number, entries: readonly object[]): JournalStep => ({
  v: 2,
  step,
  n: step,
  prevHash: '',
  hash: '',
  origin: 'simulated',
  entries: entries as never,
});
export const transition = (actorId: string, machine: string, to: string, more: object = {}) => ({
  kind: 'transition',
  tsMs: 1000,
  actorId,
  actorSeq: 1,
  machine,
  region: machine === 'opportunity' ? 'lifecycle' : machine === 'market' ? 'phase' : 'state',
  from: null,
  to,
  event: 'e',
  note: null,
  evidence: [],
  data: {},
  ...more,
});
export const phaseStep = (step: number): JournalStep =>
  stepOf(step, [transition('market', 'market', step % 2 === 0 ? 'CONT_AM' : 'LUNCH')]);
export type Told = { readonly key?: string; readonly family?: string; readonly tracks?: object; readonly p?: number | null };
/** An opportunity comes to `to`. */
export const opportunityStep = (
  step: number,
  id: string,
  to: string,
  { key = '600519.SH', family = 'momentum', tracks = { rally: {} }, p = 0.5 }: Told = {},
): JournalStep =>
  stepOf(step, [
    transition(`opportunity.${id}`, 'opportunity', to, {
      data: { entity: { kind: 'symbol', key }, direction: 'up', family, tracks, p, openedMs: 0 },
    }),
  ]);

/** A day of `steps` phases, each a delta of the channel `market`. */
export function dayOf(steps: number): DayState {
  const day = new DayState('test-1');
  for (let step = 1; step <= steps; step++) day.apply(date, phaseStep(step));
  day.caughtUp = true;
  return day;
}

/** What the connections of a test share; `hub` is the last that was made. */
export const shared: { hub: Hub; values: Values; counted: [channel: string, protocol: string, count: number][] } = {
  hub: new Hub(new DayState('none'), { snapshotPart: 1, sent: () => undefined }),
  values: new Values(),
  counted: [],
};
/** Before each test. */
export function begin(): void {
  shared.values = new Values();
  shared.counted = [];
}
export function hubOf(day: DayState, snapshotPart = 100): Hub {
  shared.hub = new Hub(day, { snapshotPart, sent: (channel, protocol, count) => shared.counted.push([channel, protocol, count]) });
  return shared.hub;
}

export function connected(day: DayState, protocol: Subprotocol = 'fenshi.v1.json', own: Hub = hubOf(day), isAdmitted = true) {
  const raw: (string | Uint8Array)[] = [];
  const frames: ServerFrame[] = [];
  const closed: number[] = [];
  const socket = { buffered: 0, isOpen: true };
  const refused: string[] = [];
  const connection = new Connection(
    protocol,
    {
      send: (message) => {
        raw.push(message);
        frames.push((typeof message === 'string' ? JSON.parse(message) : decode(message)) as ServerFrame);
        return socket.isOpen;
      },
      buffered: () => socket.buffered,
      close: (code) => closed.push(code),
    },
    { hub: own, values: shared.values, refused: (code) => refused.push(code) },
    0,
  );
  if (isAdmitted) connection.welcome({ id: 'c_1', server: 'test', role: 'viewer' }, 0);
  frames.length = 0;
  raw.length = 0;
  /** Says it, and lets its turn come. */
  const say = async (...said: readonly unknown[]): Promise<void> => {
    for (const frame of said) {
      const bytes = Buffer.from(JSON.stringify(frame));
      connection.receive(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, false, 0);
    }
    for (let turn = 0; turn < said.length + 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { connection, frames, raw, closed, socket, say, refused };
}
export const apply = (day: DayState, step: JournalStep, on = date): void => {
  const { delta, newDay } = day.apply(on, step);
  shared.hub.publish(delta, newDay);
};
export const sub = (ch: string, more: { offset?: number; epoch?: string; filter?: object; id?: number } = {}) => ({
  op: 'sub',
  id: more.id ?? 1,
  ch,
  ...(more.offset === undefined ? {} : { since: { epoch: more.epoch ?? `test-1/${date}/simulated`, offset: more.offset } }),
  ...(more.filter === undefined ? {} : { filter: more.filter }),
});
