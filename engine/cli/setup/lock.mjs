import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** A home that cannot be written is no reason to give up: there are two ways around it. */
function folderFor(file) {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new Error(
      `${dirname(file)} cannot be written (${error.code}); set FENSHI_CACHE to a folder that can, or NATS_SERVER to a nats-server of 2.12.15 or newer`,
      { cause: error },
    );
  }
}

/** Runs `work` while holding `file`, which names the holder's pid; a dead holder's lock is taken over. */
export async function withLock(file, say, work) {
  folderFor(file);
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder !== null && !alive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`another set-up runs (pid ${holder ?? 'unknown'}); waiting for it`);
    told = true;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function readHolder(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // the holder has just let go
  }
}
