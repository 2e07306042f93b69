import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { subjects } from '../../contracts/subjects.ts';
import { foldedDay } from '../../scenarios/support/days.ts';
import { exportedSchemas } from './exported-schemas.ts';
import { featurePage } from './feature-page.ts';
import { guardWords, machinePage, rowsOf } from './machine-page.ts';

test('contracts/schemas holds what the contracts say now (npm run schemas)', () => {
  const wanted = exportedSchemas();
  expect(readdirSync('contracts/schemas').sort()).toEqual(
    Object.keys(wanted)
      .map((name) => `${name}.json`)
      .sort(),
  );
  for (const [name, schema] of Object.entries(wanted))
    expect(JSON.parse(readFileSync(`contracts/schemas/${name}.json`, 'utf8')), name).toEqual(JSON.parse(JSON.stringify(schema)));
});

test('the page of features is the dictionary (npm run schemas)', () => {
  expect(readFileSync('contracts/spec/features.md', 'utf8')).toBe(featurePage());
});

test('the page of machines is the machines, and every guard in it is in words (npm run schemas)', () => {
  const page = machinePage();
  expect(readFileSync('contracts/spec/machines.md', 'utf8')).toBe(page);

  for (const [guard, words] of Object.entries(guardWords)) {
    expect(page, guard).toContain(words);
    expect(page, guard).not.toContain(`| ${guard}`);
  }
});

test('rows of a machine: one per transition in the order they are tried, with guard, target and parameters', () => {
  const machine = setup({
    guards: { endsPull: () => true },
    actions: { end: (_: unknown, _params: { reason: string }) => undefined },
  }).createMachine({
    id: 'toy',
    initial: 'a',
    on: { off: '.b' },
    states: { a: { on: { go: [{ guard: 'endsPull', target: 'b' }, { actions: { type: 'end', params: { reason: 'LATE' } } }] } }, b: {} },
  });
  expect(rowsOf(machine.root)).toEqual([
    ['anywhere', 'off', '', 'b', ''],
    ['a', 'go', guardWords.endsPull, 'b', ''],
    ['a', 'go', '', 'stays', 'end LATE'],
  ]);
});

test('the AsyncAPI document is valid by its own specification, and every subject of a day has a channel', () => {
  const schema = JSON.parse(readFileSync('node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json', 'utf8')) as object;
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: false }).compile(schema);
  const document = exportedSchemas().asyncapi as { channels: Record<string, { address: string }> };

  expect(validate(document) || validate.errors).toBe(true);
  expect(validate({ ...document, asyncapi: 3 })).toBe(false);

  const addresses = Object.values(document.channels).map(
    ({ address }) => new RegExp(`^${address.replace(/\{(\w+)\}/g, '[\\w.-]+').replaceAll('.v1.', '\\.v1\\.')}$`),
  );
  const { lifecycle, tape, view, dead } = subjectsOfADay();
  for (const subject of [...lifecycle, ...tape, view, dead])
    expect(
      addresses.some((address) => address.test(subject)),
      subject,
    ).toBe(true);
});

test('a step of a real day is what the exported journal schema says, read by a validator of its own', () => {
  const schema = exportedSchemas()['journal-step'] as object;
  const { $schema: _draft, ...rest } = schema as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(rest);
  const { steps } = foldedDay({ count: 12 });

  for (const step of steps) expect(validate(JSON.parse(JSON.stringify(step))) || validate.errors).toBe(true);
  expect(validate({ ...steps[0], hash: 'short' })).toBe(false);
});

function subjectsOfADay() {
  const day = foldedDay({ count: 12 });
  const on = subjects('demo-1');
  return {
    lifecycle: new Set(day.steps.flatMap(({ entries }) => entries.map(on.lifecycle))),
    tape: new Set(day.entries.map(on.tape)),
    view: on.view('symbols'),
    dead: on.dead('clean', 'Q6_UNIT'),
  };
}
