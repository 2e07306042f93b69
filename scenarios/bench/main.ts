/** `npm run bench [-- --symbols 2000 --minutes 10]`: figures of this machine, each against its budget and floor (design §9). */
import { parseArgs } from 'node:util';
import { benchLive } from './live.ts';
import { benchReplay } from './replay.ts';

const { values } = parseArgs({
  options: { symbols: { type: 'string', default: '5500' }, minutes: { type: 'string', default: '4' }, only: { type: 'string' } },
});
const row = (what: string, figure: string, budget: string) => console.log(`${what.padEnd(58)} ${figure.padStart(16)}   ${budget}`);

if (values.only !== 'live') {
  const replay = benchReplay(Number(values.symbols), Number(values.minutes), 3);
  row(
    `replay, ${replay.symbols} symbols, ${replay.quotes.toLocaleString('en')} quotes, one core`,
    `${replay.quotesPerSec.toLocaleString('en')} q/s`,
    'budget 1,500,000, floor 500,000',
  );
  row('share of quotes that reach actors', `${(100 * replay.actorShare).toFixed(3)} %`, 'about 1 %');
  row('process memory with the tape in it', `${replay.rssMb} MB`, 'cell alone: budget 600 MB, floor 1 GB');
  row('heap a symbol actor', `${replay.bytesPerActor} B`, '');
}
if (values.only !== 'replay') {
  const live = await benchLive(Number(values.symbols));
  row(
    `live, receive → client socket, ${live.symbols} symbols, 3 s cadence`,
    `p50 ${live.steady.p50.toFixed(1)} p99 ${live.steady.p99.toFixed(1)} ms`,
    'budget p50 < 5, p99 < 20, floor p99 < 50',
  );
  row('live, 10× burst', `p50 ${live.burst.p50.toFixed(1)} p99 ${live.burst.p99.toFixed(1)} ms`, 'same');
}
