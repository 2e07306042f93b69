/**
 * What the role must remember over its own end: position, orchestrator, and the log of deliveries. `notify/state.json` is replaced whole before a
 * message is handed out and after it is answered for; `notify/deliveries.jsonl` is appended to.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DeliveryLine } from '../../contracts/notify.ts';
import type { OrchestratorImage } from './orchestrator.ts';

/** `isTold`: of an engine in trouble. */
export type LedgerState = { readonly v: 1; readonly seq: number | null; readonly isTold: boolean; readonly image: OrchestratorImage };
const logMax = 8 * 1024 * 1024;

export class Ledger {
  readonly #dir: string;
  #saved = '';

  /** `runDir`: of the run. */
  constructor(runDir: string) {
    this.#dir = join(runDir, 'notify');
  }

  /** What cannot be read is set aside as `state.json.bad` and said: null, as where nothing is remembered. */
  read(onBad: (why: string) => void = () => undefined): LedgerState | null {
    const path = join(this.#dir, 'state.json');
    if (!existsSync(path)) return null;
    try {
      const state = JSON.parse(readFileSync(path, 'utf8')) as LedgerState;
      if (state.v !== 1) throw new Error(`version ${String(state.v)}`);
      return state;
    } catch (error) {
      renameSync(path, `${path}.bad`);
      onBad(String(error));
      return null;
    }
  }

  /** Writes what has changed since. */
  save(state: LedgerState): void {
    const text = JSON.stringify(state);
    if (text === this.#saved) return;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, 'state.json');
    const file = openSync(`${path}.tmp`, 'w', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.tmp`, path);
    this.#saved = text;
  }

  /** The log begins anew past 8 MiB; the one before stays beside it. */
  note(line: DeliveryLine): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, 'deliveries.jsonl');
    if (existsSync(path) && statSync(path).size > logMax) renameSync(path, `${path}.1`);
    appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  /** The newest `count` lines, oldest first; what a full disk cut off is passed over. */
  lines(count: number): DeliveryLine[] {
    const path = join(this.#dir, 'deliveries.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').flatMap(lineOf).slice(-count);
  }
}

function lineOf(text: string): DeliveryLine[] {
  try {
    return [JSON.parse(text) as DeliveryLine];
  } catch {
    return [];
  }
}
