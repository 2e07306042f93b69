/** 行情: every stock of the day with its price as it comes; the rows that are seen are drawn, the order stands still under the pointer. */
import '../css/quotes.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { boards } from '../../../../contracts/instruments.ts';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, Skeleton, To } from '../pieces/bits.tsx';
import { csvOf } from '../pieces/csv.ts';
import { save } from '../pieces/export.ts';
import { direction, missing, percent, price, share, signed } from '../pieces/numbers.ts';
import { useKeys } from '../state/keys.ts';
import { clockText, useLookBack } from '../state/look-back.ts';
import { useMarket, watchMarket } from '../state/market.ts';
import { goTo, setQuery, usePlace } from '../state/place.ts';
import { useInstruments, useSectorOf } from '../state/queries.ts';
import { board, orderOf, type QuoteSort, quoteSorts, roomOf, useBoardVersion } from '../state/quote-board.ts';
import type { Instrument } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { BoardChip } from './home-row.tsx';

const rowPx = 30;
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
    kept.current !== null && (inside || kept.current.version === version || performance.now() - kept.current.atMs < sortEveryMs);
  if (!isSame || !isFresh)
    kept.current = { key, listed, atMs: performance.now(), version, order: orderOf(listed, board.quotes, sort, isRising) };
  return { order: kept.current!.order, sort, isRising, shownBoard };
}

type GridParts = {
  readonly order: readonly string[];
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly sort: QuoteSort;
  readonly isRising: boolean;
  readonly isLost: boolean;
  readonly onInside: (inside: boolean) => void;
};

function Grid({ order, instruments, sort, isRising, isLost, onInside }: GridParts) {
  const words = useWords();
  const scroll = useRef<HTMLDivElement>(null);
  const [selected, select] = useState<string | null>(null);
  const rows = useVirtualizer({ count: order.length, getScrollElement: () => scroll.current, estimateSize: () => rowPx, overscan: 6 });
  const step = (by: number): void => {
    const at = Math.min(Math.max((selected === null ? -1 : order.indexOf(selected)) + by, 0), order.length - 1);
    select(order[at] ?? null);
    rows.scrollToIndex(at);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => selected !== null && goTo(`/s/${selected}`),
  });
  const heads: readonly (readonly [QuoteSort | null, string])[] = [
    ['code', words.quotesPage.code],
    [null, words.columns.name],
    ['last', words.columns.price],
    ['gain', words.quotesPage.gain],
    ['change', words.quotesPage.change],
    ['room', words.quotesPage.room],
    [null, words.quotesPage.sector],
  ];
  return (
    <div className={`qt${isLost ? ' stale' : ''}`} role="table" aria-rowcount={order.length + 1} aria-label={words.nav.quotes}>
      <div className="qr head" role="row" tabIndex={-1}>
        {heads.map(([by, text]) => (
          <Head key={text} by={by} text={text} sort={sort} isRising={isRising} />
        ))}
      </div>
      <div
        ref={scroll}
        className="scroll"
        role="rowgroup"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
        onPointerEnter={() => onInside(true)}
        onPointerLeave={() => onInside(false)}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map(({ index, start }) => {
            const symbol = order[index]!;
            const quote = board.quotes.get(symbol);
            return (
              <Row
                key={symbol}
                at={index}
                top={start}
                instrument={instruments.get(symbol)}
                symbol={symbol}
                last={quote?.lastMilli ?? null}
                before={quote?.preCloseMilli ?? null}
                gain={quote?.gain ?? null}
                isSelected={symbol === selected}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({
  by,
  text,
  sort,
  isRising,
}: {
  readonly by: QuoteSort | null;
  readonly text: string;
  readonly sort: QuoteSort;
  readonly isRising: boolean;
}) {
  const isHere = by === sort;
  return (
    <div role="columnheader" tabIndex={-1} aria-sort={isHere ? (isRising ? 'ascending' : 'descending') : undefined}>
      {by === null ? (
        text
      ) : (
        <button type="button" onClick={() => setQuery({ by, dir: isHere && !isRising ? 'up' : null })}>
          {text}
          {isHere ? (isRising ? ' ↑' : ' ↓') : ''}
        </button>
      )}
    </div>
  );
}

type RowParts = {
  readonly at: number;
  readonly top: number;
  readonly symbol: string;
  readonly instrument: Instrument | undefined;
  readonly last: number | null;
  readonly before: number | null;
  readonly gain: number | null;
  readonly isSelected: boolean;
};

const Row = memo(({ at, top, symbol, instrument, last, before, gain, isSelected }: RowParts) => {
  const tint = direction(gain);
  const sector = useSectorOf(symbol);
  const room = roomOf(last, instrument?.limitUpMilli);
  return (
    <div
      className={`qr${isSelected ? ' sel' : ''}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <Cell text={symbol.slice(0, 6)} className="t3" />
      <span role="cell" className="nw el">
        <To path={`/s/${symbol}`} className="nm">
          {instrument?.name ?? symbol}
        </To>
        <BoardChip instrument={instrument} />
      </span>
      <Cell text={price(last)} className={tint} />
      <Cell text={percent(gain)} className={tint} />
      <Cell text={last === null || before === null ? missing : signed((last - before) / 1000)} className={tint} />
      <Cell text={share(room, 1)} className="t2" />
      <Cell text={sector} className="t3 nw el left" />
    </div>
  );
});

const Cell = ({ text, className }: { readonly text: string; readonly className: string }) => (
  <span role="cell" className={className}>
    {text}
  </span>
);
