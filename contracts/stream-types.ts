/** What each channel of `/v1/stream` carries, as a program that follows it has it. Types only. */
import type { z } from 'zod';
import type { ListedOpportunity, StreamedEvent } from './fold.ts';
import type { notifyServices, ServiceAnswer } from './services.ts';
import type { SignalItem, StateEvent, StateItem, StrategyItem } from './stream-items.ts';
import type { GainsView, OpportunitiesView } from './view.ts';

/** Of the channel `quotes`; null: no price yet. */
export type QuoteItem = { readonly symbol: string; readonly lastMilli: number | null; readonly preCloseMilli: number | null };
type Told<T> = Omit<T, 'ok' | 'asOf'>;
/** Journaled channels: what a snapshot holds, and what comes after it. */
type Journaled = {
  opportunities: [ListedOpportunity, StreamedEvent & { readonly left?: true }];
  market: [StateItem, StateEvent];
  sources: [StateItem, StateEvent];
  risk: [StateItem, StateEvent];
  sectors: [StateItem, StateEvent];
  signals: [SignalItem, SignalItem];
  strategies: [StrategyItem, StrategyItem];
};
/** Conflated channels: the values that are true now. */
type Conflated = {
  quotes: QuoteItem;
  live: OpportunitiesView['live'][number];
  gains: GainsView['boards'][number];
  heatmap: Omit<ServiceAnswer<'heatmap'>['rows'][number], 'members'>;
  auction: Told<ServiceAnswer<'auction'>>;
  notifications: Told<z.infer<(typeof notifyServices)['notifications']['answer']>>;
  ops: Readonly<Record<string, unknown>>;
};
type OneOf<C extends string> = C extends `opportunity:${string}` | `symbol:${string}` ? Journaled['opportunities'] : [unknown, unknown];
type Both<C extends string> = C extends keyof Journaled ? Journaled[C] : OneOf<C>;

export type ItemOf<C extends string> = Both<C>[0];
export type EventOf<C extends string> = Both<C>[1];
export type ValueOf<C extends string> = C extends keyof Conflated ? Conflated[C] : unknown;
