/** Every feature of sampled snapshots of a day, against the slow reference: what disagrees, and which features were ever known. */
import { type Bundle, profileColumns } from '../../contracts/bundle.ts';
import { type FeatureId, featureAt } from '../../contracts/features.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { type RefQuote, slowSnapshot } from '../oracles/slow-reference.ts';
import { recordQuotes } from './record-quotes.ts';

/** Features the reference does not restate: market-wide ones, delivery age, and the zig-zag (tested on its own). */
const elsewhere: readonly FeatureId[] = [
  'mktMed1m',
  'mktMed3m',
  'mktMed5m',
  'advShare',
  'nUp',
  'nDn',
  'nTouched',
  'brokenRate',
  'idxRet3m',
  'feedHealth',
  'age',
  'pvDivTop',
  'sealAmt',
];
export const referenced = (Object.keys(featureAt) as FeatureId[]).filter((id) => !elsewhere.includes(id));

/** One snapshot in `every` is compared; the gate stands open, so that there is one at every accepted quote. */
export function againstReference(
  bundle: Bundle,
  entries: Iterable<TapeEntry>,
  every: number,
  reference: typeof slowSnapshot = slowSnapshot,
) {
  const cell = new Cell(bundle);
  const histories = recordQuotes(cell);
  const wrong: string[] = [];
  const seen = new Set<FeatureId>();
  let snapshots = 0;
  cell.symbols.openGate = true;
  cell.symbols.observer = {
    snapshot(s, snapshot, input) {
      if (snapshots++ % every !== 0) return;
      const instrument = bundle.instruments[s]!;
      const profile = {
        ...profileColumns(bundle.profiles[instrument.profile]!),
        narMean: bundle.profiles[s]!.narMean,
        narSd: bundle.profiles[s]!.narSd,
      };
      const value = snapshot.feature;
      const staleSec = cell.features.universe.staleSec[s]!;
      const history = withDay(cell, s, histories.get(s)!);
      const want = reference(history, { instrument, profile, adv20: instrument.adv20Yuan!, staleSec }, value('ret_3m') - value('exRet3m'));
      for (const id of referenced) {
        const got = Number.isNaN(value(id)) ? null : value(id);
        if (got !== null) seen.add(id);
        if (!isClose(got, want[id] ?? null)) wrong.push(`${input.id} ${input.tsec} ${id}: ${got} is not ${want[id]}`);
      }
    },
  };
  for (const entry of entries) cell.apply(entry);
  return { snapshots, wrong, never: referenced.filter((id) => !seen.has(id)) };
}

/** The feed's own day high, low and open, as accepted. */
function withDay(cell: Cell, s: number, history: readonly RefQuote[]): RefQuote[] {
  const { accepted } = cell.cleaner;
  const last = history.at(-1)!;
  return [...history.slice(0, -1), { ...last, dayHigh: accepted.high[s]!, dayLow: accepted.low[s]!, dayOpen: accepted.open[s]! }];
}

const isClose = (got: number | null, want: number | null): boolean =>
  got === null || want === null ? got === want : Math.abs(got - want) <= 1e-7 * Math.max(1, Math.abs(want));
