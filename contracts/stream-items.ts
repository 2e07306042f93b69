/** What the items of the channels besides opportunities are, pure from journal entries and VIEW. */
import type { LosslessChannel } from './frames.ts';
import type { JournalEntry, Transition } from './journal.ts';
import type { Evidence } from './signal.ts';

type SignalEntry = Extract<JournalEntry, { kind: 'signal' }>;

/** A state of an actor, and since when: items of `market`, `sources`, `risk`, `sectors`. */
export type StateItem = {
  readonly actor: string;
  readonly region: string;
  readonly state: string;
  readonly sinceMs: number;
  readonly note: string | null;
  /** Of a sector, when its state changed: heat, breadth, diffusion, diffusionSpeed (a minute), leader; null where nobody knew. */
  readonly facts?: Readonly<Record<string, unknown>>;
};
export type StateEvent = StateItem & { readonly from: string | null; readonly event: string };
/** Item of `signals`: what a strategy said. */
export type SignalItem = { readonly actor: string; readonly tsMs: number; readonly signal: SignalEntry['signal'] };
/** Item of `strategies`: a command about one with its answer, a strategy's fault, or a step of a model's life. */
export type StrategyItem =
  | {
      readonly kind: 'control';
      readonly tsMs: number;
      readonly commandId: string;
      readonly command: string;
      readonly accepted: boolean;
      readonly code: string | null;
    }
  | { readonly kind: 'fault'; readonly tsMs: number; readonly strategy: string; readonly code: string; readonly message: string }
  | {
      readonly kind: 'model';
      readonly tsMs: number;
      readonly strategy: string;
      readonly modelId: string;
      readonly from: string | null;
      readonly state: string;
      /** Who asked for it; null at the day's open. */
      readonly by: string | null;
      /** What K14 found. */
      readonly evidence: readonly Evidence[];
    };

const machineOf: Readonly<Record<string, LosslessChannel>> = { market: 'market', source: 'sources', risk: 'risk', sector: 'sectors' };
const aboutStrategies: readonly string[] = ['disable', 'enable', 'promote', 'params', 'model', 'stage', 'rollback', 'config'];

export type ChannelEvent = StateEvent | SignalItem | StrategyItem;

/** The channel that a journal entry is an event of, and the event; null for what has a channel of its own or none. */
export function channelEventOf(entry: JournalEntry): readonly [channel: LosslessChannel, event: ChannelEvent] | null {
  if (entry.kind === 'transition' && entry.machine === 'model') return ['strategies', modelItemOf(entry)];
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

function modelItemOf({ tsMs, from, to, data, evidence }: Transition): StrategyItem {
  const { strategy, modelId, by } = data as { strategy: string; modelId: string; by: string | null };
  return { kind: 'model', tsMs, strategy, modelId, from, state: to, by, evidence };
}

function stateEventOf({ actorId, machine, region, from, to, event, note, tsMs, data }: Transition): StateEvent {
  return { actor: actorId, region, state: to, sinceMs: tsMs, note, ...(machine === 'sector' ? { facts: data } : {}), from, event };
}
