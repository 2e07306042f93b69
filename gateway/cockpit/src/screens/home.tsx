/** 机会: what is alive, which one first, and what just changed. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Phase } from '../../../../contracts/session.ts';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, Skeleton } from '../pieces/bits.tsx';
import { downloadCsv } from '../pieces/export.ts';
import { useTapeNow } from '../state/clock.ts';
import { useKeys } from '../state/keys.ts';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useMine } from '../state/mine.ts';
import { setQuery, usePlace } from '../state/place.ts';
import { useIndustries, useInstruments } from '../state/queries.ts';
import { type Filters, frozenOrder, ordered, type Sort, sorts, type Tab, tabs, usualSort } from '../state/reading.ts';
import { useSettings } from '../state/settings.ts';
import type { DayView, Opportunity } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { HomeBar } from './home-bar.tsx';
import { ChangeStream } from './home-stream.tsx';
import { OpportunityTable } from './home-table.tsx';

const endedMax = 12;

export function filtersOf(query: Readonly<Record<string, string>>): Filters {
  const tab = tabs.includes(query.state as Tab) ? (query.state as Tab) : 'active';
  const sort = sorts.includes(query.sort as Sort) ? (query.sort as Sort) : usualSort(tab);
  return { tab, sort, strategy: query.det ?? null };
}

export function Home() {
  const words = useWords();
  const { day, isPast, loading, error } = useShown();
  const query = usePlace((place) => place.query);
  const filters = useMemo(() => filtersOf(query), [query]);
  const marks = useMine((state) => state.mine.marks);
  const now = useTapeNow() ?? 0;
  const [inside, setInside] = useState(false);
  // each second, as the clock ticks: a row that moves on its own is no reason to draw the list anew
  const { live } = useMarket.getState();
  const instruments = useInstruments();
  const industries = useIndustries();
  const sectorOf = useCallback(
    (instrument: string) => instruments.get(instrument)?.sectors.find((code) => industries?.has(code)) ?? null,
    [instruments, industries],
  );
  const rows = ordered(
    day.items.values(),
    filters,
    now,
    (id) => marks[id]?.pinned === true,
    (id) => (isPast ? undefined : live.get(id)),
    sectorOf,
  );
  const { order, waiting, apply } = useFrozen(rows, inside, filters);
  const shown = order.flatMap((id) => day.items.get(id) ?? []);
  const ended = filters.tab === 'active' ? endedOf(day, filters) : [];
  // its rows have to know it as soon as it is there, also where they come with it
  const [scroll, setScroll] = useState<HTMLDivElement | null>(null);
  useKeys({ e: () => downloadCsv(shown, words), f: () => document.getElementById('filter')?.focus() });
  return (
    <>
      <div className="main">
        <section className="list" aria-label={words.nav.home}>
          <HomeBar
            day={day}
            filters={filters}
            sectorOf={sectorOf}
            waiting={waiting}
            onApply={apply}
            onCsv={() => downloadCsv(shown, words)}
          />
          <div
            ref={setScroll}
            className="scroll"
            role="group"
            onPointerEnter={() => setInside(true)}
            onPointerLeave={() => setInside(false)}
            onFocus={() => setInside(true)}
            onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setInside(false)}
          >
            {error !== null ? (
              <Empty title={words.empty.error} why={error.message} />
            ) : loading ? (
              <Skeleton rows={12} />
            ) : shown.length + ended.length === 0 ? (
              <NothingHere filters={filters} />
            ) : (
              <OpportunityTable scroll={scroll} shown={shown} ended={ended} isPast={isPast} onApply={apply} />
            )}
          </div>
        </section>
        <ChangeStream day={day} />
      </div>
      <StatusBar
        keys={[
          [['j', 'k'], words.keys.move],
          [['Enter'], words.keys.open],
          [['p'], words.keys.pin],
          [['x'], words.keys.dismiss],
          [['?'], words.keys.all],
        ]}
        note={inside ? <span>{words.frozenOrder}</span> : null}
      />
    </>
  );
}

/** What ended lately and still cools down: it stands below what lives. */
const endedOf = (day: DayView, filters: Filters): Opportunity[] =>
  ordered(day.items.values(), { ...filters, tab: 'ended', sort: 'news' }, 0).slice(0, endedMax);

/** Order and membership stand still while somebody is in the list, and for a second after. */
function useFrozen(rows: readonly Opportunity[], inside: boolean, filters: Filters) {
  const wanted = rows.map(({ id }) => id);
  const shown = useRef<readonly string[]>(wanted);
  const asked = useRef(filters);
  const [late, setLate] = useState(inside);
  useEffect(() => {
    if (inside) return setLate(true);
    const timer = setTimeout(() => setLate(false), 1000);
    return () => clearTimeout(timer);
  }, [inside]);
  const isFrozen = late && asked.current === filters && shown.current.length > 0;
  const { order, waiting } = frozenOrder(shown.current, wanted, isFrozen);
  shown.current = order;
  asked.current = filters;
  const [, again] = useState(0);
  const apply = useCallback(() => {
    shown.current = [];
    again((n) => n + 1);
  }, []);
  return { order, waiting, apply };
}

/** No strategy speaks before continuous trading. */
const beforeOpen: ReadonlySet<string> = new Set<Phase>(['PRE_OPEN', 'OPEN_CALL_1', 'OPEN_CALL_2', 'OPEN_PAUSE']);

function NothingHere({ filters }: { readonly filters: Filters }) {
  const words = useWords();
  const report = useMarket((market) => market.report);
  const language = useSettings((settings) => settings.language);
  const { day } = useShown();
  if (day.epoch === '' || day.epoch.includes('//'))
    return <Empty title={words.empty.noDay} why={report?.why?.[language] ?? words.empty.noDayWhy} />;
  const isFiltered = filters.strategy !== null || !(filters.tab === 'active' || filters.tab === 'top');
  if (isFiltered)
    return (
      <Empty
        title={words.empty.filtered}
        why={words.empty.filteredWhy}
        action={words.empty.clear}
        onAction={() => setQuery({ state: null, det: null, sort: null })}
      />
    );
  const phase = day.states.market.get('market.phase')?.state;
  if (phase === 'CLOSED' || phase === 'AFTER_QUIET' || phase === 'AFTER_FIXED')
    return (
      <Empty
        title={words.empty.closed}
        why={words.empty.closedWhy}
        action={words.state.ended}
        onAction={() => setQuery({ state: 'all' })}
      />
    );
  if (phase !== undefined && beforeOpen.has(phase)) return <Empty title={words.empty.before} why={words.empty.beforeWhy} />;
  if (phase === 'LUNCH') return <Empty title={words.empty.lunch} why={words.empty.lunchWhy} />;
  return <Empty title={words.empty.list} why={words.empty.listWhy} />;
}
