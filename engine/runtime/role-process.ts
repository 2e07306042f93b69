/**
 * What every engine role's process does the same way: reads its start, ends in order, and says what it failed with.
 *
 * Signals  SIGTERM ends it, and so does the end of its supervisor. SIGINT and SIGHUP reach the whole process group of a terminal: under a
 *          supervisor they are its business, alone SIGINT ends the role
 * Exit     0 stopped, 1 may do better next time, `hopelessCode` will not: the supervisor is told the sentence before
 */
import { FenshiError } from '../../contracts/errors.ts';
import { hopelessCode, type RoleName, RoleStart, roleEnv } from '../../contracts/roles.ts';
import { type Log, makeLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { codeVersion } from './paths.ts';

export type RoleProcess = { readonly start: RoleStart; readonly log: Log; readonly signal: AbortSignal; readonly up: () => void };

export async function runRole(name: RoleName, main: (role: RoleProcess) => Promise<void>): Promise<never> {
  const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
  const log = makeLog(name, start.logLevel);
  const stop = new AbortController();
  const supervised = process.send !== undefined;
  process.on('SIGTERM', () => stop.abort()).on('SIGHUP', () => undefined);
  process.on('SIGINT', () => (supervised ? undefined : stop.abort())).on('disconnect', () => stop.abort());
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  metrics.restarts.set(start.restarts ?? 0);
  try {
    await main({ start, log, signal: stop.signal, up: () => process.send?.({ type: 'up' }) });
  } catch (error) {
    if (stop.signal.aborted) log.warn({ event: `${name}.stopping`, error: String(error) });
    else return failed(name, log, error);
  }
  log.info({ event: `${name}.stopped` });
  return process.exit(0);
}

/** What another start will not better; a poisoned entry, say, is not among them: it is skipped after three. */
const hopelessCodes: readonly string[] = [
  'CONFIG_INVALID',
  'PORT_IN_USE',
  'BROKER_OUTDATED',
  'ACCESS_REFUSED',
  'JOURNAL_FORK',
  'RUN_KIND',
  'STORE_SCHEMA',
];

/** A full disk is a state of the world and no bug, wherever it is met. */
export const isDiskFull = (error: unknown): boolean =>
  (error as { code?: string } | null)?.code === 'ENOSPC' || /ENOSPC|No space left|NOT_ENOUGH_SPACE/i.test(String(error));

async function failed(name: RoleName, log: Log, error: unknown): Promise<never> {
  const code = error instanceof FenshiError ? error.code : isDiskFull(error) ? 'DISK_FULL' : 'BUG';
  const message = error instanceof Error ? error.message : String(error);
  log.fatal({ event: `${name}.failed`, code, error: message, ...(code === 'BUG' ? { stack: (error as Error).stack } : {}) });
  const hopeless = hopelessCodes.includes(code);
  await new Promise<void>((resolve) =>
    process.send === undefined ? resolve() : process.send({ type: 'failed', code, message }, undefined, {}, () => resolve()),
  );
  return process.exit(hopeless ? hopelessCode : 1);
}
