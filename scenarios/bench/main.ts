/**
 * `npm run bench [-- --symbols 5500 --minutes 6 --live 80 --only replay|live|feed|faults|switches|store|market]`: figures of this machine, each against its budget and
 * floor (design §9). Ends with 1 when a floor does not hold.
 */
import { parseArgs } from 'node:util';
import { feedBench } from './feed.ts';
import { benchLive } from './live.ts';
import { marketBench } from './market.ts';
import { benchReplay } from './replay.ts';
import { benchService, benchStore } from './store.ts';
import { switchBench } from './switches.ts';

const { values } = parseArgs({
  options: {
    symbols: { type: 'string', default: '5500' },
    minutes: { type: 'string', default: '6' },
    live: { type: 'string', default: '80' },
    feed: { type: 'string', default: '600' },
    bars: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const symbols = Number(values.symbols);
let below = 0;

/** `holds`: whether the floor holds; undefined where there is none. */
function row(what: string, figure: string, budget = '', holds?: boolean): void {
  if (holds === false) below += 1;
  console.log(`${what.padEnd(62)} ${figure.padStart(16)}   ${budget}${holds === false ? '  BELOW THE FLOOR' : ''}`);
}
const count = (x: number): string => Math.round(x).toLocaleString('en');
const ms = (x: number): string => `${x.toFixed(1)} ms`;

if (values.only === 'feed' || values.only === 'faults') {
  await feedBench(Number(values.feed), values.only === 'faults', symbols);
  process.exit(0);
}
if (values.only === 'store') {
  const store = await benchStore(Number(values.bars), symbols);
  row(
    `store, ${count(store.bars)} minute bars`,
    `${(store.bytes / 1e6).toFixed(0)} MB`,
    `${(store.bytes / store.bars).toFixed(1)} B a bar`,
  );
  row('  inserted', `${count(store.rowsPerSec)} rows/s`);
  row('  event-loop lag of the inserting process, p99', ms(store.loopLagP99));
  for (const [question, { p50, p99 }] of Object.entries(store.queries)) row(`  ${question}, p50 / p99`, `${p50.toFixed(1)} / ${ms(p99)}`);
  const service = await benchService(symbols, Number(values.minutes));
  row(`query role, ${symbols} symbols, ${count(service.entries)} entries read from TAPE`, ms(service.loadMs));
  for (const [what, { p50, p99 }, ceiling] of [
    [`  last quotes of ${symbols} symbols over the service, p50 / p99`, service.quotes, 50],
    ['  minutes of one symbol over the service, p50 / p99', service.minutes, 10],
  ] as const)
    row(what, `${p50.toFixed(1)} / ${ms(p99)}`, `ceiling ${ceiling} ms`, p99 < ceiling);
  process.exit(below === 0 ? 0 : 1);
}
if (values.only === 'switches') {
  const days = Array.from({ length: Number(values.days) }, (_, i) => i + 1).map((seed) => switchBench(seed, 300));
  const sum = (key: keyof (typeof days)[number]): number => days.reduce((total, day) => total + day[key], 0);
  const lostShare = sum('lost') / sum('alone');
  row(`signals of ${values.days} days, 300 symbols, from Tencent alone`, count(sum('alone')));
  row('  Tencent and Sina by turns, a switch each minute', count(sum('switched')));
  row('  lost / gained / moved by one to ten minutes', `${sum('lost')} / ${sum('gained')} / ${sum('moved')}`);
  row('  lost from Sina alone, without a switch', count(sum('lostBySina')));
  row('  intervals across a switch / of them unknown', `${count(sum('crossed'))} / ${count(sum('unknown'))}`);
  row('  cost of a switch each minute', `${(100 * lostShare).toFixed(2)} %`, 'ceiling 2 %', lostShare < 0.02);
  process.exit(below === 0 ? 0 : 1);
}
if (values.only === 'market' || values.only === 'hash') process.exit(marketBench(symbols, values.only === 'market') ? 0 : 1);
if (values.only !== 'live') {
  const replay = benchReplay(symbols, Number(values.minutes), 3);
  const { quotesPerSec } = replay;
  row(
    `replay, ${symbols} symbols, ${count(replay.quotes)} quotes, one core`,
    `${count(quotesPerSec)} q/s`,
    'budget 1,500,000, floor 500,000',
    quotesPerSec >= 500_000,
  );
  row('share of quotes that reach actors', `${(100 * replay.actorShare).toFixed(3)} %`, 'about 1 %');
  row('process memory with the tape in it', `${replay.rssMb} MB`);
  row('heap a symbol actor', `${replay.bytesPerActor} B`);
}
if (values.only !== 'replay') {
  const live = await benchLive(symbols, Number(values.live));
  const { inBurst } = live;
  row(`live, ${symbols} symbols, ${count(live.quotesPerSec)} q/s with the bursts: transitions`, count(live.transitions));
  row('  due at the feed → client socket, p50', ms(live.p50), 'budget 5 ms');
  row('  p99', ms(live.p99), 'budget 20 ms, floor 50 ms', live.p99 < 50);
  row('  longest', ms(live.max));
  row(`  within the 10× bursts (${inBurst.transitions}), p50 / p99`, `${inBurst.p50.toFixed(1)} / ${ms(inBurst.p99)}`);
  row('  sender behind its schedule, p99', ms(live.senderLateP99));
  row('headroom through JetStream', `${count(live.headroom)} q/s`, 'budget 200,000, floor 50,000', live.headroom >= 50_000);
  row('restart to caught up', ms(live.restartMs), 'budget 5 s, floor 15 s', live.restartMs < 15_000);
  row('engine process memory', `${live.engineRssMb} MB`, 'budget 600 MB, floor 1 GB', live.engineRssMb < 1000);
}
process.exit(below === 0 ? 0 : 1);
