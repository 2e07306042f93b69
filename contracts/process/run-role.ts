/**
 * What every role's process does the same way: reads its start, ends in order, and says what it failed with.
 *
 * Signals  SIGTERM ends it, and so does the end of its supervisor. SIGINT and SIGHUP reach the whole process group of a terminal: under a
 *          supervisor they are its business, alone SIGINT ends the role
 * Exit     0 stopped, 1 may do better next time, `hopelessCode` will not: the supervisor is told the sentence before
 */
import { FenshiError } from '../errors.ts';
import { hopelessCode, hopelessErrors, type RoleName, RoleStart, roleEnv } from '../roles.ts';
import { type Log, makeLog } from './log.ts';

export type RoleProcess = {
  readonly start: RoleStart;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Tells the supervisor that it answers. */
  readonly up: () => void;
  /** Closed in the opposite order of naming, once the role has come to its end. */
  readonly closing: (...closers: readonly (() => unknown)[]) => void;
};

export async function runRole(name: RoleName, main: (role: RoleProcess) => Promise<void>): Promise<never> {
  const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
  const log = makeLog(name, start.logLevel);
  const stop = new AbortController();
  const supervised = process.send !== undefined;
  process.on('SIGTERM', () => stop.abort()).on('SIGHUP', () => undefined);
  // unheard, it would open Node's inspector on loopback to whoever may signal us
  process.on('SIGUSR1', () => undefined);
  process.on('SIGINT', () => (supervised ? undefined : stop.abort())).on('disconnect', () => stop.abort());
  const closers: (() => unknown)[] = [];
  try {
    const up = () => void process.send?.({ type: 'up' });
    await main({ start, log, signal: stop.signal, up, closing: (...more) => closers.push(...more) });
    for (const close of closers.reverse()) await close();
  } catch (error) {
    if (stop.signal.aborted) log.warn({ event: `${name}.stopping`, error: String(error) });
    else return failed(name, log, error);
  }
  log.info({ event: `${name}.stopped` });
  return process.exit(0);
}

/** A full disk is a state of the world and no bug, wherever it is met. */
export const isDiskFull = (error: unknown): boolean =>
  (error as { code?: string } | null)?.code === 'ENOSPC' || /ENOSPC|No space left|NOT_ENOUGH_SPACE/i.test(String(error));

async function failed(name: RoleName, log: Log, error: unknown): Promise<never> {
  const code = error instanceof FenshiError ? error.code : isDiskFull(error) ? 'DISK_FULL' : 'BUG';
  const message = error instanceof Error ? error.message : String(error);
  log.fatal({ event: `${name}.failed`, code, error: message, ...(code === 'BUG' ? { stack: (error as Error).stack } : {}) });
  const hopeless = hopelessErrors.includes(code);
  await new Promise<void>((resolve) =>
    process.send === undefined ? resolve() : process.send({ type: 'failed', code, message }, undefined, {}, () => resolve()),
  );
  return process.exit(hopeless ? hopelessCode : 1);
}
