/**
 * The only file that loads uWebSockets.js. Its binaries ask for a glibc: 2.27 on Node 20, 2.38 on Node 22 and 24.
 * @throws FenshiError GATEWAY_UWS_UNAVAILABLE naming what is needed, what is here and the ways out
 */
import { FenshiError } from '../contracts/errors.ts';

export type Uws = typeof import('uWebSockets.js');

export async function loadUws(): Promise<Uws> {
  try {
    const loaded = (await import('uWebSockets.js')) as Uws & { default?: Uws };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new FenshiError('GATEWAY_UWS_UNAVAILABLE', reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const needed = /GLIBC_(\d+\.\d+)' not found/.exec(text)?.[1];
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const here = report?.header?.glibcVersionRuntime ?? 'unknown';
  if (needed === undefined) return text;
  return `the binary for Node ${process.versions.node} needs glibc ${needed}, this system has ${here}. Use Node 20 here, or Debian 13, Ubuntu 24.04 or newer, or the Docker image`;
}
