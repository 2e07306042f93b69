/** What is asked for over REST and kept for a while; each knows how old it may be. In the past nothing is asked again. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { msOfDay } from '../../../../contracts/session.ts';
import { FenshiProblem } from '../../../client/api.ts';
import type { Point } from './focus.ts';
import { useLookBack } from './look-back.ts';
import { useMarket } from './market.ts';
import { api } from './session.ts';
import type { Auctions, Heatmap, Instrument, Ladder, NextOpens, Overview, SealRow, Strategies } from './shapes.ts';

/** Of a stored day: its tape is being read, or others are. */
const isReading = (error: Error | null): boolean => error instanceof FenshiProblem && (error.code === 'NOT_READY' || error.code === 'BUSY');
/** A stored day whose tape is being read is asked for again until it is there. */
const again = (query: { readonly state: { readonly error: Error | null } }): number | false =>
  isReading(query.state.error) ? 1500 : false;
/** Of an instant that is past nothing changes; a minute later another one is looked at. */
const past = { staleTime: Number.POSITIVE_INFINITY, gcTime: 5000, refetchInterval: again };
/** Until an answer comes the one before stands, where it is of the same day and of no later minute; keys are [what, date, minute, …]. */
const earlier = (date: string | null, minute: number | null) => ({
  placeholderData: <T>(before: T | undefined, query?: { readonly queryKey: readonly unknown[] }): T | undefined =>
    query !== undefined && query.queryKey[1] === date && Number(query.queryKey[2] ?? 0) <= (minute ?? 0) ? before : undefined,
});
/** What failed stays said until an answer comes: a question that is asked again is otherwise one that was never answered. */
function useSteady<T>({ data, error }: { readonly data: T | undefined; readonly error: Error | null }, key: string): Error | null {
  const last = useRef<{ readonly key: string; readonly error: Error } | null>(null);
  if (error !== null) last.current = { key, error };
  else if (data !== undefined || last.current?.key !== key) last.current = null;
  return last.current?.error ?? null;
}
const everyMs = (ms: number) => ({ refetchInterval: ms, staleTime: ms });

/** Of the whole market: as it is, or as it was at the end of the minute before the instant looked at. */
function useMarketAt<T>(what: 'overview' | 'ladder' | 'heatmap', query: Readonly<Record<string, number>>, everyMsWhileLive: number) {
  const { date, at } = useLookBack();
  const minute = at === null ? null : Math.floor(at / 60_000) * 60_000;
  const asked = useQuery({
    queryKey: [what, date, minute],
    queryFn: () => api().get<T>(`/v1/${what}`, date === null ? query : { ...query, date, at: minute ?? 0 }),
    retry: false,
    ...(date === null ? everyMs(everyMsWhileLive) : past),
    ...earlier(date, minute),
  });
  const error = useSteady(asked, `${date} ${minute}`);
  // an answer that fails to come again says nothing of the market as it is now
  return { data: error === null ? asked.data : undefined, error };
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
    ...earlier(date, minute),
  });
  return symbols.length === 0 ? noSeals : (data ?? noSeals);
}
/** From here on nothing of an auction changes: rows before 09:30 tell the opening one, rows before 15:05 the closing one. */
const overMs = { open: 9.5 * 3_600_000, close: 15 * 3_600_000 + 5 * 60_000 } as const;
/**
 * An auction as it stands now, nearest to the limit first; `which` null: the newest that has begun. Looked back at it is known once it was over:
 * nothing is shown of how it came out before it had.
 */
export function useAuction(which: 'open' | 'close' | null) {
  const { date, at } = useLookBack();
  const isOver = (of: 'open' | 'close'): boolean => at === null || msOfDay(at) >= overMs[of];
  const wanted = which ?? (at === null ? null : isOver('close') ? 'close' : 'open');
  const isKnown = wanted === null || isOver(wanted);
  const asked = useQuery({
    queryKey: ['auction', wanted, date],
    queryFn: () =>
      api().get<Auctions>('/v1/auction', {
        order: 'limit',
        limit: 20,
        ...(wanted === null ? {} : { which: wanted }),
        ...(date === null ? {} : { date }),
      }),
    retry: false,
    enabled: isKnown,
    ...(date === null ? everyMs(3000) : past),
  });
  const error = useSteady(asked, `${wanted} ${date}`);
  // what was kept of the auction looked at before is not this one
  const isThis = wanted === null || (asked.data?.which === wanted && (date === null || asked.data.asOf.tradeDate === date));
  return { data: error === null && isKnown && isThis ? asked.data : undefined, error, isKnown };
}
export const useStrategies = () =>
  useQuery({ queryKey: ['strategies'], queryFn: () => api().get<Strategies>('/v1/strategies/running'), ...everyMs(30_000) });

/**
 * Name, board, limits and sectors of every instrument of the day looked at, by symbol. Until those of a stored day are there, or where its tape is
 * not stored, only what a name is today: reference prices, limits and boards are not those of that day.
 */
export function useInstruments(): ReadonlyMap<string, Instrument> {
  const today = useMarket((market) => market.day.epoch.split('/')[1] ?? '');
  const date = useLookBack((look) => look.date);
  const other = date !== null && date !== today ? date : null;
  const known = useInstrumentsOf(
    '/v1/symbols',
    today,
    { enabled: today !== '', retry: 5, staleTime: 10 * 60_000 },
    other === null ? undefined : namesAlone,
  );
  const then = useInstrumentsOf(`/v1/days/${other}/symbols`, other ?? '', { enabled: other !== null, retry: false, ...past });
  return (other === null ? known : then) ?? known ?? none;
}
function useInstrumentsOf(
  path: string,
  day: string,
  options: object,
  select?: (known: ReadonlyMap<string, Instrument>) => ReadonlyMap<string, Instrument>,
): ReadonlyMap<string, Instrument> | undefined {
  const { data } = useQuery({
    queryKey: ['instruments', day],
    queryFn: async () => {
      const found = new Map<string, Instrument>();
      for await (const row of api().all<Instrument>(path, { limit: 500 })) found.set(row.symbol, row);
      return found as ReadonlyMap<string, Instrument>;
    },
    ...(select === undefined ? {} : { select }),
    ...options,
  });
  return data;
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
    ...earlier(date, minute),
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
    ...(date === null ? everyMs(5000) : past),
  });
}
/** Each point is the last price of the three seconds that begin with it. */
const pointMs = 3000;
/** Quotes are stored some seconds after they were heard. */
const storedMs = 15_000;
/** The path of a symbol by the three seconds, up to the instant looked at; `toMs` null: to now. It is asked for again until all of it is stored. */
export function usePath(symbol: string, fromMs: number, toMs: number | null) {
  const { at } = useLookBack();
  const until = toMs ?? fromMs + 6 * 3_600_000;
  const asked = useQuery({
    // of a day that goes on, what is looked back at later has more of it
    queryKey: ['path', symbol, fromMs, until, at === null ? null : Math.floor(at / 60_000)],
    queryFn: async () => (await api().get<{ items: Point[] }>(`/v1/symbols/${symbol}/path`, { from: fromMs, to: until })).items,
    select: (items) => (at === null ? items : items.filter(({ tsMs }) => tsMs + pointMs <= at)),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before, query) => (query?.queryKey[1] === symbol && query.queryKey[2] === fromMs ? before : undefined),
    refetchInterval: () => (at === null && (useMarket.getState().tape?.tsMs ?? 0) < until + storedMs ? 3000 : false),
  });
  return { data: asked.error === null ? asked.data : undefined, error: asked.error };
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
