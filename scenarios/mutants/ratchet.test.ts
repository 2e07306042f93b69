import { describe, expect, test } from 'vitest';
import { belowFloor, raised, scoresOf } from './ratchet.ts';

const changes = (fileName: string, ...statuses: readonly string[]) => statuses.map((status) => ({ fileName, status: status as 'Killed' }));
const all = () => true;

describe('the ratchet of the mutation job', () => {
  test('noticed: killed, or it never ended. What no test reaches counts as not noticed, what does not compile not at all', () => {
    expect(
      scoresOf([
        ...changes('b.ts', 'Killed', 'Timeout', 'Survived'),
        ...changes('a.ts', 'NoCoverage', 'Killed', 'CompileError', 'RuntimeError', 'Ignored'),
        ...changes('c.ts', 'Ignored'),
      ]),
    ).toEqual({ 'a.ts': 50, 'b.ts': 66 });
  });

  test('below its floor, without one, or a floor of nothing: each is said', () => {
    const floors = { 'a.ts': 80, 'b.ts': 66, 'gone.ts': 10 };
    expect(belowFloor({ 'a.ts': 79, 'b.ts': 66, 'new.ts': 90 }, floors, (file) => file !== 'gone.ts')).toEqual([
      'a.ts: 79 %, floor 80 %',
      'new.ts: 90 %, and no floor yet (--keep)',
      'gone.ts: has a floor and is gone',
    ]);
  });

  test('kept floors rise and never fall; those of files that are gone go; those of files that were not asked stay', () => {
    const floors = { 'a.ts': 80, 'b.ts': 66, 'gone.ts': 10, 'other.ts': 50 };
    expect(raised({ 'a.ts': 70, 'b.ts': 70, 'new.ts': 90 }, floors, (file) => file !== 'gone.ts')).toEqual({
      'a.ts': 80,
      'b.ts': 70,
      'new.ts': 90,
      'other.ts': 50,
    });
    expect(raised({}, {}, all)).toEqual({});
  });
});
