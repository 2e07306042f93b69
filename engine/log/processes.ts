/** Other processes by pid: alive, and still the one that was meant. A pid is given to somebody else in time; its start time is not. */
import { readFileSync } from 'node:fs';

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

/** Whether this process was started with SIGHUP ignored, as nohup does: a handler of ours would undo that. */
export function ignoresHangUp(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
