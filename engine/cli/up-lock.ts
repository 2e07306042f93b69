/** The one `fenshi up` of this folder: `.fenshi/up.lock` holds pid, run and ports; `status` and `tail` read it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { isSame, startOf } from '../log/processes.ts';
import { dataDir } from '../runtime/paths.ts';

export type UpLock = {
  readonly pid: number;
  /** When that process was started: a pid is given to others in time. */
  readonly pidStart?: string | null;
  readonly run: string;
  readonly host: string;
  readonly port: number;
  readonly natsPort: number;
  readonly opsPort: number;
  readonly startedMs: number;
};
const file = join(dataDir, 'up.lock');
const keptDemos = 2;

export const readUpLock = (): UpLock | null => living(file);

/** The lock in a file, null when there is none or its holder is gone. */
function living(path: string): UpLock | null {
  if (!existsSync(path)) return null;
  try {
    const lock = JSON.parse(readFileSync(path, 'utf8')) as UpLock;
    return isSame(lock) ? lock : null;
  } catch {
    return null; // cut while it was written: its holder is gone
  }
}

/**
 * Created exclusively: of two starts at once one loses. A dead holder's lock is moved aside first, and looked at again there, in case
 * another start was quicker. @throws FenshiError RUN_LOCKED
 */
export function takeUpLock(lock: UpLock): void {
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(file) && readUpLock() === null) setAside();
  try {
    writeFileSync(file, JSON.stringify({ ...lock, pidStart: startOf(lock.pid) }), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = readUpLock();
    const who = holder === null ? 'another start was quicker' : `${holder.run}, pid ${holder.pid}, http://${holder.host}:${holder.port}`;
    throw new FenshiError('RUN_LOCKED', `fenshi already runs here: ${who}`);
  }
}

function setAside(): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another start has done it
  }
  if (living(aside) !== null) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

/** Only our own: a lock that somebody else has taken meanwhile stays. */
export function releaseUpLock(): void {
  if (readUpLock()?.pid === process.pid) rmSync(file, { force: true });
}

const demoNumber = (name: string): number => Number(/^demo-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
const demos = (): number[] =>
  existsSync(dataDir)
    ? readdirSync(dataDir)
        .map(demoNumber)
        .filter((n) => !Number.isNaN(n))
        .sort((a, b) => a - b)
    : [];

export const nextDemo = (): string => `demo-${(demos().at(-1) ?? 0) + 1}`;

/** Removes all but the newest demo folders; the one about to start makes the second. What is being served, `recorded`, stays. */
export function pruneDemos(recorded: string | null): void {
  for (const n of demos().slice(0, -(keptDemos - 1))) {
    const dir = join(dataDir, `demo-${n}`);
    if (recorded === null || !`${resolve(recorded)}/`.startsWith(`${resolve(dir)}/`)) rmSync(dir, { recursive: true, force: true });
  }
}

const keptReplays = 10;
/** Removes all but the newest folders of replays (the one about to start makes the tenth), and rows that a killed one left aside. */
export function pruneReplays(): void {
  const names = runFolders()
    .map((dir) => basename(dir))
    .sort();
  const replays = names.filter((name) => /^replay-\d{14}-\d+$/.test(name));
  const cutShort = names.filter(
    (name) => name.startsWith('fenshi-rows-') && statSync(join(dataDir, name)).mtimeMs < Date.now() - 86_400_000,
  );
  for (const name of [...replays.slice(0, Math.max(0, replays.length - keptReplays + 1)), ...cutShort])
    rmSync(join(dataDir, name), { recursive: true, force: true });
}

export const runFolders = (): string[] =>
  existsSync(dataDir)
    ? readdirSync(dataDir, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map(({ name }) => join(dataDir, name))
    : [];
