/**
 * Which entry is being applied right now, in a file of 12 bytes: whoever outlives a crash reads there where it came.
 *
 * Busy   from just before an entry is applied until just after; a process that dies between entries accuses none of them
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TradeDate } from '../../contracts/units.ts';

export type EntryAt = { readonly tradeDate: TradeDate; readonly n: number };

const fileOf = (dir: string): string => join(dir, 'position');

export class Position {
  readonly #fd: number;
  readonly #cells = new Int32Array(3);

  /** A new process accuses nobody yet. */
  constructor(dir: string) {
    this.#fd = openSync(fileOf(dir), 'w');
    this.leave();
  }

  enter({ tradeDate, n }: EntryAt): void {
    this.#write(Number(tradeDate), n, 1);
  }

  leave(): void {
    this.#write(0, 0, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(date: number, n: number, busy: number): void {
    this.#cells.set([date, n, busy]);
    try {
      writeSync(this.#fd, this.#cells, 0, this.#cells.byteLength, 0);
    } catch (error) {
      // a full disk costs the accusation, not the entry
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** The entry a dead process was applying; null when it died elsewhere or never started. */
export function readPosition(dir: string): EntryAt | null {
  try {
    const bytes = readFileSync(fileOf(dir));
    const [date = 0, n = 0, busy = 0] = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 12));
    return busy === 1 ? { tradeDate: String(date), n } : null;
  } catch {
    return null;
  }
}
