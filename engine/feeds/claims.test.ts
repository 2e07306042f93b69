import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOf } from '../log/processes.ts';
import { Claims } from './claims.ts';
import { TokenBucket } from './collector/token-bucket.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-claims-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const claim = (pid: number, source: string, asker: string, pidStart = startOf(pid)): void =>
  writeFileSync(join(dir, 'asking', `${source}.${pid}.json`), JSON.stringify({ pid, pidStart, source, asker }));

test('the living share a source by their weight, the market before repairs; what has ended, or only has the pid, counts no more', async () => {
  const claims = new Claims(dir, 'feed', ['tencent', 'sina']);
  expect([claims.portion('tencent', 0), claims.portion('sina', 0)]).toEqual([1, 1]);

  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(other, 'spawn');
  claim(other.pid!, 'tencent', 'repair');
  expect(claims.portion('tencent', 4999)).toBe(1);
  expect([claims.portion('tencent', 5000), claims.portion('sina', 5000)]).toEqual([0.75, 1]);

  other.kill();
  await once(other, 'exit');
  claim(process.ppid, 'tencent', 'feed', '1');
  expect(claims.portion('tencent', 10_000)).toBe(1);
  claims.release();
  expect(readdirSync(join(dir, 'asking'))).toEqual([]);
});

test('a bucket of which a portion is ours fills by that portion, and by all of it again', () => {
  const bucket = new TokenBucket({ perSec: 4, burst: 4 }, 0);
  bucket.allow(0.25);
  expect([bucket.take(0), bucket.take(0), bucket.take(1000), bucket.share]).toEqual([0, 1000, 0, 1]);
  bucket.allow(1);
  expect([bucket.take(1000), bucket.take(1250)]).toEqual([250, 0]);
});
