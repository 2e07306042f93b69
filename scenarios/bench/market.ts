/** The full invented day: rows a second, size, hash; and its stylised facts beside their bands. */
import { bands, meanFacts, outOfBand } from '../market/bands.ts';
import { plainRates, ratesOf } from '../market/episodes.ts';
import { factsOf } from '../market/facts.ts';
import { hashOf } from '../market/hash.ts';
import { MarketDay } from '../market/market-day.ts';
import { halfHourP0, limitBands, outOfRealBand, realBands } from '../realism/bands.ts';
import { JudgedFacts } from '../realism/judged-facts.ts';

const realDays = 100;

export function marketBench(count: number, withFacts: boolean): boolean {
  const startedMs = Date.now();
  const { rows, bytes, deflated, sha } = hashOf(new MarketDay({ seed: 1, date: '20261123', day: 0, count }));
  const seconds = (Date.now() - startedMs) / 1000;
  console.log(
    `market         ${count} symbols, Node ${process.versions.node}: ${rows} rows in ${seconds.toFixed(0)} s, ${Math.round(rows / seconds)} rows/s`,
  );
  console.log(
    `               ${(bytes / 1e9).toFixed(2)} GB as tape (${(bytes / rows).toFixed(0)} B a row), about ${(deflated / 1e9).toFixed(2)} GB deflated (${(deflated / rows).toFixed(0)} B a row)`,
  );
  console.log(`               sha256 ${sha}`);
  if (!withFacts) return true;
  const facts = meanFacts(
    [1, 2, 3, 4, 5].map((seed) => factsOf(new MarketDay({ seed, date: '20261123', day: 0, count: 300, faulty: false, rates: plainRates }))),
  );
  for (const [key, [lo, hi]] of Object.entries(bands))
    console.log(`fact           ${key.padEnd(14)} ${facts[key as keyof typeof facts].toFixed(4).padStart(10)}   ${lo} … ${hi}`);
  return realPreset() && outOfBand(facts).length === 0;
}

/** The preset `real` as the product's own features and labels see it. */
function realPreset(): boolean {
  const facts = new JudgedFacts();
  for (let seed = 1; seed <= realDays; seed++) facts.add({ seed, count: 25, preset: 'real', rates: ratesOf('real') });
  const judged = facts.judged();
  console.log(`preset real    ${realDays} days of 25 symbols; p0 by half hour ${judged.p0ByHalfHour.map((p) => p.toFixed(3)).join(' ')}`);
  for (const [key, value] of Object.entries(judged)) {
    if (typeof value !== 'number') continue;
    const band = { ...realBands, ...limitBands }[key as keyof typeof realBands];
    console.log(`fact           ${key.padEnd(18)} ${value.toFixed(4).padStart(10)}   ${band === undefined ? '' : band.join(' … ')}`);
  }
  const [lo, hi] = halfHourP0;
  return outOfRealBand(judged, { ...realBands, ...limitBands }).length === 0 && judged.p0ByHalfHour.every((p) => p >= lo && p <= hi);
}
