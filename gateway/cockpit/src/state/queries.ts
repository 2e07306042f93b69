/** What is asked for over REST and kept for a while; each knows how old it may be. In the past nothing is asked again. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { msOfDay } from '../../../../contracts/session.ts';
import { useLookBack } from './look-back.ts';
import { useMarket } from './market.ts';
import { api } from './session.ts';
import type { Auctions, Heatmap, Instrument, Ladder, NextOpens, Overview, SealRow, Strategies } from './shapes.ts';

/** Of an instant that is past nothing changes; a minute later another one is looked at. */
const past = { staleTime: Number.POSITIVE_INFINITY, placeholderData: keepPreviousData, gcTime: 5000 };
const everyMs = (ms: number) => ({ refetchInterval: ms, staleTime: ms, placeholderData: keepPreviousData });

/** Of the whole market: as it is, or as it was at the end of the minute before the instant looked at. */
function useMarketAt<T>(what: 'overview' | 'ladder' | 'heatmap', query: Readonly<Record<string, number>>, everyMsWhileLive: number) {
  const { date, at } = useLookBack();
  const minute = at === null ? null : Math.floor(at / 60_000) * 60_000;
  const asked = useQuery({
    queryKey: [what, date, minute],
    queryFn: () => api().get<T>(`/v1/${what}`, date === null ? query : { ...query, date, at: minute ?? 0 }),
    retry: false,
    ...(date === null ? everyMs(everyMsWhileLive) : past),
  });
  // an answer that fails to come again says nothing of the market as it is now
  return { data: asked.error === null ? asked.data : undefined, error: asked.error };
}
export const useOverview = () => useMarketAt<Overview>('overview', {}, 2000);
export const useLadder = () => useMarketAt<Ladder>('ladder', {}, 3000);
export const useHeatmap = () => useMarketAt<Heatmap>('heatmap', { members: 24 }, 5000);
/** What the next open was after a seal, on recorded days: facts that a day does not change. */
export const useNextOpens = () =>
  useQuery({ queryKey: ['next-open'], queryFn: () => api().get<NextOpens>('/v1/next-open'), staleTime: Number.POSITIVE_INFINITY });
const noSeals: ReadonlyMap<string, SealRow> = new Map();
/** What stood at the limits by minute, up to the instant looked at. */
export function useSeals(symbols: readonly string[]): ReadonlyMap<string, SealRow> {
  const { date, at } = useLookBack();
  const minute = at === null ? null : Math.floor(at / 60_000) * 60_000;
  const { data } = useQuery({
    queryKey: ['seals', date, minute, symbols],
    queryFn: async () => {
      const then = date === null ? {} : { date, at: minute ?? 0 };
      const { rows } = await api().get<{ rows: SealRow[] }>('/v1/seals', { symbols, ...then });
      return new Map(rows.map((row) => [row.symbol, row]));
    },
    enabled: symbols.length > 0,
    retry: false,
    ...(date === null ? everyMs(6000) : past),
  });
  return symbols.length === 0 ? noSeals : (data ?? noSeals);
}
/** From here on nothing of the opening auction changes: it is told by rows before 09:30. */
const openedMs = 9.5 * 3_600_000;
/**
 * An auction of the day at hand as it stands now, nearest to the limit first; `which` null: the newest that has begun. Looked back at, it is the
 * opening auction of the day at hand, from 09:30 on; no other is known of the past.
 */
export function useAuction(which: 'open' | 'close' | null) {
  const { date, at } = useLookBack();
  const today = useMarket((market) => market.day.epoch.split('/')[1] ?? '');
  const isPast = at !== null;
  const isKnown = !isPast || (date === today && which !== 'close' && msOfDay(at) >= openedMs);
  const wanted = isPast ? 'open' : which;
  const asked = useQuery({
    queryKey: ['auction', wanted],
    queryFn: () => api().get<Auctions>('/v1/auction', { order: 'limit', limit: 20, ...(wanted === null ? {} : { which: wanted }) }),
    retry: false,
    enabled: isKnown,
    ...everyMs(3000),
  });
  // what was kept of the auction looked at before is not this one
  const isThis = wanted === null || asked.data?.which === wanted;
  return { data: asked.error === null && isKnown && isThis ? asked.data : undefined, isAway: asked.error !== null, isKnown };
}
export const useStrategies = () =>
  useQuery({ queryKey: ['strategies'], queryFn: () => api().get<Strategies>('/v1/strategies/running'), ...everyMs(30_000) });

