/** The full invented day: rows a second, size, hash; and its stylised facts beside their bands. */
import { bands, meanFacts, outOfBand } from '../market/bands.ts';
import { plainRates } from '../market/episodes.ts';
import { factsOf } from '../market/facts.ts';
import { hashOf } from '../market/hash.ts';
import { MarketDay } from '../market/market-day.ts';

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
  return outOfBand(facts).length === 0;
}
