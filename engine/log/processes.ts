/** Other processes by pid: alive, and still the one that was meant. A pid is given to somebody else in time; its start time is not. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** A process of another user is alive, too; one that has ended and was not yet collected by its parent is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const fields = statOf(pid);
  return fields === null || !/^[ZX]/.test(fields[0]!);
}

/** When a process was started, in the kernel's ticks since boot; null where the system does not tell. */
export function startOf(pid: number): string | null {
  return statOf(pid)?.[19] ?? null;
}

export type Known = { readonly pid: number; readonly pidStart?: string | null };

/** Whether the process that was noted down is the one that has its pid now. Unknown start times are taken for equal. */
export function isSame({ pid, pidStart }: Known): boolean {
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return pidStart === undefined || pidStart === null || now === null || now === pidStart;
}

/** Fields of /proc/<pid>/stat from the state on: the name before them may hold blanks and brackets. */
function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null; // no /proc here, or gone this instant: the next look will tell
  }
}

/**
 * Whether a hang-up is not meant for us: nothing of ours is a terminal, as under nohup, cron or a service manager. (Node sets SIGHUP back to
 * its default at its start, so that nohup's own word for it is lost.)
 */
export const ignoresHangUp = (): boolean => ![0, 1, 2].some((fd) => isatty(fd));