/** Name, board, limits and sectors of every instrument of the day, by symbol. */
/** Of another day than that at hand only what a name is: its reference prices, limits and boards are not those of that day. */
export function useInstruments(): ReadonlyMap<string, Instrument> {
  const today = useMarket((market) => market.day.epoch.split('/')[1] ?? '');
  const date = useLookBack((look) => look.date);
  const isOther = date !== null && date !== today;
  const { data } = useQuery({
    queryKey: ['instruments', today],
    queryFn: async () => {
      const found = new Map<string, Instrument>();
      for await (const row of api().all<Instrument>('/v1/symbols', { limit: 500 })) found.set(row.symbol, row);
      return found;
    },
    staleTime: 10 * 60_000,
    enabled: today !== '',
    retry: 5,
    ...(isOther ? { select: namesAlone } : {}),
  });
  return data ?? none;
}
const namesAlone = (known: ReadonlyMap<string, Instrument>): ReadonlyMap<string, Instrument> =>
  new Map(
    [...known].map(([symbol, each]) => [symbol, { ...each, preCloseMilli: null, limitUpMilli: null, limitDownMilli: null, boards: 0 }]),
  );
const none: ReadonlyMap<string, Instrument> = new Map();

export type Closes = readonly (readonly [minute: number, closeMilli: number])[];
/** Minute closes of many, up to the instant looked at; to the minute, so that a second's step asks for nothing new. */
export function useSparks(symbols: readonly string[]): ReadonlyMap<string, Closes> {
  const { date, at } = useLookBack();
  const minute = at === null ? null : Math.floor(at / 60_000) * 60_000;
  const wanted = [...new Set(symbols)].sort().slice(0, 200);
  const { data } = useQuery({
    queryKey: ['sparks', date, minute, wanted],
    queryFn: async () => {
      const then = date === null ? {} : { date, until: minute ?? 0 };
      const { rows } = await api().get<{ rows: { symbol: string; closes: Closes }[] }>('/v1/sparks', { symbols: wanted, ...then });
      return new Map(rows.map(({ symbol, closes }) => [symbol, closes]));
    },
    enabled: wanted.length > 0,
    ...(date === null ? everyMs(15_000) : past),
  });
  return data ?? noCloses;
}
const noCloses: ReadonlyMap<string, Closes> = new Map();

export type Minute = {
  readonly tsMs: number;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly closeMilli: number | null;
  readonly volumeShares: number | null;
  readonly amountYuan: number | null;
};
/** Minutes of a symbol up to the instant looked at: nothing of later is handed on. Null asks for nothing. */
export function useMinutes(symbol: string | null) {
  const { date, at } = useLookBack();
  const today = useMarket((market) => market.day.epoch.split('/')[1] ?? '');
  return useQuery({
    // of the day at hand the bar of this minute still grows
    queryKey: ['minutes', symbol, date, date === today && at !== null ? Math.floor(at / 60_000) : null],
    queryFn: async () => (await api().get<{ items: Minute[] }>(`/v1/symbols/${symbol}/minutes`, date === null ? {} : { date })).items,
    select: (items) => (at === null ? items : items.filter(({ tsMs }) => tsMs <= at)),
    enabled: symbol !== null,
    retry: false,
    ...(date === null ? everyMs(5000) : { staleTime: Number.POSITIVE_INFINITY }),
  });
}
/** Names of the day's sectors by their codes. */
export const useSectorNames = (): ReadonlyMap<string, string> => useSectorsBy(namesOf) ?? noNames;
/** Codes of the day's industries; null until they are known. */
export const useIndustries = (): ReadonlySet<string> | null => useSectorsBy(industriesOf) ?? null;

function useSectorsBy<T>(select: (rows: Heatmap['rows']) => T): T | undefined {
  const { data } = useQuery({
    queryKey: ['sector-names'],
    queryFn: async () => (await api().get<Heatmap>('/v1/heatmap', { members: 0 })).rows,
    select,
    staleTime: 10 * 60_000,
    retry: 5,
  });
  return data;
}
const namesOf = (rows: Heatmap['rows']): ReadonlyMap<string, string> => new Map(rows.map(({ code, name }) => [code, name]));
const industriesOf = (rows: Heatmap['rows']): ReadonlySet<string> =>
  new Set(rows.flatMap(({ code, kind }) => (kind === 'industry' ? [code] : [])));
const noNames: ReadonlyMap<string, string> = new Map();
/** Name of the first sector that a symbol is in; empty where it is in none. */
export function useSectorOf(symbol: string): string {
  const names = useSectorNames();
  const code = useInstruments().get(symbol)?.sectors[0];
  return code === undefined ? '' : (names.get(code) ?? code);
}
export const useDays = () =>
  useQuery({
    queryKey: ['days'],
    queryFn: async () => (await api().get<{ items: { date: string; steps: number; beginMs: number }[] }>('/v1/days')).items,
    ...everyMs(30_000),
  });
