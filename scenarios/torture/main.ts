/**
 * `npm run torture [-- --kills 60 --tree 6 --archive 50 --seed 1]`: seeded SIGKILLs at every named point, then of the whole product, then of
 * the store inside its inserts;
 * prints how often each point was hit, and the verdict.
 */
import { parseArgs } from 'node:util';
import { foldedDay, lcg } from '../support/days.ts';
import { startTestBroker } from '../support/test-broker.ts';
import { archiveUnderFire } from './archive.ts';
import { foldUnderFire } from './fire.ts';
import { planOf, points } from './plan.ts';
import { treeUnderFire } from './tree.ts';
import { violations } from './verdict.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    tree: { type: 'string', default: '6' },
    archive: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
});
const [kills, treeKills, seed] = [Number(values.kills), Number(values.tree), Number(values.seed)];
const perSecondMin = 20;
const noGateway = await import('uWebSockets.js').then(
  () => null,
  (error: Error) => error.message,
);
if (noGateway !== null) console.log(`no gateway here: ${noGateway}`);
const withGateway = noGateway === null;

const day = foldedDay({ count: 300 });
const broker = await startTestBroker({ onDisk: true });
const startedMs = Date.now();
const wanted = kills - treeKills;
const plan = planOf(day, Math.ceil(wanted * 1.25), seed, withGateway ? [] : ['gateway']);
const outcome = await foldUnderFire({ broker, day, kills: plan, withGateway, enough: wanted });
await broker.stop();
const seconds = (Date.now() - startedMs) / 1000;
const found = violations(day, outcome);
const entries = day.steps.reduce((sum, step) => sum + step.entries.length, 0);
for (const point of points) console.log(`${point.padEnd(14)} hit ${outcome.hits[point] ?? 0}`);
console.log(
  `journal        ${outcome.steps.length} steps of ${day.steps.length}, ${entries} entries, ${(entries / seconds).toFixed(0)} a second`,
);
console.log(`dead letters   ${outcome.dead.length} of ${day.quarantined.length}`);
console.log(`client         ${outcome.client === null ? 'none' : `${outcome.client.size} opportunities`}`);
console.log(
  found.length === 0 ? `verdict        0 lost, 0 doubled, 0 different, ${seconds.toFixed(0)} s` : `verdict        ${found.join('; ')}`,
);
const missed = points.filter((point) => (withGateway || point !== 'gateway') && (outcome.hits[point] ?? 0) === 0);
if (missed.length > 0) console.log(`never hit      ${missed.join(', ')}`);
const slow = entries / seconds < perSecondMin;
if (slow) console.log(`too slow       under ${perSecondMin} entries a second nothing is proven about a busy market`);
let bad = found.length > 0 || missed.length > 0 || slow;
if (treeKills > 0 && withGateway) {
  const tree = await treeUnderFire(treeKills, lcg(seed + 1));
  bad ||= tree.different + tree.lost + tree.doubled > 0;
  console.log(`whole tree     hit ${tree.kills}, restarted at once`);
  console.log(
    `               ${tree.steps} steps, ${tree.different} differ from the fold of TAPE, ${tree.lost} lost, ${tree.doubled} doubled, ${tree.perSecond.toFixed(0)} entries a second`,
  );
}
if (Number(values.archive) > 0) {
  const archive = await archiveUnderFire({
    day: foldedDay({ count: 120, seed: 2 }),
    kills: Number(values.archive),
    seed,
    rowsAtOnce: 5000,
  });
  const { rows, distinct, expected, bars, distinctBars, inserts, smallestInsert, storedUnsaid } = archive;
  bad ||= rows !== expected || distinct !== expected || bars !== distinctBars;
  console.log(
    `archive        hit ${archive.kills} inside ${inserts} inserts of ${smallestInsert} rows or more, ${storedUnsaid} of them stored though unsaid`,
  );
  console.log(
    `               ${rows} rows of ${expected}, ${rows - distinct} doubled; ${bars} bars, ${bars - distinctBars} doubled; chain of ${archive.steps} steps whole`,
  );
}
process.exit(bad ? 1 : 0);
