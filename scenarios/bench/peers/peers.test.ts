import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../../contracts/codec.ts';
import { gainBoard } from './board.ts';
import { pattern } from './pattern.ts';
import { boardSize, boardSpans, gainBoardLimit, patternLimit } from './reference.ts';
import { boardWalk, patternWalk, rowsOf } from './rows.ts';

describe('workloads that engines are compared by', () => {
  test('have the rows of the published figures, byte for byte', () => {
    const hash = (columns: readonly Int32Array[]): string =>
      columns.reduce((sum, column) => sum.update(bytesOf(column)), createHash('sha256')).digest('hex');
    const { key, sec, milli, volume } = rowsOf(boardWalk);
    expect(hash([key, sec, milli, volume])).toBe('8fcaae690fb4581a3ceafa1da113fa0aa22750e43bada5f63b425bae9060993a');
    const keyed = rowsOf(patternWalk);
    expect(hash([keyed.key, keyed.sec, keyed.milli])).toBe('51ad3b70456719f0ca192dd344ab3703230d567bd6c98c630fb99610126b4b3f');
  });

  test('board: through trail and board, every list is that of bare arrays', () => {
    const batches = 260;
    const rows = rowsOf({ ...boardWalk, rounds: batches });
    const lists = () => new Int16Array(batches * boardSpans.length * boardSize);
    const [ours, theirs] = [lists(), lists()];
    gainBoard(rows, boardWalk.keys, ours, new Float64Array(batches));
    gainBoardLimit(rows, boardWalk.keys, theirs, new Float64Array(batches));
    expect(Buffer.compare(bytesOf(ours), bytesOf(theirs))).toBe(0);
    // all three spans have filled their board by the end
    expect([...ours.subarray(-boardSpans.length * boardSize)].every((stock) => stock >= 0)).toBe(true);
  });

  test('pattern: through trail, lane and detector, every signal is that of bare arrays', () => {
    const rows = rowsOf({ ...patternWalk, keys: 600, rounds: 400 });
    const [ours, theirs] = [new Int32Array(30_000), new Int32Array(30_000)];
    const found = pattern(rows, 600, ours);
    expect(found).toBe(patternLimit(rows, 600, theirs));
    expect(found).toBeGreaterThan(50);
    expect(Buffer.compare(bytesOf(ours), bytesOf(theirs))).toBe(0);
  });
});
