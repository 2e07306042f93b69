/** 行情: every stock of the day with its price as it comes; the rows that are seen are drawn, the order stands still under the pointer. */
import '../css/quotes.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import { boards } from '../../../../contracts/instruments.ts';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, Skeleton } from '../pieces/bits.tsx';
import { csvOf } from '../pieces/csv.ts';
import { save } from '../pieces/export.ts';
import { clockText, useLookBack } from '../state/look-back.ts';
import { useMarket, watchMarket } from '../state/market.ts';
import { setQuery, usePlace } from '../state/place.ts';
import { useInstruments } from '../state/queries.ts';
import { board, orderOf, type QuoteSort, quoteSorts, useBoardVersion } from '../state/quote-board.ts';
import type { Instrument } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { Grid } from './quotes-grid.tsx';

const sortEveryMs = 1000;
const boardTabs = ['all', ...boards] as const;

export default function Quotes() {
  const words = useWords();
  const isPast = useLookBack((look) => look.at !== null);
  const connected = useMarket((market) => market.connected);
  useEffect(() => (isPast ? undefined : watchMarket()), [isPast]);
  const version = useBoardVersion();
  const instruments = useInstruments();
  const [inside, setInside] = useState(false);
  const { order, sort, isRising, shownBoard } = useOrder(instruments, version, inside);
  const csv = (): void =>
    save(
      'fenshi-quotes.csv',
      'text/csv;charset=utf-8',
      csvOf(
        order.map((symbol) => [
          symbol,
          instruments.get(symbol)?.name,
          (board.quotes.get(symbol)?.lastMilli ?? Number.NaN) / 1000,
          board.quotes.get(symbol)?.gain,
        ]),
      ),
    );
  return (
    <div className="s-quotes page-col">
      <div className="bar">
        <div className="tabs" role="tablist" aria-label={words.nav.quotes}>
          {boardTabs.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              aria-selected={each === shownBoard}
              onClick={() => setQuery({ board: each === 'all' ? null : each })}
            >
              {each === 'all' ? words.all : words.boardLong[each]}
            </button>
          ))}
        </div>
        <Finder />
        <span className="grow" />
        <span className="t3 s12">{board.tsMs === 0 ? '' : `${words.quotesPage.asOf} ${clockText(board.tsMs)}`}</span>
        <button type="button" className="ctl" onClick={csv}>
          CSV
        </button>
      </div>
      {isPast ? (
        <Empty title={words.quotesPage.past} why={words.quotesPage.pastWhy} />
      ) : version === 0 ? (
        connected ? (
          <Skeleton rows={16} />
        ) : (
          <Empty title={words.quotesPage.none} why={words.quotesPage.noneWhy} />
        )
      ) : order.length === 0 ? (
        <Empty title={words.quotesPage.noMatch} />
      ) : (
        <Grid order={order} instruments={instruments} sort={sort} isRising={isRising} onInside={setInside} isLost={!connected} />
      )}
      <StatusBar
        keys={[
          [['j', 'k'], words.keys.move],
          [['Enter'], words.keys.open],
        ]}
        note={inside ? <span>{words.frozenOrder}</span> : null}
      />
    </div>
  );
}

function Finder() {
  const words = useWords();
  const text = usePlace((place) => place.query.q) ?? '';
  return (
    <input
      className="field"
      value={text}
      maxLength={20}
      placeholder={words.quotesPage.find}
      aria-label={words.quotesPage.find}
      onChange={(event) => setQuery({ q: event.target.value === '' ? null : event.target.value })}
    />
  );
}

/** Sorted anew at most once a second, and not while somebody points into it. */
function useOrder(instruments: ReadonlyMap<string, Instrument>, version: number, inside: boolean) {
  const query = usePlace((place) => place.query);
  const sort = quoteSorts.includes(query.by as QuoteSort) ? (query.by as QuoteSort) : 'gain';
  const isRising = query.dir === 'up';
  const shownBoard = boardTabs.find((each) => each === query.board) ?? 'all';
  const text = (query.q ?? '').trim().toUpperCase();
  const listed = useMemo(
    () =>
      [...instruments.values()].filter(
        ({ symbol, name, board: own }) =>
          (shownBoard === 'all' || own === shownBoard) && (text === '' || symbol.includes(text) || name.toUpperCase().includes(text)),
      ),
    [instruments, shownBoard, text],
  );
  const kept = useRef<{ key: string; listed: unknown; atMs: number; version: number; order: readonly string[] } | null>(null);
  const key = `${sort} ${isRising}`;
  const isSame = kept.current?.key === key && kept.current.listed === listed;
  const isFresh =
    // an order of before there were prices is none
    kept.current !== null &&
    kept.current.version > 0 &&
    (inside || kept.current.version === version || performance.now() - kept.current.atMs < sortEveryMs);
  if (!isSame || !isFresh)
    kept.current = { key, listed, atMs: performance.now(), version, order: orderOf(listed, board.quotes, sort, isRising) };
  // what came within the second is sorted at its end, though nothing comes any more
  const isBehind = kept.current!.version !== version && !inside;
  const [, again] = useState(0);
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => again((n) => n + 1), sortEveryMs);
    return () => clearTimeout(timer);
  }, [isBehind]);
  return { order: kept.current!.order, sort, isRising, shownBoard };
}
