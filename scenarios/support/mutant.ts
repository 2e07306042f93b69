/** A copy of the engine with one bug put in: what a harness must not let pass. */
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Bug = { readonly name: string; readonly file: string; readonly find: string; readonly replace: string };

const engineParts = ['contracts', 'actors', 'engine', 'package.json', 'tsconfig.json'];

/** Folder of the copy, with `more` of the tree in it. @throws Error when the source no longer holds what the bug replaces */
export function injectBug({ file, find, replace }: Bug, more: readonly string[] = []): string {
  const root = mkdtempSync(join(tmpdir(), 'fenshi-mutant-'));
  for (const part of [...engineParts, ...more]) cpSync(part, join(root, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  const source = readFileSync(file, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
  writeFileSync(
    join(root, file),
    source.replace(find, () => replace),
  );
  return root;
}
