/**
 * `npm run planted [-- --from 41 --to 60 --symbols 300]`: how well each family finds what was planted in invented days, beside the baselines and beside
 * shuffled truth. Detection on planted episodes, and nothing about real days.
 */
import { parseArgs } from 'node:util';
import { quantileOf } from '../../engine/backtest/ranking.ts';
import { marketRates } from '../market/episodes.ts';
import { type Family, planted, plantedDay, variants } from './alarms.ts';
import { type Agreement, addedTo } from './lives.ts';
import { emptyScore, type Score, scoreOf, shuffled, summed } from './matching.ts';
import { noOverlap, type Overlap, overlapOf, yardsticks } from './yardstick.ts';

const { values } = parseArgs({
  options: { from: { type: 'string', default: '41' }, to: { type: 'string', default: '60' }, symbols: { type: 'string', default: '300' } },
});
const [from, to, symbols] = [Number(values.from), Number(values.to), Number(values.symbols)];
/** Who is judged by which truth. */
const judged: readonly (readonly [Family, string])[] = [
  ...planted.flatMap(
    (family) =>
      [
        [family, `${family} discovered`],
        [family, `${family} confirmed`],
      ] as const,
  ),
  ...Object.entries(variants).flatMap(([id, family]): [Family, string][] => [
    [family, `${id} discovered`],
    [family, `${id} confirmed`],
  ]),
  ['rally', 'rally early'],
  ['limitup', 'limitup touched'],
  ['limitup', 'approach approach'],
  ['rally', 'B0'],
  ['rally', 'B1'],
  ['rally', 'B2'],
  ['rally', 'B3'],
  ['rotation', 'B4'],
  ['moneyflow', 'B5'],
  ['limitup', 'B6'],
];
const scores = new Map<string, Score>();
const chance = new Map<string, Score>();
const agreement = new Map<string, Agreement>();
const overlaps = new Map<string, Overlap>();
for (let seed = from; seed <= to; seed++) {
  const day = plantedDay({ seed, count: symbols, rates: marketRates });
  for (const [family, by] of judged) {
    const alarms = day.alarms.get(by) ?? [];
    const keys = family === 'rotation' ? day.sectors : day.symbols;
    const own = family === 'rotation' ? alarms.filter(({ key }) => key.startsWith('I')) : alarms;
    scores.set(by, summed(scores.get(by) ?? emptyScore, scoreOf(day.truths[family], own)));
    chance.set(by, summed(chance.get(by) ?? emptyScore, scoreOf(shuffled(day.truths[family], keys), own)));
  }
  addedTo(agreement, day.agreement);
  for (const [id, { family }] of Object.entries(yardsticks)) {
    const ours = day.alarms.get(`${family} discovered`) ?? [];
    const own = overlapOf(day.alarms.get(`E${id}`) ?? [], ours);
    const was = overlaps.get(id) ?? noOverlap;
    overlaps.set(id, {
      theirs: was.theirs + own.theirs,
      ours: was.ours + own.ours,
      met: was.met + own.met,
      shared: was.shared + own.shared,
    });
  }
  process.stderr.write(`seed ${seed}\n`);
}
const days = to - from + 1;
const share = (part: number, of: number): string => (of === 0 ? '  – ' : (part / of).toFixed(3));
console.log(`seeds ${from}–${to}, ${symbols} symbols, planted preset; windows of the truth, precision by alarms, recall by episodes`);
console.log(
  'by                     alarms  precision (shuffled)  episodes  recall  median and p90 delay  duplicates  false alarms per 1,000 symbol-hours',
);
for (const [family, by] of judged) {
  const { alarms, hits, episodes, found, duplicates, delays } = scores.get(by)!;
  const entities = family === 'rotation' ? 31 : symbols;
  const falseRate = ((alarms - hits) * 1000) / (days * entities * 4);
  console.log(
    [
      by.padEnd(22),
      String(alarms).padStart(6),
      `${share(hits, alarms)} (${share(chance.get(by)!.hits, alarms)})`.padStart(16),
      String(episodes).padStart(12),
      share(found, episodes).padStart(8),
      `${quantileOf(delays, 0.5).toFixed(0)} s, ${quantileOf(delays, 0.9).toFixed(0)} s`.padStart(16),
      String(duplicates).padStart(12),
      falseRate.toFixed(1).padStart(12),
    ].join('  '),
  );
}
console.log('lived as they were planted, of the episodes that were met, by type');
for (const [type, { met, agreed }] of [...agreement].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`  ${type.padEnd(14)} ${String(met).padStart(5)}  ${share(agreed, met)}`);
console.log('a vendor’s types as the community reads them, within a minute either way; a yardstick, no truth');
for (const [id, { family, zh }] of Object.entries(yardsticks)) {
  const { theirs, ours, met, shared } = overlaps.get(id)!;
  const beside =
    family === 'none'
      ? 'no detector of its own'
      : `${family}: has ${share(met, theirs)} of them, ${share(shared, ours)} of ours are among them`;
  console.log(`${id.padStart(5)} ${zh}  ${String(theirs).padStart(6)}  ${beside}`);
}
for (const family of planted) {
  const { byDifficulty } = scores.get(`${family} discovered`)!;
  console.log(
    `${family}: found by tenth of difficulty, easiest first: ${byDifficulty.map(({ episodes, found }) => share(found, episodes)).join(' ')}`,
  );
}
