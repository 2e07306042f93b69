import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** CONTRIBUTING, “Add a detector”, to the letter: one file, one line, one scenario. */
const detector = `import { z } from 'zod';
import type { SymbolDetector } from './detector.ts';

const Params = z.strictObject({ rise: z.number().positive().default(0.02) });
type State = { readonly from: number };

export const spike: SymbolDetector<z.infer<typeof Params>, State> = {
  id: 'spike',
  version: 1,
  variant: 'rule',
  family: 'momentum',
  entity: 'symbol',
  params: Params,
  needs: ['ret_1m', 'amtZ1m'],
  horizonSec: () => 300,
  scores: () => ({ enter: 0.5, exit: 0.2 }),
  wakes: ({ ret3m, amountSurprise }, { rise }) => ret3m >= rise && amountSurprise('1m') >= 2,
  initial: { from: 0 },
  step(state, input, { rise }) {
    const holds = input.feature('ret_1m') >= rise && input.feature('amtZ1m') >= 2;
    if (state.from === 0 && !holds) return { state: spike.initial, reading: null, refused: [] };
    const raised = holds || input.tsec - state.from < 60;
    return {
      state: !raised ? spike.initial : state.from === 0 ? { from: input.tsec } : state,
      reading: {
        raised,
        opens: true,
        confirmable: false,
        path: 'main',
        direction: 'up',
        score: holds ? 0.6 : 0.3,
        evidence: () => [{ feature: 'ret_1m', value: input.feature('ret_1m'), op: '>=', threshold: rise, contrib: 1 }],
        anchor: { p0Milli: Math.round(input.midAgo3m), enterMilli: Math.round(input.midMilli), peakMilli: input.midMilli, impulse: 0 },
      },
      refused: [],
    };
  },
};
`;
const scenario = `title: a spike of four percent in a minute is discovered, and has no probability without a calibration
why: a new detector is one file, one line and its scenarios
detector: spike
day: 20261123
symbol: 600001.SH
preclose: 20.00
adv20: 240_000_000

tape
  09:50:00  20.00  1_000_000  50%
  10:00:00  20.00  1_000_000  50%
  10:01:00  20.80  20_000_000  90%
  10:04:30  20.80  1_000_000  50%

expect
  EXPECTED
`;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fenshi-contributing-'));
  for (const part of ['contracts', 'actors', 'engine', 'gateway', 'scenarios', 'package.json', 'tsconfig.json'])
    cpSync(part, join(root, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const runScenarios = (...words: string[]): string => {
  try {
    return execFileSync(process.execPath, ['engine/cli/launch.mjs', 'scenarios/format/main.ts', ...words], { cwd: root, encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
};

test('a new detector is one file, a line in the registry and a scenario; the others’ scenarios stay as they are', () => {
  writeFileSync(join(root, 'engine/detectors/spike.ts'), detector);
  const registry = join(root, 'engine/detectors/registry.ts');
  const text = readFileSync(registry, 'utf8');
  writeFileSync(registry, `import { spike } from './spike.ts';\n${text.replace('= [rally', '= [spike, rally')}`);
  mkdirSync(join(root, 'scenarios/spike'));
  const file = join(root, 'scenarios/spike/raises.scenario');
  writeFileSync(file, scenario.replace('EXPECTED', 'nothing'));

  const observed = [...runScenarios('spike').matchAll(/10:0\d:\d\d .*/g)].map(([line]) => line.trim());
  expect(observed.some((line) => line.includes('discovered'))).toBe(true);
  expect(runScenarios('rally/raise-confirm-target')).toMatch(/^ok /);
  expect(
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'], { cwd: root, encoding: 'utf8' }),
  ).toBe('');
});
