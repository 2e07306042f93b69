/**
 * What the role must remember over its own end: position, orchestrator, and the log of deliveries. `notify/state.json` is replaced whole before a
 * message is handed out and after it is answered for; `notify/deliveries.jsonl` is appended to.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OrchestratorImage } from './orchestrator.ts';

export type LedgerState = { readonly seq: number; readonly image: OrchestratorImage };
/** `outcome` of a message: sent, again, failed; of an alert that made none: why. */
export type DeliveryLine = {
  readonly atMs: number;
  readonly channel: string;
  readonly outcome: string;
  readonly title: string;
  readonly key: string | null;
  readonly count: number;
  readonly latencyMs: number | null;
  readonly why: string | null;
};
const logMax = 8 * 1024 * 1024;

export class Ledger {
  readonly #dir: string;

  /** `runDir`: of the run. */
  constructor(runDir: string) {
    this.#dir = join(runDir, 'notify');
  }

  read(): LedgerState | null {
    const path = join(this.#dir, 'state.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LedgerState) : null;
  }

  save(state: LedgerState): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, 'state.json');
    writeFileSync(`${path}.tmp`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  /** The log begins anew past 8 MiB; the one before stays beside it. */
  note(line: DeliveryLine): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, 'deliveries.jsonl');
    if (existsSync(path) && statSync(path).size > logMax) renameSync(path, `${path}.1`);
    appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  /** The newest `count` lines, oldest first. */
  lines(count: number): DeliveryLine[] {
    const path = join(this.#dir, 'deliveries.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-count)
      .map((line) => JSON.parse(line) as DeliveryLine);
  }
}
