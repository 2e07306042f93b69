import { describe, expect, test } from 'vitest';
import type { Parsed } from '../adapter.ts';
import { readPages } from './pages.ts';

const table = Array.from({ length: 25 }, (_, i) => i);
const rejected = [{ key: 'x', reason: 'CODE' as const }];
/** A vendor of pages of 10; `how` says what it tells besides rows. */
const read = (answer: (from: number, page: number) => Parsed<number>) => {
  const asked: number[] = [];
  const paged = readPages(
    (page, offset) => {
      asked.push(offset);
      return Promise.resolve(answer(offset, page));
    },
    { keyOf: (row: number) => row, size: 10 },
  );
  return paged.then((result) => ({ ...result, asked }));
};
const page = (from: number) => table.slice(from, from + 10);

describe('a table in pages', () => {
  test.each([
    ['says there is more', (from: number) => ({ rows: page(from), rejected: [], more: from + 10 < 25 }), [0, 10, 20]],
    ['says how many there are', (from: number) => ({ rows: page(from), rejected: [], total: 25 }), [0, 10, 20]],
    ['says nothing: a short page is the last', (from: number) => ({ rows: page(from), rejected: [] }), [0, 10, 20]],
  ])('%s: whole', async (_, answer, asked) => {
    expect(await read(answer)).toEqual({ rows: table, rejected: [], whole: true, asked });
  });

  test('a rejected row is a row of its page: the table does not end there', async () => {
    const answer = (from: number) => (from === 0 ? { rows: page(0).slice(1), rejected } : { rows: page(from), rejected: [] });
    expect(await read(answer)).toMatchObject({ rows: table.slice(1), rejected, whole: true });
  });

  test('a vendor that sends the first page for ever has not told the table', async () => {
    expect(await read(() => ({ rows: page(0), rejected: [], more: true }))).toMatchObject({ rows: page(0), whole: false, asked: [0, 10] });
    expect(await read(() => ({ rows: page(0), rejected: [], total: 25 }))).toMatchObject({ whole: false });
  });

  test('an empty page before the total is an end that is not whole', async () => {
    expect(await read((from) => ({ rows: from === 0 ? page(0) : [], rejected: [], total: 25 }))).toMatchObject({
      rows: page(0),
      whole: false,
    });
  });
});
