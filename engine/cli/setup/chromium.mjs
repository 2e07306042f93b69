import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/**
 * Path of a Chromium for the tests of the pages: `$CHROMIUM`, one that is installed, or Debian's own package, which is installed where we may.
 * Throws where there is none: those tests are then skipped with the reason.
 */
export async function findChromium(say) {
  const found = [process.env.CHROMIUM, ...known].find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error('no Chromium is installed; install the package chromium, or set CHROMIUM to one');
  say('installing chromium from Debian for the tests of the pages (once, about 80 MB) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env, timeout: 120_000 });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env, timeout: 400_000 });
  if (!existsSync(known[0])) throw new Error('apt-get installed no chromium');
  return known[0];
}
