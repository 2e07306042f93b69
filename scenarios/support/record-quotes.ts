/** Listens in on a cell: every accepted quote of continuous trading, as the slow reference wants it, by symbol row. */
import { absentMilli, type Level, quoteFlag, rowOf } from '../../contracts/quote.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { exchangeIndex } from '../../engine/clean/universe.ts';
import type { RefQuote } from '../oracles/slow-reference.ts';

export function recordQuotes(cell: Cell): Map<number, RefQuote[]> {
  const histories = new Map<number, RefQuote[]>();
  const lastMs = new Map<string, number>();
  const returned = new Map<string, number>();
  const quoted = cell.market.quoted.bind(cell.market);
  cell.market.quoted = (batch, n) => {
    const slot = Math.floor(tsecOf(batch.tsMs) / 3);
    const before = lastMs.get(batch.source);
    if (before === undefined || slot * 3 - before > 15) returned.set(batch.source, slot);
    lastMs.set(batch.source, slot * 3);
    quoted(batch, n);
  };
  const add = cell.features.add.bind(cell.features);
  cell.features.add = (verdict, batch, i) => {
    const { s, slot, dv, da, bookOk, stalled } = verdict;
    const row = rowOf(batch, i);
    const history = histories.get(s) ?? [];
    histories.set(s, history);
    const { cleaner } = cell;
    history.push({
      slot,
      last: row.lastMilli!,
      bids: row.bids.map(priced),
      asks: row.asks.map(priced),
      bookOk,
      stalled,
      stallEndSlot: cleaner.freshness.stallEndSlot[exchangeIndex(cell.features.universe.exchange[s]!)]!,
      returnSlot: returned.get(batch.source)!,
      dv: Number.isNaN(dv) ? null : dv,
      da: Number.isNaN(da) ? null : da,
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
    add(verdict, batch, i);
  };
  return histories;
}

/** The reference knows levels by their price alone. */
const priced = (level: Level): readonly [number, number] | null => (level === null || level[0] === null ? null : [level[0], level[1]]);
