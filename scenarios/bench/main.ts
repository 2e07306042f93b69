/** `npm run bench [-- --symbols 2000 --minutes 10]`: figures of this machine, each against its budget and floor (design §9). */
import { parseArgs } from 'node:util';
import { benchReplay } from './replay.ts';

const { values } = parseArgs({ options: { symbols: { type: 'string', default: '5500' }, minutes: { type: 'string', default: '8' } } });
const row = (what: string, figure: string, budget: string) => console.log(`${what.padEnd(62)} ${figure.padStart(14)}   ${budget}`);

const replay = benchReplay(Number(values.symbols), Number(values.minutes), 3);
row(
  `replay, ${replay.symbols} symbols, ${replay.quotes.toLocaleString('en')} quotes, one core`,
  `${replay.quotesPerSec.toLocaleString('en')} q/s`,
  'budget 1,500,000, floor 500,000',
);
row('share of quotes that reach actors', `${(100 * replay.actorShare).toFixed(3)} %`, 'about 1 %');
row('process memory with the tape in it', `${replay.rssMb} MB`, 'cell alone: budget 600 MB, floor 1 GB');
row('heap a symbol actor', `${replay.bytesPerActor} B`, '');
