/**
 * Who asks which source from this machine: a vendor counts requests by address, not by process. Each process notes what it asks in
 * `.fenshi/asking`, and takes the portion of the rate that its weight has among the living.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSame, startOf } from '../log/processes.ts';

/** The market under way comes before repairs of the past. */
const weights = { feed: 3, repair: 1 } as const;
export type Asker = keyof typeof weights;
const lookMs = 5000;

type Claim = { readonly pid: number; readonly pidStart: string | null; readonly source: string; readonly asker: Asker };

export class Claims {
  readonly #dir: string;
  readonly #asker: Asker;
  readonly #sources: readonly string[];
  readonly #portions = new Map<string, { readonly portion: number; readonly atMs: number }>();

  constructor(dataDir: string, asker: Asker, sources: readonly string[]) {
    this.#dir = join(dataDir, 'asking');
    this.#asker = asker;
    this.#sources = sources;
    mkdirSync(this.#dir, { recursive: true });
    for (const source of sources) {
      const claim: Claim = { pid: process.pid, pidStart: startOf(process.pid), source, asker };
      writeFileSync(this.#file(source, process.pid), JSON.stringify(claim));
    }
  }

  /** Our portion of the source's rates, 0 to 1; looked up again every five seconds. */
  portion(source: string, nowMs = Date.now()): number {
    const known = this.#portions.get(source);
    if (known !== undefined && nowMs - known.atMs < lookMs) return known.portion;
    const others = this.#living(source).reduce((sum, { asker }) => sum + weights[asker], 0);
    const portion = weights[this.#asker] / (weights[this.#asker] + others);
    this.#portions.set(source, { portion, atMs: nowMs });
    return portion;
  }

  release(): void {
    for (const source of this.#sources) rmSync(this.#file(source, process.pid), { force: true });
  }

  #file(source: string, pid: number): string {
    return join(this.#dir, `${source}.${pid}.json`);
  }

  /** Claims of other processes that are there; those of ended ones are cleared away. */
  #living(source: string): Claim[] {
    return readdirSync(this.#dir)
      .filter((name) => name.startsWith(`${source}.`) && name !== `${source}.${process.pid}.json`)
      .flatMap((name) => {
        const claim = claimIn(join(this.#dir, name));
        if (claim !== null && isSame(claim)) return [claim];
        if (claim !== null) rmSync(join(this.#dir, name), { force: true });
        return [];
      });
  }
}

/** Null for one that is being written this instant. */
function claimIn(path: string): Claim | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Claim;
  } catch {
    return null;
  }
}
