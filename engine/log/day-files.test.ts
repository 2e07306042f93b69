import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FrameFile, frames } from './day-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'fenshi-frames-'));
afterAll(() => rmSync(dir, { recursive: true }));
const isOpen = (path: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });

test.runIf(process.platform === 'linux')('who stops reading in the middle leaves no file open', async () => {
  const path = join(dir, 'a.br');
  const file = new FrameFile(path);
  for (let k = 0; k < 2000; k++) await file.write(Buffer.from(Array.from({ length: 500 }, (_, i) => (i * k * 2_654_435_761) & 255)));
  await file.close();
  let wasOpen = false;
  for await (const body of frames(path)) {
    wasOpen = body.length === 500 && isOpen(path);
    break;
  }
  expect(wasOpen).toBe(true);
  await expect.poll(() => isOpen(path)).toBe(false);
});

test('a file that cannot be opened is said to be, and nothing else ends', async () => {
  const read = async () => {
    for await (const _body of frames(join(dir, 'nothing.br'))) break;
  };
  await expect(read()).rejects.toMatchObject({ code: 'TAPE_CORRUPT' });
});
