/** `npm run mutants -- [--count 200000] [--seed 1] [--feeds <root of a checkout>]`: exit 1 on any crash or wrong row. */
import { parseArgs } from 'node:util';
import { feedsIn } from './feeds.ts';
import { trial } from './trial.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    feeds: { type: 'string', default: process.cwd() },
  },
});
const tallies = trial(await feedsIn(values.feeds), Number(values.count), Number(values.seed));
let failed = false;
for (const { name, bodies, accepted, rejected, crashes, wrong, example } of tallies) {
  const share = (part: number) => `${Math.round((100 * part) / bodies)} %`;
  console.log(
    `${name.padEnd(22)} ${bodies} bodies  accepted ${share(accepted)}  rejected ${share(rejected)}  crashes ${crashes}  wrong ${wrong}`,
  );
  if (example !== null) console.log(`  ${example}`);
  failed ||= crashes > 0 || wrong > 0;
}
const sum = (of: (tally: (typeof tallies)[number]) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
console.log(
  `${sum((t) => t.bodies)} bodies over ${tallies.length} parsers: ${sum((t) => t.crashes)} crashes, ${sum((t) => t.wrong)} wrong`,
);
process.exit(failed ? 1 : 0);
