/**
 * `npm run mutants -- --rules`: one mutation for each rule that money hangs on, each of which a test must notice. A test passing over one of
 * these would be a rule that nobody holds.
 */
import type { Bug } from '../support/mutant.ts';

/** `tests`: path filters of the tests that hold the rule. */
export type RuleBug = Bug & { readonly tests: readonly string[] };

const rallyFile = 'engine/detectors/rally.ts';
const setup = 'actors/opportunity/setup.ts';
const machine = 'actors/opportunity/opportunity.machine.ts';
const context = 'actors/opportunity/context.ts';
const rally = (name: string, find: string, replace: string): RuleBug => ({
  name: `rally: ${name}`,
  file: rallyFile,
  find,
  replace,
  tests: ['engine/detectors', 'scenarios/scenarios'],
});
/** What follows a rise, whoever raised it. */
const impulse = (name: string, find: string, replace: string): RuleBug => ({
  name: `rally: ${name}`,
  file: 'engine/detectors/impulse.ts',
  find,
  replace,
  tests: ['engine/detectors', 'scenarios/scenarios'],
});
const gate = (name: string, find: string, replace: string): RuleBug => ({
  name: `gate: ${name}`,
  file: 'engine/detectors/gates.ts',
  find,
  replace,
  tests: ['engine/detectors'],
});
const life = (name: string, file: string, find: string, replace: string): RuleBug => ({
  name: `life: ${name}`,
  file,
  find,
  replace,
  tests: ['actors'],
});
const detector =
  (what: string, file: string, tests: string) =>
  (name: string, find: string, replace: string): RuleBug => ({ name: `${what}: ${name}`, file, find, replace, tests: [tests] });
const board = detector('board', 'engine/detectors/limit-up.ts', 'engine/detectors/limit-up');
const flow = detector('flow', 'engine/detectors/money-flow.ts', 'engine/detectors/money-flow');
const sector = detector('sector', 'engine/detectors/rotation.ts', 'engine/detectors/rotation');
const risk = detector('risk', 'engine/opportunities/risk-watch.ts', 'engine/opportunities/risk-watch');
const chance = (name: string, file: string, find: string, replace: string): RuleBug =>
  detector('chance', file, 'engine/opportunities')(name, find, replace);
const condition = (feature: string): string => `    { feature: '${feature}',`;
const gateway = (name: string, file: string, find: string, replace: string): RuleBug => ({
  name: `gateway: ${name}`,
  file,
  find,
  replace,
  tests: ['gateway/ws'],
});

