/** A folder of strategies with its index: what is written, found and taken, and what is not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { indexShelf, readShelf, searchShelf, shelfFile, takeFromShelf } from './shelf.ts';
import { StrategyStore } from './store.ts';
import { codeTemplate, manifestTemplate } from './template.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-shelf-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, id: string, version: string, engine = '>=0.1.0'): void {
  mkdirSync(join(dir, path), { recursive: true });
  writeFileSync(join(dir, path, 'strategy.json'), JSON.stringify({ ...JSON.parse(manifestTemplate(id)), version, engine }));
  writeFileSync(join(dir, path, 'index.mjs'), codeTemplate);
}
const never = (path: string, why: string): void => {
  throw new Error(`${path}: ${why}`);
};
const namesOf = (all: readonly { readonly id: string; readonly version: string }[]) => all.map(({ id, version }) => `${id} ${version}`);

describe('the index', () => {
  test('has every sound strategy down to two folders below, by id, newest first', () => {
    put('swing/1.9.0', 'swing', '1.9.0');
    put('swing/1.10.0', 'swing', '1.10.0');
    put('surge', 'surge', '2.0.0');
    put('a/b/c', 'deep', '1.0.0');
    put('.hidden', 'hidden', '1.0.0');
    expect(namesOf(indexShelf(dir, never))).toEqual(['surge 2.0.0', 'swing 1.10.0', 'swing 1.9.0']);
    expect(namesOf(readShelf(dir))).toEqual(['surge 2.0.0', 'swing 1.10.0', 'swing 1.9.0']);
    expect(readShelf(dir)[0]).toMatchObject({ path: 'surge', engine: '>=0.1.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('one that is not sound is told and left out', () => {
    put('good', 'good', '1.0.0');
    put('bad', 'bad', 'one');
    const told: string[] = [];
    expect(namesOf(indexShelf(dir, (path, why) => told.push(`${path}: ${why}`)))).toEqual(['good 1.0.0']);
    expect(told).toEqual([expect.stringMatching(/^bad: .*version/)]);
  });

  test('a version that is there twice is refused, and the index before stays', () => {
    put('one', 'same', '1.0.0');
    indexShelf(dir, never);
    put('two', 'same', '1.0.0');
    expect(() => indexShelf(dir, never)).toThrow(/STRATEGY_INVALID|same 1\.0\.0 is there twice/);
    expect(namesOf(readShelf(dir))).toEqual(['same 1.0.0']);
  });

  test.each([
    ['no JSON', '{'],
    ['another version of it', '{"v": 2, "strategies": []}'],
    ['a path that leads out of it', null],
  ])('%s is refused', (_what, text) => {
    put('one', 'one', '1.0.0');
    indexShelf(dir, never);
    const own = readFileSync(join(dir, shelfFile), 'utf8').replace('"path": "one"', '"path": "../one"');
    writeFileSync(join(dir, shelfFile), text ?? own);
    expect(() => readShelf(dir)).toThrow(expect.objectContaining({ code: 'STRATEGY_INVALID' }));
  });

  test('no folder, and no index yet', () => {
    expect(() => readShelf(dir)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => indexShelf(join(dir, 'none'), never)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('is searched by part of an id or a label, in any case', () => {
    put('swing', 'swing', '1.0.0');
    put('surge', 'surge', '1.0.0');
    indexShelf(dir, never);
    const { label } = JSON.parse(manifestTemplate('surge')) as { label: { zh: string; en: string } };
    expect(namesOf(searchShelf(dir, 'WIN'))).toEqual(['swing 1.0.0']);
    expect(searchShelf(dir, label.zh.slice(0, 2))).toHaveLength(2);
    expect([searchShelf(dir).length, searchShelf(dir, 'nobody').length]).toEqual([2, 0]);
  });
});

describe('taken from it', () => {
  test('the newest that is for this version of the product, or the one that is named', () => {
    put('v1', 'swing', '1.0.0');
    put('v2', 'swing', '2.0.0');
    put('v3', 'swing', '3.0.0', '>=99.0.0');
    indexShelf(dir, never);
    expect(takeFromShelf(dir, 'swing')).toBe(join(dir, 'v2'));
    expect(takeFromShelf(dir, 'swing@1.0.0')).toBe(join(dir, 'v1'));
    expect(() => takeFromShelf(dir, 'swing@3.0.0')).toThrow(/it is for >=99\.0\.0/);
    expect(() => takeFromShelf(dir, 'swing@4.0.0')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('files that are not those of the index are not', () => {
    put('swing', 'swing', '1.0.0');
    indexShelf(dir, never);
    writeFileSync(join(dir, 'swing', 'index.mjs'), `${codeTemplate}// one more`);
    expect(() => takeFromShelf(dir, 'swing')).toThrow(/not those of strategies\.json/);
  });

  test('an index that calls one strategy by the name of another gives neither', () => {
    put('swing', 'swing', '1.0.0');
    indexShelf(dir, never);
    const index = readFileSync(join(dir, shelfFile), 'utf8');
    for (const [from, to] of [
      ['"id": "swing"', '"id": "surge"'],
      ['"version": "1.0.0"', '"version": "2.0.0"'],
    ] as const) {
      writeFileSync(join(dir, shelfFile), index.replace(from, to));
      const { id, version } = readShelf(dir)[0]!;
      expect(() => takeFromShelf(dir, `${id}@${version}`)).toThrow(/not those of strategies\.json/);
    }
  });

  test('goes into the store as every folder does: unsigned only when told', () => {
    put('swing', 'swing', '1.0.0');
    indexShelf(dir, never);
    const store = new StrategyStore(join(dir, 'data'));
    expect(() => store.install(takeFromShelf(dir, 'swing'))).toThrow(/no key that is trusted/);
    expect(store.install(takeFromShelf(dir, 'swing'), { unsigned: true }).signedBy).toBeNull();
    expect(store.list().map(([id]) => id)).toEqual(['swing']);
  });
});
