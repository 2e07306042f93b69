/** What each channel carries, and how a filter narrows it. */
import type { StreamedEvent } from '../../contracts/fold.ts';
import type { Filter } from '../../contracts/frames.ts';
import type { DayDelta, DayState } from '../day-state.ts';

/** One subscription: what it lets through and what it last sent. */
export type Subscription = { readonly ch: string; readonly filter: Filter; lastSeq: number };

export const isChannel = (ch: string): boolean => ch === 'opportunities' || ch === 'market' || /^(opportunity|symbol):[\w.]+$/.test(ch);

/** Events of a delta on a subscription; empty when there is nothing to send. */
export function eventsFor({ ch, filter }: Subscription, delta: DayDelta): readonly unknown[] {
  if (ch === 'market') return delta.market;
  return delta.opportunities.filter((event) => isOn(ch, event) && passes(filter, event));
}

export function snapshotFor({ ch, filter }: Subscription, day: DayState): readonly unknown[] {
  if (ch === 'market') return [{ regions: { ...day.market }, tsMs: day.tsMs }];
  return day.opportunities().filter((view) => {
    const event = { id: view.id, opportunity: view };
    return isOn(ch, event) && passes(filter, event);
  });
}

type Placed = Pick<StreamedEvent, 'id'> & { readonly opportunity: { readonly instrument: string; readonly state: string } };

function isOn(ch: string, { id, opportunity }: Placed): boolean {
  if (ch === 'opportunities') return true;
  return ch.startsWith('opportunity:') ? ch.slice('opportunity:'.length) === id : ch.slice('symbol:'.length) === opportunity.instrument;
}

function passes({ state, symbol }: Filter, { opportunity }: Placed): boolean {
  return (state === undefined || state.includes(opportunity.state)) && (symbol === undefined || symbol.includes(opportunity.instrument));
}
