/** The whole invented market behind emulated vendors, as a process of its own: forked by the feed bench, ended with it. */
import { midnightOf } from '../../contracts/session.ts';
import { startEmulators } from '../sources/emulators.ts';
import type { Fault } from '../sources/faults.ts';
import { advance, marketUntil } from '../support/emulated.ts';

export type MarketWanted = {
  readonly count: number;
  readonly seed: number;
  readonly clock: string;
  readonly faults: readonly Omit<Fault, never>[];
};
export type MarketUp = { readonly urls: Record<string, string>; readonly runMs: number; readonly wallMs: number; readonly date: string };

const wanted = JSON.parse(process.argv[2] ?? 'null') as MarketWanted;
const { market, table } = marketUntil(wanted.clock, { count: wanted.count, seed: wanted.seed });
const emulators = await startEmulators(table);
const [hours = 0, minutes = 0] = wanted.clock.split(':').map(Number);
const runMs = midnightOf(market.date) + (hours * 60 + minutes) * 60_000;
const wallMs = Date.now();
emulators.faults.plan(wanted.faults.map((fault) => ({ ...fault, fromMs: runMs + fault.fromMs, toMs: runMs + fault.toMs })));
process.send?.({ urls: emulators.urls, runMs, wallMs, date: market.date } satisfies MarketUp);
process.on('disconnect', () => process.exit(0));
process.on('message', () => process.send?.({ requests: emulators.faults.requests }));
setInterval(() => advance(market, table, runMs + Math.floor((Date.now() - wallMs) / 1000) * 1000), 100);
