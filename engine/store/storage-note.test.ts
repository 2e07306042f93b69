import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { makeLog } from '../../contracts/process/log.ts';
import { StorageReport } from '../../contracts/status.ts';
import { StorageNote } from './storage-note.ts';

const silent = makeLog('test', 'silent');

test('the disk, and each stream that is there: how much, and since when; an empty one has no oldest', async () => {
  const info = async (name: string) => {
    if (name === 'JOURNAL-test-1') return { state: { messages: 3, bytes: 900, first_ts: '2026-11-23T01:30:00.5Z' } };
    if (name === 'TAPE-test-1') return { state: { messages: 0, bytes: 0, first_ts: '0001-01-01T00:00:00Z' } };
    throw new Error('stream not found');
  };
  const note = new StorageNote({ dir: tmpdir(), run: 'test-1', jsm: { streams: { info } } as never }, silent);
  expect(note.latest).toBeNull();
  await note.look();

  const { disk, streams } = StorageReport.parse(note.latest);
  expect(streams).toEqual([
    { name: 'TAPE-test-1', messages: 0, bytes: 0, firstMs: null },
    { name: 'JOURNAL-test-1', messages: 3, bytes: 900, firstMs: Date.UTC(2026, 10, 23, 1, 30, 0, 500) },
  ]);
  expect(disk.usedRatio).toBeGreaterThan(0);
  expect(disk.freeBytes).toBeGreaterThan(0);
});
