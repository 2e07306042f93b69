/** Eleven bugs that public adapters have had, put into ours one at a time: the trial must find each. */
import type { Bug } from '../support/mutant.ts';

const feeds = 'engine/feeds';
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: source text, not templates
export const bugs: readonly Bug[] = [
  {
    name: 'absent is 0',
    file: 'engine/wire/numbers.ts',
    find: "if (text === undefined || text === '' || text === '-') return null;",
    replace: "if (text === undefined || text === '' || text === '-') return 0;",
  },
  {
    name: 'lots are taken for shares',
    file: `${feeds}/eastmoney/series.ts`,
    find: 'volumeShares: count * unit,',
    replace: 'volumeShares: count,',
  },
  {
    name: 'the rounded 万元 is taken for the exact amount',
    file: `${feeds}/tencent/quotes.ts`,
    find: 'amount: exact.length === 3 ? countOf(exact[2]) : countOf(f[37], tenThousand),',
    replace: 'amount: countOf(f[37], tenThousand),',
  },
  {
    name: 'a stamp is read as UTC',
    file: 'engine/wire/numbers.ts',
    find: 'return midnight === undefined ? undefined : midnight + ((hours',
    replace: 'return midnight === undefined ? undefined : midnight + 28_800_000 + ((hours',
  },
  {
    name: 'the book of one instrument is upside down',
    file: `${feeds}/eastmoney/quotes.ts`,
    find: 'const bidFields = [19, 17, 15, 13, 11]',
    replace: 'const bidFields = [11, 13, 15, 17, 19]',
  },
  {
    name: 'a change in a stream replaces the row',
    file: `${feeds}/eastmoney/sse.ts`,
    find: '{ ...this.#rows.get(key), ...fields }',
    replace: '{ ...fields }',
  },
  {
    name: 'the columns of a table are taken in our order',
    file: `${feeds}/tushare/protocol.ts`,
    find: 'i: wire.indexOf(column), column }));',
    replace: 'i: wire.includes(column) ? Object.values(columns).findIndex(([own]) => own === column) : -1, column }));',
  },
  {
    name: '92500 is 92:50:00',
    file: 'engine/wire/numbers.ts',
    find: 'return instant(date, Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100);',
    replace: 'return instant(date, Math.floor(value / 10_000) % 24, Math.floor(value / 1000) % 60, value % 60);',
  },
  {
    name: 'whoever answers takes the place of who was asked for',
    file: `${feeds}/tencent/quotes.ts`,
    find: 'if (no === null || !requested.has(no) || seen.has(no)) {',
    replace: 'if (no === null) {',
  },
  {
    name: 'STAR is lots',
    file: `${feeds}/rows/level-one.ts`,
    find: 'const unit = found ?? usual;',
    replace: 'const unit = lot;',
  },
  {
    name: 'a cut body is taken for a whole one',
    file: `${feeds}/sina/quotes.ts`,
    find: "if (isMore(text.slice(end))) rejected.push({ key: '', reason: 'TRUNCATED' });",
    replace: '',
  },
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: source text, not templates
