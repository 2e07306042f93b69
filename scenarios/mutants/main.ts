/**
 * `npm run mutants -- [--count 200000] [--seed 1] [--feeds <root of a checkout>]`: exit 1 on any crash or wrong row.
 * `npm run mutants -- --core [--files <glob,…>] [--keep]`: see core.ts. `--rules [--only <part of a name>]`: see rules.ts.
 */
import { parseArgs } from 'node:util';
import { coreFiles, mutateCore } from './core.ts';
import { feedsIn } from './feeds.ts';
import { mutateRules } from './rules-run.ts';
import { trial } from './trial.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    feeds: { type: 'string', default: process.cwd() },
    core: { type: 'boolean', default: false },
    files: { type: 'string' },
    keep: { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
if (values.rules) process.exit(mutateRules(values.only));
if (values.core) process.exit(await mutateCore(values.files?.split(',') ?? coreFiles, values.keep));
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
