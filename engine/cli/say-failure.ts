/** A failure as one sentence on stderr. A stack is for whoever looks for the cause: FENSHI_DEBUG=1 shows it. */
import { FenshiError } from '../../contracts/errors.ts';

/** Of the file system, with what can be done about each. */
const filesystem: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `NOT_FOUND: ${path} does not exist`,
  EACCES: (path) => `CONFIG_INVALID: ${path} may not be read or written by this user`,
  EROFS: (path) => `CONFIG_INVALID: ${path} lies on a read-only file system; FENSHI_DATA and FENSHI_CACHE name other folders`,
  EISDIR: (path) => `CONFIG_INVALID: ${path} is a folder, a file is expected`,
  ENOSPC: (path) => `DISK_FULL: there is no room to write ${path}`,
};

export function sentenceOf(error: unknown): string {
  if (error instanceof FenshiError) return error.message;
  const { code, path, message } = error as { code?: string; path?: string; message?: string };
  const known = code === undefined ? undefined : filesystem[code];
  return known?.(path ?? 'a file') ?? `BUG: ${message ?? String(error)} (FENSHI_DEBUG=1 shows where)`;
}

export function sayFailure(error: unknown): void {
  console.error(`fenshi: ${sentenceOf(error)}`);
  if (process.env.FENSHI_DEBUG !== undefined && error instanceof Error) console.error(error.stack);
}
