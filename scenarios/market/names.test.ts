import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { industryName, instrumentName } from './names.ts';

test('no two of a whole market have one name, each is four signs, and every vendor’s encoding holds them', () => {
  const names = Array.from({ length: 6000 }, (_, k) => instrumentName(k));
  expect(new Set(names).size).toBe(6000);
  for (const name of names) {
    expect(name).toHaveLength(4);
    expect(iconv.decode(iconv.encode(name, 'gbk'), 'gbk')).toBe(name);
  }
});

test('a sector past the list has a name of its own', () => {
  expect([industryName(0), industryName(40)]).toEqual(['银行', '行业41']);
});
