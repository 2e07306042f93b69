/** Where a store answers: written by whoever opened it for its neighbours, readable by the owner only. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Known } from '../log/processes.ts';
import type { StoreAddress } from './chdb-process.ts';

export const addressFile = (dir: string): string => join(dir, 'store.json');
export type FoundStore = StoreAddress & Partial<Known>;

export function writeStoreAddress(dir: string, { url, username, password, pid, pidStart }: FoundStore): void {
  writeFileSync(`${addressFile(dir)}.tmp`, JSON.stringify({ url, username, password, pid, pidStart }), { mode: 0o600 });
  renameSync(`${addressFile(dir)}.tmp`, addressFile(dir));
}

export const storeAddress = (dir: string): FoundStore | null =>
  existsSync(addressFile(dir)) ? (JSON.parse(readFileSync(addressFile(dir), 'utf8')) as FoundStore) : null;
