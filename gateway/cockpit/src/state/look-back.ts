/** The instant that is looked back at, from the address: `day=2026-11-26&t=10:07:31`. Null while the day at hand is shown. */
import { useQuery } from '@tanstack/react-query';
import { create } from 'zustand';
import { midnightOf } from '../../../../contracts/session.ts';
import { lookBackOf } from './look-back-of.ts';
import { noDay, useMarket } from './market.ts';
import { setQuery, usePlace } from './place.ts';
import { api } from './session.ts';
import type { Change, DayView, Mark, Opportunity, StateItem, StrategyItem, Told } from './shapes.ts';

export type LookBack = { readonly date: string | null; readonly at: number | null; readonly playing: boolean; readonly speed: number };
export const useLookBack = create<LookBack>()(() => ({ date: null, at: null, playing: false, speed: 60 }));

const dayMs = 86_400_000;
export const clockText = (ms: number): string => new Date(ms + 28_800_000).toISOString().slice(11, 19);
const dashedDate = (date: string): string => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;

const take = (): void => useLookBack.setState({ ...lookBackOf(usePlace.getState().query) });
take();
usePlace.subscribe(take);

/** One question at a time: a slider that is dragged does not ask for every instant at once. */
let asking: Promise<unknown> = Promise.resolve();
export const isAsking = { count: 0 };
function oneAtATime<T>(ask: () => Promise<T>): Promise<T> {
  isAsking.count += 1;
  const answer = asking.then(ask).finally(() => {
    isAsking.count -= 1;
  });
  asking = answer.catch(() => undefined);
  return answer;
}

/** Not past what the tape has come to: what has not been is not looked back at. */
export function lookAt(date: string, atMs: number, quietly = true): void {
  const { day, tape } = useMarket.getState();
  const isToday = day.epoch.split('/')[1] === date;
  const latest = isToday && tape !== null ? tape.tsMs : midnightOf(date) + dayMs - 1;
  const within = Math.min(Math.max(atMs, midnightOf(date)), latest);
  setQuery({ day: dashedDate(date), t: clockText(within) }, quietly);
}
export function toLive(): void {
  useLookBack.setState({ playing: false });
  setQuery({ day: null, t: null });
}

type AsOf = {
  readonly epoch: string;
  readonly origin: string;
  readonly offset: number;
  readonly items: readonly Opportunity[];
  readonly states: Readonly<Record<string, readonly StateItem[]>>;
  readonly marks: readonly Mark[];
  readonly recent: readonly Told[];
  readonly reasons: Readonly<Record<string, Change>>;
};

export function viewOf({ epoch, origin, offset, items, states, marks, recent, reasons }: AsOf): DayView {
  const map = (channel: string): ReadonlyMap<string, StateItem> =>
    new Map((states[channel] ?? []).map((each) => [`${each.actor}.${each.region}`, each]));
  return {
    epoch,
    origin,
    offset,
    items: new Map([...items].reverse().map((item) => [item.id, item])),
    told: recent,
    marks,
    reasons: new Map(Object.entries(reasons)),
    states: { market: map('market'), risk: map('risk'), sources: map('sources'), sectors: map('sectors') },
    strategies: (states.strategies ?? []) as unknown as StrategyItem[],
  };
}

/** `isWaiting`: another instant is asked for than the one that is shown. */
export type Shown = {
  readonly day: DayView;
  readonly isPast: boolean;
  readonly loading: boolean;
  readonly isWaiting: boolean;
  readonly error: Error | null;
};

/** The day at hand, or the day as of the instant: every page is drawn from this one. */
export function useShown(): Shown {
  const { date, at } = useLookBack();
  const live = useMarket((market) => market.day);
  const loading = useMarket((market) => market.loading);
  const past = useQuery({
    queryKey: ['as-of', date, at],
    queryFn: async () => viewOf(await oneAtATime(() => api().get<AsOf>(`/v1/days/${date}/as-of`, { at: at! }))),
    enabled: date !== null,
    staleTime: Number.POSITIVE_INFINITY,
    // four instants a second are looked at while it plays
    gcTime: 1000,
    // of another day nothing stays
    placeholderData: (before, query) => (query?.queryKey[1] === date ? before : undefined),
    retry: false,
  });
  if (date === null) return { day: live, isPast: false, loading, isWaiting: false, error: null };
  return {
    day: past.error === null ? (past.data ?? noDay) : noDay,
    isPast: true,
    isWaiting: past.isPlaceholderData,
    loading: past.data === undefined && past.error === null,
    error: past.error,
  };
}
