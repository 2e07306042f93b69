/** Where a run's store answers: written by the store role for its neighbours, readable by the owner only. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreAddress } from './chdb-process.ts';

const fileIn = (dir: string): string => join(dir, 'store.json');

export function writeStoreAddress(dir: string, { url, username, password }: StoreAddress): void {
  writeFileSync(`${fileIn(dir)}.tmp`, JSON.stringify({ url, username, password }), { mode: 0o600 });
  renameSync(`${fileIn(dir)}.tmp`, fileIn(dir));
}

export const storeAddress = (dir: string): StoreAddress | null =>
  existsSync(fileIn(dir)) ? (JSON.parse(readFileSync(fileIn(dir), 'utf8')) as StoreAddress) : null;
