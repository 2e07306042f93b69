/**
 * K13: a strategy whose last thirty openings gained clearly less often than moments nobody chose (contracts/spec/lifecycle.md#risk). Pure.
 *
 * Matures   a quarter of an hour after it opened, whatever became of the opportunity: gained where the price stands beyond the cost
 * Asks      restricted while under the base rates' mean by ten points; lets go at seven
 */

/** What is waited for. `direction`: 1 up, −1 down; `p0`: how often such a moment gains. */
export type Pending = {
  readonly row: number;
  readonly midMilli: number;
  readonly direction: 1 | -1;
  readonly cost: number;
  readonly p0: number;
  readonly dueTsec: number;
};
export type Matured = { readonly gained: boolean; readonly p0: number };
/** Plain data. */
export type StrategyRecord = { readonly pending: readonly Pending[]; readonly matured: readonly Matured[]; readonly level: number };
export const newRecord: StrategyRecord = { pending: [], matured: [], level: 0 };

export const maturesSec = 900;
const window = 30;
const under = 0.1;
const clearShare = 0.7;

/** The record at `tsec`: what is due has matured by the price of now, or is forgotten where nobody knows one. */
export function matured(record: StrategyRecord, tsec: number, midOf: (row: number) => number): StrategyRecord {
  const due = record.pending.filter(({ dueTsec }) => dueTsec <= tsec);
  if (due.length === 0) return record;
  const ended = due.flatMap(({ row, midMilli, direction, cost, p0 }): Matured[] => {
    const mid = midOf(row);
    return Number.isNaN(mid) ? [] : [{ gained: direction * (mid - midMilli) > cost * midMilli, p0 }];
  });
  const kept = [...record.matured, ...ended].slice(-window);
  const pending = record.pending.filter(({ dueTsec }) => dueTsec > tsec);
  return { pending, matured: kept, level: levelOf(kept, record.level) };
}

function levelOf(kept: readonly Matured[], current: number): number {
  if (kept.length < window) return current;
  const hits = kept.filter(({ gained }) => gained).length / window;
  const base = kept.reduce((sum, { p0 }) => sum + p0, 0) / window;
  return hits < base - under * (current > 0 ? clearShare : 1) ? 2 : 0;
}
