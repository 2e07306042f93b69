/** Several commands over one library: whoever comes first opens it, the others ask it. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../log/processes.ts';

const run = promisify(execFile);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-library-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const fenshi = async (...args: readonly string[]): Promise<string> =>
  (await run(process.execPath, ['engine/cli/launch.mjs', 'engine/cli/main.ts', ...args], { env: { ...process.env, FENSHI_DATA: dir } }))
    .stdout;
const address = (): string => join(dir, 'data', 'store', 'store.json');
const owner = (): number => (JSON.parse(readFileSync(address(), 'utf8')) as { pid: number }).pid;
const file = (name: string, day: string): string => {
  const path = join(dir, name);
  const rows = Array.from({ length: 25 }, (_, i) => `600519.SH,${day} 09:${31 + i}:00,10,11,10,10,100,1050`);
  writeFileSync(path, `symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n${rows.join('\n')}\n`);
  return path;
};

test('commands at once share it, none is turned away, and it ends when nobody asks any more', async () => {
  const days = ['2026-06-16', '2026-06-17', '2026-06-18'];
  await Promise.all([
    ...days.map((day, i) => fenshi('data', 'import', file(`${i}.csv`, day))),
    fenshi('data', 'ls'),
    fenshi('data', 'verify'),
  ]);
  const { datasets } = JSON.parse(await fenshi('data', 'ls', '--json')) as { datasets: { name: string; rows: number }[] };
  expect(datasets.map(({ name, rows }) => [name, rows])).toEqual([
    ['0', 25],
    ['1', 25],
    ['2', 25],
  ]);
  const pid = owner();
  await expect.poll(() => isAlive(pid) || existsSync(address()), { timeout: 300_000 }).toBe(false);
});

test('an owner that was killed is replaced by the next that comes; its address is no secret of everybody’s', async () => {
  await fenshi('data', 'ls');
  const pid = owner();
  expect((await import('node:fs')).statSync(address()).mode & 0o077).toBe(0);
  process.kill(pid, 'SIGKILL');
  await fenshi('data', 'ls');
  expect(owner()).not.toBe(pid);
  process.kill(owner(), 'SIGTERM');
});
