/**
 * Histories: tapes with the journals that the code of their day made of them, kept for ever. `<version>-<what>/`:
 *
 * tape, bundle    what was folded; today's code must still be able to read both
 * journal         what the version in the name concluded; readable, and its hashes chain, in every later version
 * today           hash of the last step that today's code concludes; changed only together with a line in differences.md
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

export const historiesDir = import.meta.dirname;

export type History = { readonly bundle: Uint8Array; readonly tape: readonly Uint8Array[]; readonly journal: readonly Uint8Array[] };

/** Frames of a 32-bit little-endian length and a body, as day files hold them. */
export function framesOf(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < buffer.length; ) {
    const length = buffer.readUInt32LE(at);
    found.push(buffer.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

export function readHistory(name: string): History {
  const unpacked = (part: string) => brotliDecompressSync(readFileSync(join(historiesDir, name, `${part}.br`)));
  return { bundle: unpacked('bundle'), tape: framesOf(unpacked('tape')), journal: framesOf(unpacked('journal')) };
}