export const ruleBugs: readonly RuleBug[] = [
  rally('no limit scale', 'limitScales[board]! * (opening', '1 * (opening'),
  rally('no rise asked for', `    { feature: lifted ? 'exRet3m' : 'ret_3m', op: '>=', threshold: r3 },\n`, ''),
  rally('no sigmas asked for', `${condition('ret_z3m')} op: '>=', threshold: params.z3 },\n`, ''),
  rally('need not be ahead of the market', `${condition('exRet3m')} op: '>=', threshold: alone ? r3 : params.ex3 * scale },\n`, ''),
  rally('no amount surprise', `${condition('amtZ1m')} op: '>=', threshold: params.az },\n`, ''),
  rally('no active buying', `${condition('nar1m')} op: '>=', threshold: params.nar },\n`, ''),
  rally('any divergence of volume', `${condition('pvd')} op: '<=', threshold: params.pvd },\n`, ''),
  rally('a market that rises lifts it', "lifted ? 'exRet3m'", "false ? 'exRet3m'"),
  rally('the first minutes count whole', 'openNoiseScale = 1.5', 'openNoiseScale = 1'),
  rally('early: no order flow', `  { feature: 'ofiN', op: '>=', threshold: 1.5 },\n`, ''),
  rally('early: no active buying', `  { feature: 'nar3m', op: '>=', threshold: earlyNar3m },\n`, ''),
  rally('early: no amount surprise', `  { feature: 'amtZ5m', op: '>=', threshold: earlyAmtZ5m },\n`, ''),
  rally('early: after the price has run', `  { feature: 'ret_3m', op: '<=', threshold: r3 },\n`, ''),
  rally('early: one print is accumulation', `  { feature: 'burst5', op: '<=', threshold: 0.6 },\n`, ''),
  rally('any score enters', `(path === 'early' || score >= params.enter)`, 'true'),
  rally('wakes later than it could raise', 'hot.ret3m >= earlyRet3m', 'hot.ret3m >= 1.5 * earlyRet3m'),
  impulse('confirms though much was given back', 'confirmGive = 0.75', 'confirmGive = 0.6'),
  impulse('confirms at any time', 'sec > params.confirmSecMax || ', ''),
  impulse('confirms at once', `if (sec < params.confirmSecMin) return 'open';`, ''),
  impulse('confirms without buying', ` && input.feature('nar1m') >= confirmNar`, ''),
  impulse('confirms under its average price', ' && input.lastMilli >= vwapSince(impulse, input)', ''),
  impulse('confirms at any spread', 'return spreadOk && ', 'return '),
  rally('an early path opens', `return this.#state.path !== 'early';`, 'return true;'),
  rally('an early path is superseded by one quote', `bitCount(hits) >= 2) return enter('main'`, `bitCount(hits) >= 1) return enter('main'`),
  board('one quote without an ask is a seal', 'const sealQuotes = 2;', 'const sealQuotes = 1;'),
  board('opens in a blink', 'const openedSec = 6;', 'const openedSec = 0;'),
  board('sealed again at once', 'const resealedSec = 30;', 'const resealedSec = 0;'),
  board('any seal opens', 'return this.#state.hadSize;', 'return true;'),
  board('confirms while it melts', ' && slopeOf(state) > params.slopeMin', ''),
  board('what nobody could buy is a board like others', `isOneWord ? 'one-word' : `, ''),
  board('an opened board is never given up', `stands > failedSec && input.feature('nar3m') < 0`, 'false'),
  flow('selling is not seen', `const sign = input.feature('nar3m') < 0 ? -1 : 1;`, 'const sign = 1 as 1 | -1;'),
  flow('opens by itself', 'opens: z.boolean().default(false)', 'opens: z.boolean().default(true)'),
  flow('stands though most of it is gone', 'const goneShare = 0.5;', 'const goneShare = 0.2;'),
  flow('needs not persist', `beyond('flowPers', pers),`, ''),
  sector('without heat', ' && input.heat >= heat', ''),
  sector('with the market', 'input.ret5m - input.market5m >= ex', 'input.ret5m >= ex'),
  sector('a few members are a sector', 'input.live >= liveMin && ', ''),
  risk('four names are a market', '!(live >= marketMin) || ', ''),
  risk('lets go at once', 'const dwellSec = 120;', 'const dwellSec = 0;'),
  risk('one broken board is a wave', 'nTouched >= broken.touchedMin && ', ''),
  chance('a map that reaches one half speaks', 'contracts/forecast.ts', 'interval !== null && interval[0] > 0.5', 'true'),
  chance(
    'the invented market speaks of real quotes',
    'engine/opportunities/confidence.ts',
    `source !== 'synthetic' || inventedOrigins.has(origin)`,
    'true',
  ),
  chance('any edge is one', 'contracts/forecast.ts', 'const edgeMin = 0.1;', 'const edgeMin = 0;'),
  chance('a base rate reaches beyond its fit', 'contracts/forecast.ts', 'w.lt * clamp(log(tickBp), ...clip.lt)', 'w.lt * log(tickBp)'),
  life('a dive is told at every quote', 'actors/opportunity/prices.ts', ' && !context.dived', ''),
  impulse('never clears', `input.tsec - belowSince >= exitAfterSec`, 'false'),
  gate(
    'ex-date without a reference price',
    `U5: ({ instrument, preCloseMilli }) => !instrument.exDate || preCloseMilli !== null,`,
    'U5: () => true,',
  ),
  gate('a surprise of exactly 3', `feature('amtZ1m') >= 3`, `feature('amtZ1m') > 3`),
  {
    name: 'report: the score once a minute',
    file: 'engine/opportunities/report.ts',
    find: 'everySec = 15',
    replace: 'everySec = 60',
    tests: ['engine/opportunities', 'scenarios/histories'],
  },
  {
    name: 'feature: the seal tenfold',
    file: 'engine/features/groups/limit.ts',
    find: '(limitUp[s]! / 1000)',
    replace: '(limitUp[s]! / 100)',
    tests: ['engine/features/features'],
  },
  life('no exit while locked', machine, 'locked: { on: { price: [...exits], ', 'locked: { on: { '),
  life('a deeper pull-back', context, 'pullDeep: 0.6', 'pullDeep: 0.9'),
  life('a freeze stops the dwell of risk', context, `'suspendLimit', 'riskDwell', 'coolDown'`, `'suspendLimit', 'coolDown'`),
  life('an end leaves paused timers behind', setup, `isHeld: false,\n      paused: {},`, 'isHeld: false,'),
  life('extended without end', setup, 'score >= enterScore && !extended', 'score >= enterScore'),
  life('held by risk without end', setup, 'context.risk.level >= 2 && !context.heldByRisk', 'context.risk.level >= 2'),
  life('no stop', machine, `const exits = [\n  stopped,\n`, 'const exits = [\n'),
  life('locked is nothing while it is discovered', machine, `'limit.locked': { guard: 'endsAtLock', ...ended('LIMIT') },\n`, ''),
  {
    name: 'append: a known step is not compared',
    file: 'engine/log/append.ts',
    find: 'return confirm(step, known.hash);',
    replace: 'return step;',
    tests: ['engine/log/append'],
  },
  {
    name: 'journal: another key order under the hash',
    file: 'contracts/journal.ts',
    find: '{ step, n, entries } :',
    replace: '{ n, step, entries } :',
    tests: ['contracts/contracts'],
  },
  {
    name: 'journal: another key order under the hash, with an origin',
    file: 'contracts/journal.ts',
    find: '{ step, n, origin, entries });',
    replace: '{ step, n, entries, origin });',
    tests: ['contracts/contracts', 'scenarios/histories'],
  },
  {
    name: 'timers: simultaneous ones in reverse order of actors',
    file: 'engine/cell/timer-queue.ts',
    find: 'a.actorId < b.actorId',
    replace: 'a.actorId > b.actorId',
    tests: ['engine/cell/timer-queue'],
  },
  {
    name: 'timers: fire behind the entry',
    file: 'engine/cell/cell.ts',
    find: `    this.#each((decisions) => decisions.advance(this.timeMs));\n    work(n);`,
    replace: `    work(n);\n    this.#each((decisions) => decisions.advance(this.timeMs));`,
    tests: ['scenarios/histories'],
  },
  gateway('a part is given as the whole', 'gateway/day-state.ts', '      this.#floor = dropped.at(-1)!.step;\n', ''),
  gateway(
    'an offset ahead of us is recovered',
    'gateway/ws/connection.ts',
    'if (since !== undefined && hub.day.isBehind(since))',
    'if (false)',
  ),
  gateway('a slow client is kept', 'gateway/ws/connection.ts', 'nowMs - this.#gone.ms >= frameLimits.stuckMs', 'false'),
  gateway('a slow link is cut', 'gateway/ws/connection.ts', 'if (buffered === 0 || gone > this.#gone.bytes)', 'if (buffered === 0)'),
  gateway('any backlog is kept', 'gateway/ws/connection.ts', 'if (this.#behindBytes > frameLimits.backlogBytes) ', 'if (false) '),
  gateway(
    'a filter loses the end of what it shows',
    'gateway/ws/channels.ts',
    'was !== null && passes(was)',
    'was === null && passes(was!)',
  ),
  gateway('any resumption is given whole', 'gateway/ws/hub.ts', 'if (count > frameLimits.resumeEvents) return null;', ''),
  gateway('or however long', 'gateway/ws/hub.ts', 'sizeOf(message) > frameLimits.resumeBytes ? null : message', 'message'),
  gateway(
    'any number of channels',
    'gateway/ws/connection.ts',
    ' && this.#groups.size + this.#conflated.size >= frameLimits.channels',
    ' && false',
  ),
  {
    name: 'client: a step is shown whose predecessor it has not seen',
    file: 'contracts/stream-client.ts',
    find: 'if (prev > this.#lastSeq)',
    replace: 'if (false)',
    tests: ['contracts/stream-client'],
  },
  {
    name: 'clean: Q2 up to nine seconds ahead',
    file: 'engine/clean/checks.ts',
    find: 'futureMs = 5000',
    replace: 'futureMs = 9000',
    tests: ['engine/clean'],
  },
  {
    name: 'clean: Q7 from 4.5 %',
    file: 'engine/clean/checks.ts',
    find: 'holdJump = 0.03',
    replace: 'holdJump = 0.045',
    tests: ['engine/clean'],
  },
  {
    name: 'clean: an auction row does not reset falling totals',
    file: 'engine/clean/cleaner.ts',
    find: `    this.counts.accepted += 1;\n    this.accepted.decreases[s] = 0;\n`,
    replace: '    this.counts.accepted += 1;\n',
    tests: ['engine/clean'],
  },
  {
    name: 'limits: the Beijing lower limit rounds outward',
    file: 'engine/reference/price-limits.ts',
    find: '(100 - rate) + 99) / 100',
    replace: '(100 - rate)) / 100',
    tests: ['engine/reference/price-limits'],
  },
  {
    name: 'archive: steps beyond the tape are not seen',
    file: 'engine/store/day-archive.ts',
    find: 'if ((await stored.next()).done !== true)',
    replace: 'if (false)',
    tests: ['engine/store/day-archive'],
  },
  {
    name: 'archive: days behind one that was not verified may go',
    file: 'engine/store/day-archive.ts',
    find: 'firstFailed === undefined || date < firstFailed',
    replace: 'true',
    tests: ['engine/store/day-archive'],
  },
  {
    name: 'feed: free after five healthy seconds',
    file: 'actors/market/market.machine.ts',
    find: 'healthyAfterSec: 60',
    replace: 'healthyAfterSec: 5',
    tests: ['engine/cell/feed-health'],
  },
  {
    name: 'feed: frozen at once',
    file: 'actors/market/market.machine.ts',
    find: 'staleAfterSec: 10',
    replace: 'staleAfterSec: 1',
    tests: ['engine/cell/feed-health'],
  },
];
