/**
 * Freshness by exchange: a feed that repeats itself looks alive, symbol by symbol, and is not (Q8, per exchange).
 *
 * Stalled  no symbol of the exchange changed for `stalledSec` of continuous trading although at least three are quoted.
 *          The fewer symbols, the longer silence is natural: 9 s from 300, 15 s from 30, else 60 s
 * Thaw     the first newer change ends it; that slot counts as the end of a gap for every symbol of the exchange
 * Newer    by the exchange's own stamps: another source tells the same old row in other units, which moves nothing
 */
import { exchanges } from '../../contracts/units.ts';
import { neverSlot } from './accepted.ts';

export type Freshness = ReturnType<typeof freshnessColumns>;

export const freshnessColumns = () => ({
  quoted: new Int32Array(exchanges.length),
  /** tsec of the last change of any symbol. */
  changedTsec: new Float64Array(exchanges.length).fill(Number.NaN),
  stalled: new Uint8Array(exchanges.length),
  stallEndSlot: new Int32Array(exchanges.length).fill(neverSlot),
});

const quotedMin = 3;
const stalledSec = (quoted: number): number => (quoted >= 300 ? 9 : quoted >= 30 ? 15 : 60);

/** Notes an accepted continuous quote. Returns true when it resumed the exchange. */
export function noteQuote(freshness: Freshness, exchange: number, slot: number, tsec: number, changed: boolean, first: boolean): boolean {
  if (first) freshness.quoted[exchange]! += 1;
  if (!changed || tsec <= freshness.changedTsec[exchange]!) return false;
  freshness.changedTsec[exchange] = tsec;
  if (freshness.stalled[exchange] === 0) return false;
  freshness.stalled[exchange] = 0;
  freshness.stallEndSlot[exchange] = slot;
  return true;
}

/** At each clock of continuous trading. Returns the exchanges that froze just now. */
export function noteClock(freshness: Freshness, tsec: number): number[] {
  const froze: number[] = [];
  for (let e = 0; e < exchanges.length; e++) {
    const quoted = freshness.quoted[e]!;
    if (quoted < quotedMin || freshness.stalled[e] === 1) continue;
    if (tsec - freshness.changedTsec[e]! > stalledSec(quoted)) {
      freshness.stalled[e] = 1;
      froze.push(e);
    }
  }
  return froze;
}
