import { describe, expect, test } from 'vitest';
import { FenshiError } from '../contracts/errors.ts';
import { scenarioFiles } from './format/files.ts';
import { parseScenario } from './format/parse.ts';
import { runScenario } from './format/run.ts';
import type { Scenario } from './format/scenario.ts';
import { lcg } from './support/days.ts';

const scenarios = scenarioFiles();
const plain = ({ events, ...rest }: Scenario): Scenario => ({ ...rest, events: events.filter(({ event }) => event !== 'restart') });

describe.each(scenarios)('$name', (scenario) => {
  test(scenario.title, () => {
    const run = runScenario(scenario);

    expect(run.observed).toEqual(scenario.expected);
    for (const gate of scenario.refused) expect(run.refusals[gate] ?? 0, `quotes refused by ${gate}`).toBeGreaterThan(0);
    expect(runScenario(scenario).hash, 'twice, byte-equal').toBe(run.hash);
    expect(runScenario(scenario, [], false).hash, 'awake for what could hold only').toBe(run.hash);
  });

  test('restarted at three random seconds it concludes the same bytes', () => {
    const random = lcg(scenario.title.length + scenario.no);
    const [from, to] = [scenario.frames[0]!.sec, scenario.frames.at(-1)!.sec];
    const restarts = Array.from({ length: 3 }, () => from + random(to - from));
    const run = runScenario(plain(scenario), restarts);

    expect(run.restarts).toBe(3);
    expect(run.hash).toBe(runScenario(plain(scenario)).hash);
  });
});

test('an expectation a second off is a failure', () => {
  const scenario = scenarios.find(({ name }) => name === 'rally/raise-confirm-target')!;
  const early = scenario.expected.map((line) => line.replace('10:01:06', '10:01:05'));

  expect(early).not.toEqual(scenario.expected);
  expect(() => expect(runScenario(scenario).observed).toEqual(early)).toThrow('10:01:05');
});

describe('a scenario file that cannot be read names its line', () => {
  const good = [
    'title: something happens',
    'why: because it must',
    'detector: rally',
    'day: 20261123',
    'symbol: 600001.SH',
    'preclose: 20.00',
    'adv20: 240_000_000',
    'tape',
    '  09:54:00 20.00 1_000_000 50%',
    '  10:00:00 20.00 1_000_000 50%',
    'expect',
    '  nothing',
  ];
  const without = (i: number, ...lines: string[]) => good.toSpliced(i, 1, ...lines).join('\n');

  test('as it stands it is read', () => {
    expect(parseScenario('x', good.join('\n')).frames).toHaveLength(2);
  });

  test.each([
    ['unknown key', without(6, 'adv20: 1', 'colour: red'), 'colour'],
    ['unknown detector', without(2, 'detector: nobody'), 'detector: '],
    ['unknown table', without(10, 'expects'), 'x:11: neither'],
    ['time backwards', without(9, '  09:00:00 20.00 1 50%'), 'x:10: time runs backwards'],
    ['not a time', without(9, '  9:60 20.00 1 50%'), 'x:10: not a time of day'],
    ['not a number', without(9, '  10:00:00 twenty 1 50%'), 'x:10: not a number: twenty'],
    ['unknown word', without(9, '  10:00:00 20.00 1 50% frozen'), 'x:10: frozen is none of'],
    ['too many words', without(9, '  10:00:00 20.00 1 50% thin silent'), 'x:10: more than'],
    ['no percentage', without(9, '  10:00:00 20.00 1 0.5'), 'x:10: bought must be a percentage'],
    ['unknown event', without(7, 'events', '  10:00:00 explode', 'tape'), 'x:9: not an event'],
    ['unknown setting', without(7, 'set: detectors.rally.r33 0.02', 'tape'), 'x:8: '],
    ['a row before any table', without(7, '  10:00:00 20.00', 'tape'), 'x:8: an indented row'],
    ['no expectation', without(11), 'expects nothing'],
    ['a key twice', without(6, 'day: 20261123', 'adv20: 1'), 'x:7: day stands twice'],
  ])('%s', (_what, text, message) => {
    const read = () => parseScenario('x', text);
    expect(read).toThrow(FenshiError);
    expect(read).toThrow(message);
    expect(read).toThrow('SCENARIO_INVALID');
  });
});
