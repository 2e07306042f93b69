/** The life of a model, a set of forecast maps of a strategy: what it may do in each state (contracts/spec/detectors.md#models). */

/**
 * candidate  lies in the bundle and is not asked
 * shadow     is judged beside who speaks: by what it would have said of each opening, and what came of it
 * canary     speaks for one instrument in ten
 * active     speaks for all
 * retired    is not asked again, but as a candidate anew
 */
export const modelStates = ['candidate', 'shadow', 'canary', 'active', 'retired'] as const;
export type ModelState = (typeof modelStates)[number];
/** Those whose word is written beside each opening. */
export const judgedStates: readonly ModelState[] = ['shadow', 'canary', 'active'];

/** Where a step leads: the next, back, or out. The operator may choose one at once, whatever it was; a retired one only as a candidate again. */
export const modelSteps: Readonly<Record<ModelState, readonly ModelState[]>> = {
  candidate: ['shadow', 'retired'],
  shadow: ['canary', 'candidate', 'retired'],
  canary: ['active', 'shadow', 'retired'],
  active: ['shadow', 'retired'],
  retired: ['candidate'],
};
