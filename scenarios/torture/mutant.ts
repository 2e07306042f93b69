/** A copy of the engine with one bug put in: what the harness must not let pass. */
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Bug = { readonly name: string; readonly file: string; readonly find: string; readonly replace: string };

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
    find: "return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };",
    replace: "return { kind: 'stored', seq: expectLastSeq + (error instanceof Error ? 1 : 1) };",
  },
  {
    name: 'timers are lost on restore',
    file: 'engine/cell/actors.ts',
    find: '{ snapshot: each.snapshot as Snapshot<unknown> });',
    replace: '{ snapshot: each.snapshot as Snapshot<unknown> });\n      this.#wheel.forget(each.id);',
  },
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: source text, not templates

/** Folder of the copy. @throws Error when the source no longer holds what the bug replaces */
export function plant({ file, find, replace }: Bug): string {
  const root = mkdtempSync(join(tmpdir(), 'fenshi-mutant-'));
  for (const part of ['contracts', 'actors', 'engine', 'package.json', 'tsconfig.json'])
    cpSync(part, join(root, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  const source = readFileSync(file, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
  writeFileSync(
    join(root, file),
    source.replace(find, () => replace),
  );
  return root;
}
