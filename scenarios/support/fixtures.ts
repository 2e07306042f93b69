/** Recorded vendor responses beside a checkout. Tests that need them are skipped with this reason where they are absent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = join(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures');
export const hasFixtures = existsSync(dir);
export const noFixtures = 'needs the recorded responses in ../shared/fixtures';
export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(join(dir, path)));
export const fixtureText = (path: string): string => readFileSync(join(dir, path), 'utf8');
export const fixturesOf = (vendor: string): string[] => readdirSync(join(dir, vendor)).sort();
