/** What each journaled channel carries, and how a filter narrows it. */
import { type FoldedEvent, type ListedOpportunity, listed } from '../../contracts/fold.ts';
import {
  type ConflatedChannel,
  conflatedChannels,
  type Filter,
  type LosslessChannel,
  losslessChannels,
  oneOfPattern,
} from '../../contracts/frames.ts';
import { InstrumentId } from '../../contracts/units.ts';
import type { DayDelta, DayState } from '../day-state.ts';

export const isLossless = (ch: string): boolean => losslessChannels.includes(ch as LosslessChannel) || isOne(ch);
const isOne = (ch: string): boolean =>
  oneOfPattern.test(ch) && (!ch.startsWith('symbol:') || InstrumentId.safeParse(ch.slice('symbol:'.length)).success);
export const isConflated = (ch: string): ch is ConflatedChannel => conflatedChannels.includes(ch as ConflatedChannel);

/** One name for one meaning, however a client orders it. */
export const keyOf = (ch: string, filter: Filter): string =>
  `${ch}\n${JSON.stringify(
    Object.entries(filter)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value]),
  )}`;

/** Events of a delta on a channel under a filter; empty when there is nothing to send. */
export function eventsFor(ch: string, filter: Filter, delta: DayDelta): readonly unknown[] {
  if (!isOfOpportunities(ch)) return delta.others.get(ch as LosslessChannel) ?? [];
  const passes = passerOf(filter);
  return delta.opportunities.flatMap((event) => {
    if (!isOn(ch, event.opportunity)) return [];
    const { was, ...streamed } = event;
    if (passes(event.opportunity)) return [streamed];
    return was !== null && passes(was) ? [{ ...streamed, left: true }] : [];
  });
}

export function snapshotFor(ch: string, filter: Filter, day: DayState): readonly unknown[] {
  if (!isOfOpportunities(ch)) return day.itemsOf(ch as LosslessChannel);
  const passes = passerOf(filter);
  return day.book.list().flatMap((view) => (isOn(ch, view) && passes(view) ? [listed(view)] : []));
}

/** Channels on which an event of an opportunity may be sent. */
export const channelsOf = ({ id, opportunity }: FoldedEvent): readonly string[] => [
  'opportunities',
  `opportunity:${id}`,
  `symbol:${opportunity.instrument}`,
];

export const isOfOpportunities = (ch: string): boolean => ch === 'opportunities' || oneOfPattern.test(ch);

type Placed = Pick<ListedOpportunity, 'id' | 'instrument'>;
function isOn(ch: string, { id, instrument }: Placed): boolean {
  if (ch === 'opportunities') return true;
  return ch.startsWith('opportunity:') ? ch.slice('opportunity:'.length) === id : ch.slice('symbol:'.length) === instrument;
}

type Filtered = Pick<ListedOpportunity, 'state' | 'family' | 'strategies' | 'instrument' | 'entity' | 'facts'>;

/** The filter as a question; without one everything passes. */
function passerOf({ state, family, detector, sector, symbol, pMin }: Filter): (view: Filtered) => boolean {
  return (view) =>
    (state === undefined || state.includes(view.state as never)) &&
    (family === undefined || family.includes(view.family as never)) &&
    (detector === undefined || view.strategies.some((id) => detector.includes(id))) &&
    (symbol === undefined || (view.entity.kind === 'symbol' && symbol.includes(view.instrument))) &&
    (sector === undefined || isInSector(view, sector)) &&
    (pMin === undefined || (typeof view.facts.p === 'number' && view.facts.p >= pMin));
}

/** A sector's own opportunity, or one that is a child of it. */
function isInSector({ entity, facts }: Filtered, sectors: readonly string[]): boolean {
  if (entity.kind === 'sector') return sectors.includes(entity.key);
  return typeof facts.parentId === 'string' && sectors.some((code) => (facts.parentId as string).split('.').includes(code));
}
