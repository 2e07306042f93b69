/** SHA-256 of a generated day as it would be written, with its size: the same on every run, process and Node. */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { midnightOf } from '../../contracts/session.ts';
import { encodeTape } from '../../contracts/tape.ts';
import type { MarketDay } from './market-day.ts';

export type DayHash = { readonly rows: number; readonly bytes: number; readonly deflated: number; readonly sha: string };
/** One batch in so many is compressed to tell the size a row has on disk. */
const sampled = 50;

export function hashOf(market: MarketDay): DayHash {
  const hash = createHash('sha256');
  let [rows, bytes, taken, packed, seen] = [0, 0, 0, 0, 0];
  const midnight = midnightOf(market.date);
  for (let ms = midnight + 8.5 * 3_600_000; ms <= midnight + 15.5 * 3_600_000; ms += 1000)
    for (const entry of market.take(ms)) {
      const body = encodeTape(entry);
      hash.update(body);
      bytes += body.byteLength;
      if (entry.type === 'quotes') rows += entry.batch.count;
      if (seen++ % sampled === 0) {
        taken += body.byteLength;
        packed += deflateRawSync(body, { level: 1 }).byteLength;
      }
    }
  return { rows, bytes, deflated: taken === 0 ? 0 : Math.round((bytes * packed) / taken), sha: hash.digest('hex') };
}
