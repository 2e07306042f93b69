/**
 * Which strategies of a run were ended, with which bytes and what for: kept in the run's folder, so that a restart does not seat them again. Of other bytes, a
 * new version, nothing is known.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SeatFault } from './seat.ts';

const Kept = z.record(z.string(), z.object({ sha256: z.string(), fault: z.object({ code: z.string(), message: z.string() }) }));

export class EndedStrategies {
  readonly #file: string;
  readonly #ended: Map<string, z.infer<typeof Kept>[string]>;
  /** Those that were ended before this start. */
  readonly #before: ReadonlySet<string>;
  readonly #told = new Set<string>();
  readonly #telling = new Set<string>();

  /** `asked`: those that are on. */
  constructor(dir: string, asked: readonly { readonly id: string; readonly sha256: string }[]) {
    this.#file = join(dir, 'strategies-ended.json');
    const kept = Object.entries(read(this.#file));
    this.#ended = new Map(kept.filter(([id, { sha256 }]) => asked.some((each) => each.id === id && each.sha256 === sha256)));
    this.#before = new Set(this.#ended.keys());
  }

  isEnded = (id: string): boolean => this.#ended.has(id);

  /** @throws where the folder cannot be written; it is remembered until the role's end all the same */
  add(id: string, sha256: string, fault: SeatFault): void {
    this.#ended.set(id, { sha256, fault: { code: fault.code, message: fault.message.slice(0, 500) } });
    writeFileSync(`${this.#file}.tmp`, JSON.stringify(Object.fromEntries(this.#ended)));
    renameSync(`${this.#file}.tmp`, this.#file);
  }

  /** Whose end the day's tape has not been told, nor is being told. */
  untold(date: string): string[] {
    const ids = [...this.#ended.keys()].filter((id) => !this.#told.has(`${id} ${date}`) && !this.#telling.has(id));
    for (const id of ids) {
      this.#telling.add(id);
      setTimeout(() => this.#telling.delete(id), retryMs).unref();
    }
    return ids;
  }

  told(id: string, date: string): void {
    this.#telling.delete(id);
    this.#told.add(`${id} ${date}`);
  }

  /** For status: those that have no seat now. */
  unseated = () => [...this.#ended].filter(([id]) => this.#before.has(id)).map(([id, { fault }]) => ({ id, asked: 0, fault }));
}

const retryMs = 5000;

function read(file: string): z.infer<typeof Kept> {
  if (!existsSync(file)) return {};
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // cut by a full disk or a power cut: they are seated once more, and ended once more
    return {};
  }
}
