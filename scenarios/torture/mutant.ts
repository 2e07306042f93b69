/** The four bugs that the fire harness must find. */
import type { Bug } from '../support/mutant.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: source text, not templates
export const bugs: readonly Bug[] = [
  {
    name: 'an effect leaves before the ack',
    file: 'engine/runtime/outbox.ts',
    find: 'const stored = Promise.all([this.#appends, this.#effects]).then(() => undefined);',
    replace: 'const stored = this.#effects;',
  },
  {
    name: 'a retry gets a new id',
    file: 'engine/runtime/cell-runner.ts',
    find: ':${row.n}:${row.row}`',
    replace: ':${row.n}:${row.row}:${process.pid}`',
  },
  {
    name: 'a rejection is taken for success',
    file: 'engine/log/jetstream-journal.ts',
    find: "return { kind: 'unknown', why: trouble.why };",
    replace: "return { kind: 'stored', seq: expectLastSeq + (trouble.why === '' ? 1 : 1) };",
  },
  {
    name: 'timers are lost on restore',
    file: 'engine/cell/actors.ts',
    find: '{ snapshot: each.snapshot as Snapshot<unknown> });',
    replace: '{ snapshot: each.snapshot as Snapshot<unknown> });\n      this.#timers.forget(each.id);',
  },
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: source text, not templates
