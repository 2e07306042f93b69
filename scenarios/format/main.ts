/** `npm run scenario [-- name…]`: runs the scenarios whose name contains one of the words and prints what was expected and what came. */
import { scenarioFiles } from './files.ts';
import { runScenario } from './run.ts';

const words = process.argv.slice(2);
const chosen = scenarioFiles().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
let failed = chosen.length === 0 ? 1 : 0;
if (chosen.length === 0) console.log(`no scenario is called like ${words.join(', ')}`);
for (const scenario of chosen) {
  const { observed, refusals, hash } = runScenario(scenario);
  const missing = scenario.refused.filter((gate) => !((refusals[gate] ?? 0) > 0));
  const equal = observed.join('\n') === scenario.expected.join('\n') && missing.length === 0;
  failed += equal ? 0 : 1;
  console.log(`${equal ? 'ok  ' : 'FAIL'} ${scenario.name}: ${scenario.title}  ${hash.slice(0, 12)}`);
  if (equal && words.length === 0) continue;
  for (let i = 0; i < Math.max(observed.length, scenario.expected.length); i++) {
    const [want, got] = [scenario.expected[i] ?? '', observed[i] ?? ''];
    console.log(`  ${want === got ? ' ' : '!'} ${want.padEnd(44)} ${got}`);
  }
  console.log(
    `    refused: ${
      Object.entries(refusals)
        .map(([gate, n]) => `${gate} ${n}`)
        .join(', ') || 'nothing'
    }`,
  );
  if (missing.length > 0) console.log(`  ! not refused by ${missing.join(', ')}`);
}
process.exit(failed === 0 ? 0 : 1);
