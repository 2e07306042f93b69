/** The rows of the table of quotes: those that are seen are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, useState } from 'react';
import { To } from '../pieces/bits.tsx';
import { direction, missing, percent, price, share, signed } from '../pieces/numbers.ts';
import { useKeys } from '../state/keys.ts';
import { goTo, setQuery } from '../state/place.ts';
import { useSectorOf } from '../state/queries.ts';
import { board, type QuoteSort, roomOf } from '../state/quote-board.ts';
import type { Instrument } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { BoardChip } from './home-row.tsx';

const rowPx = 30;

type GridParts = {
  readonly order: readonly string[];
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly sort: QuoteSort;
  readonly isRising: boolean;
  readonly isLost: boolean;
  readonly onInside: (inside: boolean) => void;
};

export function Grid({ order, instruments, sort, isRising, isLost, onInside }: GridParts) {
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
