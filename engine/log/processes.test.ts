import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isAlive, isSame, startOf } from './processes.ts';
import { troubleOf } from './trouble.ts';

describe('a process by its pid', () => {
  test('is the one that was meant only with the start time that was noted; unknown times are equal', () => {
    const pidStart = startOf(process.pid);
    expect(isSame({ pid: process.pid, pidStart })).toBe(true);
    expect(isSame({ pid: process.pid })).toBe(true);
    expect(isSame({ pid: process.pid, pidStart: null })).toBe(true);
    if (pidStart !== null) expect(isSame({ pid: process.pid, pidStart: `${pidStart}1` })).toBe(false);
  });

  test('is not alive once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    expect(isAlive(child.pid!)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([isAlive(child.pid!), isSame({ pid: child.pid! })]).toEqual([false, false]);
  });
});

test.each([
  ['insufficient resources', 'DISK_FULL'],
  ['insufficient storage resources available', 'DISK_FULL'],
  ['maximum bytes exceeded', 'DISK_FULL'],
  ['write /store/1.blk: no space left on device', 'DISK_FULL'],
  ['\'Permissions Violation for Publish to "tape.v1.demo-1"\'', 'ACCESS_REFUSED'],
  ['timeout', 'NOT_STORED'],
  ['no responders', 'NOT_STORED'],
])('a broker that says %s means %s', (why, code) => {
  expect(troubleOf(new Error(why))).toEqual({ code, why });
});
