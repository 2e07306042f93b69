import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchFromDebianSid } from './debian.mjs';
import { withLock } from './lock.mjs';

/** 2.9.x has no `sync_interval: always` and its replicas diverge under single-node faults (ADR-0003). */
const oldestVersion = [2, 12, 15];

/** Our cache of fetched programs. */
export const cacheDir = () => process.env.FENSHI_CACHE ?? join(homedir(), '.cache', 'fenshi');

/** Path of a usable nats-server: $NATS_SERVER, PATH, our cache, Debian sid. Throws one message that names the ways out. */
export async function findNatsServer(say) {
  const named = process.env.NATS_SERVER;
  if (named) {
    if (!isRecentEnough(named)) throw new Error(`$NATS_SERVER (${named}) is not nats-server ${oldestVersion.join('.')} or newer`);
    return named;
  }
  const cached = join(cacheDir(), 'nats-server');
  const onPath = (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, 'nats-server'));
  for (const candidate of [...onPath, cached]) {
    if (existsSync(candidate) && isRecentEnough(candidate)) return candidate;
  }
  return withLock(join(cacheDir(), 'nats-server.lock'), say, async () => {
    if (existsSync(cached) && isRecentEnough(cached)) return cached;
    say('fetching nats-server from Debian (once, about 16 MB) …');
    try {
      await fetchFromDebianSid('nats-server', 'usr/sbin/nats-server', cached);
    } catch (error) {
      throw new Error(waysOut(error instanceof Error ? error.message : String(error)));
    }
    if (!isRecentEnough(cached)) throw new Error(waysOut('the fetched program does not run here'));
    return cached;
  });
}

function isRecentEnough(program) {
  const version = versionOf(program);
  if (version === null) return false;
  for (const [i, part] of oldestVersion.entries()) {
    if (version[i] !== part) return version[i] > part;
  }
  return true;
}

function versionOf(program) {
  try {
    const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(execFileSync(program, ['-v'], { encoding: 'utf8', timeout: 5000 }));
    return found === null ? null : found.slice(1, 4).map(Number);
  } catch {
    return null;
  }
}

const waysOut = (why) =>
  `nats-server ${oldestVersion.join('.')} or newer is needed and could not be fetched (${why}).
  macOS:  brew install nats-server
  Docker: docker create --name n nats:2.15 && docker cp n:/nats-server .   then set NATS_SERVER=./nats-server
  else:   download a release of nats-io/nats-server and set NATS_SERVER to its path`;
