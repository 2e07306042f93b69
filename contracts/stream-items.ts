/** What the items of the channels besides opportunities are, pure from journal entries and VIEW. */
import type { LosslessChannel } from './frames.ts';
import type { JournalEntry, Transition } from './journal.ts';

type SignalEntry = Extract<JournalEntry, { kind: 'signal' }>;

/** A state of an actor, and since when: items of `market`, `sources`, `risk`, `sectors`. */
export type StateItem = {
  readonly actor: string;
  readonly region: string;
  readonly state: string;
  readonly sinceMs: number;
  readonly note: string | null;
};
export type StateEvent = StateItem & { readonly from: string | null; readonly event: string };
/** Item of `signals`: what a strategy said. */
export type SignalItem = { readonly actor: string; readonly tsMs: number; readonly signal: SignalEntry['signal'] };
/** Item of `strategies`: a command about one with its answer, or a strategy's fault. */
export type StrategyItem =
  | {
      readonly kind: 'control';
      readonly tsMs: number;
      readonly commandId: string;
      readonly command: string;
      readonly accepted: boolean;
      readonly code: string | null;
    }
  | { readonly kind: 'fault'; readonly tsMs: number; readonly strategy: string; readonly code: string; readonly message: string };

const machineOf: Readonly<Record<string, LosslessChannel>> = { market: 'market', source: 'sources', risk: 'risk', sector: 'sectors' };
const aboutStrategies: readonly string[] = ['disable', 'enable', 'promote', 'params', 'model'];

export type ChannelEvent = StateEvent | SignalItem | StrategyItem;

/** The channel that a journal entry is an event of, and the event; null for what has a channel of its own or none. */
export function channelEventOf(entry: JournalEntry): readonly [channel: LosslessChannel, event: ChannelEvent] | null {
  if (entry.kind === 'transition') {
    const channel = machineOf[entry.machine];
    return channel === undefined ? null : [channel, stateEventOf(entry)];
  }
  if (entry.kind === 'signal') return ['signals', { actor: entry.actorId, tsMs: entry.tsMs, signal: entry.signal }];
  if (entry.kind === 'control' && aboutStrategies.includes(entry.command)) {
    const { tsMs, commandId, command, accepted, code } = entry;
    return ['strategies', { kind: 'control', tsMs, commandId, command, accepted, code }];
  }
  if (entry.kind === 'fault' && entry.scope.startsWith('strategy:')) {
    const { tsMs, code, message, scope } = entry;
    return ['strategies', { kind: 'fault', tsMs, strategy: scope.slice('strategy:'.length), code, message }];
  }
  return null;
}

function stateEventOf({ actorId, region, from, to, event, note, tsMs }: Transition): StateEvent {
  return { actor: actorId, region, state: to, sinceMs: tsMs, note, from, event };
}
