/** Every state against every event: what stands in the table and nothing else. */
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { type ModelState, modelStates } from '../../contracts/model.ts';
import { modelMachine } from './model.machine.ts';

/** By hand from contracts/spec/detectors.md#models: from, to, and by whom it goes there at once. */
const table: Readonly<Record<ModelState, Readonly<Partial<Record<ModelState | 'chosen', ModelState>>>>> = {
  candidate: { shadow: 'shadow', retired: 'retired', chosen: 'active' },
  shadow: { canary: 'canary', candidate: 'candidate', retired: 'retired', chosen: 'active' },
  canary: { active: 'active', shadow: 'shadow', retired: 'retired', chosen: 'active' },
  active: { shadow: 'shadow', retired: 'retired' },
  retired: { candidate: 'candidate' },
};
const cases = modelStates.flatMap((from) =>
  [...modelStates, 'chosen' as const].map((word) => [from, word, table[from][word] ?? from] as const),
);

test.each(cases)('%s told %s: %s', (from, word, to) => {
  const actor = createActor(modelMachine, { input: { strategy: 'rally', modelId: 'new', state: from } }).start();
  expect(actor.getSnapshot().value).toBe(from);
  actor.send({ type: `model.${word}`, tsMs: 1, by: 'K14' });

  expect(actor.getSnapshot().value).toBe(to);
  expect(actor.getSnapshot().context.by).toBe(from === to ? null : 'K14');
});
