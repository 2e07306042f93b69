/** The one `fenshi up` of this folder: `.fenshi/up.lock` holds pid, run and ports; `status` and `tail` read it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { dataDir } from './root.ts';

export type UpLock = {
  readonly pid: number;
  readonly run: string;
  readonly port: number;
  readonly natsPort: number;
  readonly opsPort: number;
  readonly startedMs: number;
};
const file = join(dataDir, 'up.lock');
const keptDemos = 2;

export function readUpLock(): UpLock | null {
  if (!existsSync(file)) return null;
  try {
    const lock = JSON.parse(readFileSync(file, 'utf8')) as UpLock;
    process.kill(lock.pid, 0);
    return lock;
  } catch {
    return null; // its holder is gone
  }
}

/** @throws FenshiError RUN_LOCKED */
export function takeUpLock(lock: UpLock): void {
  const held = readUpLock();
  if (held !== null)
    throw new FenshiError('RUN_LOCKED', `fenshi already runs here: ${held.run}, pid ${held.pid}, http://127.0.0.1:${held.port}`);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify(lock));
}

export const releaseUpLock = (): void => rmSync(file, { force: true });

const demoNumber = (name: string): number => Number(/^demo-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
const demos = (): number[] =>
  existsSync(dataDir)
    ? readdirSync(dataDir)
        .map(demoNumber)
        .filter((n) => !Number.isNaN(n))
        .sort((a, b) => a - b)
    : [];

export const nextDemo = (): string => `demo-${(demos().at(-1) ?? 0) + 1}`;

/** Removes all but the newest demo folders; the one about to start makes the second. */
export function pruneDemos(): void {
  for (const n of demos().slice(0, -(keptDemos - 1))) rmSync(join(dataDir, `demo-${n}`), { recursive: true, force: true });
}

export const runFolders = (): string[] =>
  existsSync(dataDir)
    ? readdirSync(dataDir, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map(({ name }) => join(dataDir, name))
    : [];
