/**
 * `npm run bench [-- --symbols 5500 --rounds 5 --day 600 --live 80 --everything --ticks <file> --only replay|live|feed|faults|switches|store|market|board|pattern|curve|fanout|cockpit]`: figures of this machine, each against its budget and
 * floor (contracts/spec/engine.md#budgets). Ends with 1 when a floor does not hold.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { cockpitBench } from './cockpit.ts';
import { costCurve } from './curve.ts';
import { feedBench } from './feed.ts';
import { benchLive } from './live.ts';
import { marketBench } from './market.ts';
import { boardBench, esperRowsPerSec, type PeerBench, patternBench } from './peers/run.ts';
import { benchDay, benchStages, benchWindow, generated } from './replay.ts';
import { benchService, benchStore } from './store.ts';
import { switchBench } from './switches.ts';
import { benchTicks } from './ticks.ts';

const { values } = parseArgs({
  options: {
    symbols: { type: 'string', default: '5500' },
    minutes: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    day: { type: 'string', default: '600' },
    live: { type: 'string', default: '80' },
    everything: { type: 'boolean', default: false },
    feed: { type: 'string', default: '600' },
    bars: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '4' },
    ticks: { type: 'string', default: '../shared/data/ticks_thu2019_dev.csv.gz' },
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

function peerRows(
  what: string,
  { rows, rate, rates, limit, shareOfLimit, isEqual }: PeerBench,
  esper: number,
  budget: number,
  floor: number,
): void {
  row(`${what}, ${count(rows)} rows`, `${count(rate)} rows/s`, `budget ${count(budget)}, floor ${count(floor)}`, rate >= floor);
  row(`  median of ${rates.length} rounds, million rows/s`, rates.map((each) => (each / 1e6).toFixed(1)).join(' '));
  row('  times Esper 9.0.0 (measured before, same rows)', `${(rate / esper).toFixed(1)} ×`, `${count(esper)} rows/s`);
  row('  share of bare typed arrays, by turns', `${Math.round(100 * shareOfLimit)} %`, `${count(limit)} rows/s`);
  row('  answers equal to those of bare typed arrays', isEqual ? 'all' : 'NO', '', isEqual);
}

if (values.only === 'cockpit') {
  const figures = await cockpitBench({ perSec: 200, seconds: 10, replaySec: 120, tableSec: 20 });
  if (typeof figures === 'string') console.log(`cockpit: ${figures}`);
  else {
    const { shellGzBytes, firstRowMs, changes, perSec, p50, p95, heapMb, table } = figures;
    row('cockpit: shell, gzip', `${(shellGzBytes / 1024).toFixed(0)} KiB`, 'budget 180 KiB', shellGzBytes <= 180 * 1024);
    row('cockpit: address to first row', ms(firstRowMs), 'budget 3,000 ms', firstRowMs <= 3000);
    row(`cockpit: sent to painted, ${count(changes)} changes at ${perSec.toFixed(0)} a second, p50`, ms(p50));
    row('cockpit: the same, p95', ms(p95), 'budget 100 ms', p95 <= 100);
    row('cockpit: heap looking back at two hours at 60×, a third in', `${heapMb[0].toFixed(1)} MB`);
    row('cockpit: the same, at the end', `${heapMb[1].toFixed(1)} MB`, 'at most a quarter more', heapMb[1] <= 1.25 * heapMb[0]);
    const { rows, framesPerSec, processShare, mainThreadShare, idleShare } = table;
    row(
      `cockpit: ${count(rows)} quotes at ${framesPerSec.toFixed(1)} frames a second, of a core`,
      `${(100 * processShare).toFixed(1)} %`,
      'budget 25 %',
      processShare <= 0.25,
    );
    row('cockpit: of which the main thread', `${(100 * mainThreadShare).toFixed(1)} %`);
    row('cockpit: the same page with nothing told', `${(100 * idleShare).toFixed(1)} %`);
  }
  process.exit(below > 0 ? 1 : 0);
}
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
if (values.only === 'fanout') {
  const { status } = spawnSync(process.execPath, ['engine/cli/launch.mjs', 'gateway/bench/fanout.ts'], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
if (values.only === 'curve') {
  for (const point of costCurve(Number(values.rounds)))
    row(
      `${count(point.symbols)} symbols, ${count(point.quotes)} quotes 09:30–09:34`,
      `${Math.round(point.nsPerQuote)} ns`,
      `${count(1e9 / point.nsPerQuote)} q/s, ${point.cellMb} MB, ${((100 * point.quotesPerSec * point.nsPerQuote) / 1e9).toFixed(1)} % of a core live`,
    );
  process.exit(0);
}
if (values.only === 'board') {
  const board = boardBench(Number(values.rounds));
  const { p50, p99 } = board;
  peerRows('best 100 gains over 1, 5 and 10 min, 1,650 stocks', board, esperRowsPerSec.board, 8_000_000, 4_000_000);
  row('  a batch of 1,650 rows, p50 / p99', `${p50.toFixed(0)} / ${p99.toFixed(0)} µs`, 'budget p50 200 µs');
  process.exit(below === 0 ? 0 : 1);
}
if (values.only === 'pattern') {
  const keyed = patternBench(Number(values.rounds));
  peerRows(`keyed pattern, 5,400 keys, ${count(keyed.signals)} signals`, keyed, esperRowsPerSec.pattern, 10_000_000, 3_000_000);
  process.exit(below === 0 ? 0 : 1);
}
if (values.only === 'market' || values.only === 'hash') process.exit(marketBench(symbols, values.only === 'market') ? 0 : 1);
if (values.only !== 'live') {
  const rounds = Number(values.rounds);
  const morning = generated(symbols, '09:55');
  const window = benchWindow(morning, rounds);
  const perSec = 1e9 / window.nsPerQuote;
  row(
    `replay 09:45–09:55, ${symbols} symbols, ${count(window.quotes)} quotes, one core`,
    `${count(perSec)} q/s`,
    'budget 1,000,000, floor 300,000',
    perSec >= 300_000,
  );
  row(`  median of ${rounds} rounds: ns a quote`, `${Math.round(window.nsPerQuote)} ns`, window.rounds.join(' '));
  row('  the first round, before the code is warm, not among them', `${Math.round(window.coldNs)} ns`);
  row('  auctions, apart', `${Math.round(window.auctionNs)} ns`, 'budget 300 ns');
  for (const [what, ns] of Object.entries(benchStages(morning))) row(`  up to: ${what}`, `${Math.round(ns)} ns`);
  row('  quotes that a strategy was awake for', `${(100 * window.evaluatedShare).toFixed(2)} %`);
  row('  events to actors, a share of quotes', `${(100 * window.actorShare).toFixed(3)} %`, 'about 1 %');
  row('  journal messages in the ten minutes', count(window.steps));
  row(
    '  one more variant of every strategy',
    `${(100 * window.variantShare).toFixed(1)} %`,
    'budget 5 %; five times as much to find as recorded days have',
  );
  row('  one more variant of every strategy in shadow, which opens nothing', `${(100 * window.shadowShare).toFixed(1)} %`);
  row('  one cell that has folded the morning, heap and buffers', `${window.cellMb} MB`, 'budget 450 MB', window.cellMb < 450);
  row(
    '  process memory, the tape in it',
    `${window.rssMb} MB`,
    `${Math.round(morning.bodies.reduce((sum, body) => sum + body.byteLength, 0) / 1e6)} MB tape`,
  );
  const real = benchWindow(generated(symbols, '09:55', 'real'), rounds);
  row(
    `replay 09:45–09:55 of a market that behaves as recorded days do, ${count(real.quotes)} quotes`,
    `${count(1e9 / real.nsPerQuote)} q/s`,
  );
  row('  median: ns a quote', `${Math.round(real.nsPerQuote)} ns`, real.rounds.join(' '));
  row('  quotes that a strategy was awake for', `${(100 * real.evaluatedShare).toFixed(2)} %`);
  row('  one more variant of every strategy in shadow, the same parameters', `${(100 * real.shadowShare).toFixed(1)} %`);
  row('  and with parameters of its own in each', `${(100 * real.ownShare).toFixed(1)} %`, 'floor 10 %', real.ownShare < 0.1);
  row('  one that opens opportunities of its own', `${(100 * real.variantShare).toFixed(1)} %`, 'contracts/decisions/0023');
  const whole = benchDay(generated(Number(values.day), '15:31'), Math.min(rounds, 3));
  row(`replay of a whole day, ${values.day} symbols, ${count(whole.quotes)} quotes`, `${count(1e9 / whole.nsPerQuote)} q/s`);
  row('  quotes that a strategy was awake for', `${(100 * whole.evaluatedShare).toFixed(2)} %`);
  row('  journal messages a day', count(whole.steps));
  if (existsSync(values.ticks)) {
    const ticks = await benchTicks(values.ticks, rounds);
    const what = `replay of real ticks, ${basename(values.ticks)}, ${ticks.days} days, ${ticks.symbols} symbols, ${count(ticks.quotes)} quotes in ${count(ticks.entries)} entries`;
    row(what, `${count(1e9 / ticks.nsPerQuote)} q/s`);
    row('  journal messages', count(ticks.steps));
  } else row('replay of real ticks', 'not run', `no file ${values.ticks}; give one with --ticks`);
}
if (values.only !== 'replay') {
  const live = await benchLive(symbols, Number(values.live), values.everything);
  const { inBurst } = live;
  if (values.everything) console.log('live, with every strategy speaking and store, query and notify reading along');
  row(`live, ${symbols} symbols, ${count(live.quotesPerSec)} q/s with the bursts: transitions`, count(live.transitions));
  row('  due at the feed → client socket, p50', ms(live.p50), 'budget 5 ms');
  row('  p99', ms(live.p99), 'budget 20 ms, floor 50 ms', live.p99 < 50);
  row('  p99.9', ms(live.p999));
  row('  longest', ms(live.max));
  row('  events to actors, a share of quotes', `${(100 * live.actorShare).toFixed(3)} %`, 'about 1 %');
  for (const [role, { cores, rssMb }] of Object.entries(live.used))
    row(`  ${role}: cores in use, memory`, `${cores.toFixed(2)}, ${rssMb} MB`);
  row(`  within the 10× bursts (${inBurst.transitions}), p50 / p99`, `${inBurst.p50.toFixed(1)} / ${ms(inBurst.p99)}`);
  for (const [what, { p50, p99 }] of [
    ['due at the feed → on TAPE', live.stages.tape],
    ['on TAPE → in JOURNAL', live.stages.journal],
    ['in JOURNAL → client socket', live.stages.client],
  ] as const)
    row(`  ${what}, p50 / p99`, `${p50.toFixed(1)} / ${ms(p99)}`);
  for (const { tapeTime, tape, journal, client } of live.slowest)
    row(`  slow: ${tapeTime}, until on TAPE / in JOURNAL / at the client`, `${tape.toFixed(0)} / ${journal.toFixed(0)} / ${ms(client)}`);
  row('  sender behind its schedule, p99', ms(live.senderLateP99));
  row('headroom through JetStream', `${count(live.headroom)} q/s`, 'budget 200,000, floor 50,000', live.headroom >= 50_000);
  const { restart } = live;
  row('restart to caught up', ms(restart.totalMs), 'budget 5 s, floor 15 s', restart.totalMs < 15_000);
  row('  until it stands at its checkpoint or after it', ms(restart.restoredMs), `${count(restart.quotes)} quotes left`);
  row('engine process memory', `${live.engineRssMb} MB`, 'budget 600 MB, floor 1 GB', live.engineRssMb < 1000);
}
process.exit(below === 0 ? 0 : 1);
