/** Starts chDB as a child process and says where it answers. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { root } from '../runtime/paths.ts';

export type StoreAddress = { readonly url: string; readonly username: string; readonly password: string };
export type ChdbProcess = StoreAddress & {
  readonly pid: number;
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
  /** Lets it go on without us, until nobody has asked it for a while. Its address must have been written. */
  readonly release: () => void;
};
const startMs = 60_000;
/** Each running query holds a libuv thread; inserts must not wait for them. */
const threads = '12';

/** @throws FenshiError STORE_UNAVAILABLE when chDB is not installed, or another process holds the folder */
export async function startChdb(dir: string, { detached = false } = {}): Promise<ChdbProcess> {
  mkdirSync(dir, { recursive: true });
  const password = `c${randomBytes(16).toString('hex')}`;
  const child = fork(join(root, 'engine', 'cli', 'launch.mjs'), ['engine/store/chdb-child.ts'], {
    cwd: root,
    env: { ...process.env, FENSHI_CHDB: JSON.stringify({ dir, secret: password }), UV_THREADPOOL_SIZE: threads },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached,
  });
  const log = tailOf(child);
  const exited = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`)));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new FenshiError('STORE_UNAVAILABLE', `chDB did not start within ${startMs / 1000} s: ${log()}`)),
      startMs,
    );
    child.once('message', (message: { port: number }) => {
      clearTimeout(timer);
      resolve(message.port);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      const isHeld = /lock/i.test(log());
      const why = isHeld ? 'another command is using it; try again when that has ended' : `chDB ended with ${code}: ${log()}`;
      reject(new FenshiError('STORE_UNAVAILABLE', `${dir}: ${why}`));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    username: 'fenshi',
    password,
    pid: child.pid!,
    exited,
    kill: () => child.kill('SIGKILL'),
    release: () => {
      child.send('keep', () => child.disconnect());
      child.stderr?.destroy();
      child.unref();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-2000);
  });
  return () => text.trim().split('\n').slice(-3).join(' | ');
}
