/** Listens in on a cell: every accepted quote of continuous trading, as the slow reference wants it, by symbol row. */
import { absentMilli, quoteFlag, rowOf } from '../../contracts/quote.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { exchangeIndex } from '../../engine/clean/universe.ts';
import type { RefQuote } from '../../engine/features/slow-reference.ts';

export function recordQuotes(cell: Cell): Map<number, RefQuote[]> {
  const histories = new Map<number, RefQuote[]>();
  const add = cell.features.add.bind(cell.features);
  cell.features.add = (s, batch, i, slot) => {
    const row = rowOf(batch, i);
    const history = histories.get(s) ?? [];
    histories.set(s, history);
    const { cleaner } = cell;
    history.push({
      slot,
      last: row.lastMilli!,
      bids: row.bids,
      asks: row.asks,
      bookOk: cleaner.bookOk,
      frozen: cleaner.isFrozen(s),
      thawSlot: cleaner.freshness.thawSlot[exchangeIndex(cell.features.universe.exchange[s]!)]!,
      dv: Number.isNaN(cleaner.dv) ? null : cleaner.dv,
      da: Number.isNaN(cleaner.da) ? null : cleaner.da,
      outer: row.outerShares === null ? null : row.outerShares - cleaner.accepted.outer[s]!,
      inner: row.innerShares === null ? null : row.innerShares - cleaner.accepted.inner[s]!,
      derivedVolume: (row.flags & quoteFlag.derivedVolume) !== 0,
      dayVolume: row.volumeShares!,
      dayAmount: row.amountYuan!,
      dayHigh: 0,
      lastBefore: cleaner.accepted.last[s] === absentMilli ? null : cleaner.accepted.last[s]!,
      dayLow: 0,
      dayOpen: null,
    });
    add(s, batch, i, slot);
  };
  return histories;
}
