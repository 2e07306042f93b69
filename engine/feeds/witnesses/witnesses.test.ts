/** Rows as vendors told them, recorded by people who do not know us: what each must be read as, worked out by hand from the row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { quoteFlag } from '../../../contracts/quote.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { root } from '../../runtime/paths.ts';
import type { Parsed, SourceQuote } from '../adapter.ts';
import { emQuotes } from '../eastmoney/quotes.ts';
import { sinaQuotes } from '../sina/quotes.ts';
import { tencentQuotes } from '../tencent/quotes.ts';
import rows from './rows.json' with { type: 'json' };

type Level = readonly number[] | null | undefined;
type Want = {
  readonly reject?: string;
  readonly lastMilli?: number | null;
  readonly preCloseMilli?: number;
  readonly volumeShares?: number | null;
  readonly amountYuan?: number | null;
  readonly unit?: number;
  readonly noLimit?: boolean;
  readonly bid1?: Level;
  readonly ask1?: Level;
  readonly afterHours?: { readonly shares: number; readonly yuan: number } | null;
  readonly floatShares?: number;
};
type Row = {
  readonly source: string;
  readonly state: string;
  readonly instrument: string;
  readonly witness: string;
  readonly row: string;
  readonly want: Want;
};

const bytes = (text: string): Uint8Array => new Uint8Array(iconv.encode(text, 'gb18030'));
const readers: Readonly<Record<string, (row: string, no: number) => Parsed<SourceQuote>>> = {
  tencent: (row, no) => tencentQuotes.parse(bytes(row), { instruments: [no] }),
  sina: (row, no) => sinaQuotes.parse(bytes(row), { instruments: [no] }),
  eastmoney: (row, no) => emQuotes.parse(Buffer.from(`{"rc":0,"data":{"total":1,"diff":[${row}]}}`), { instruments: [no] }),
};

describe('rows as recorded, by board and state', () => {
  test.each((rows as Row[]).map((row) => [`${row.source} ${row.state}, ${row.instrument}`, row] as const))(
    '%s',
    (_, { source, instrument, row, want }) => {
      const { rows: read, rejected } = readers[source]!(row, instrumentNo(instrument));
      if (want.reject !== undefined) return expect([read, rejected.map(({ reason }) => reason)]).toEqual([[], [want.reject]]);
      expect(rejected).toEqual([]);
      const { quote, afterHours, floatShares } = read[0]!;
      expect({
        lastMilli: quote.lastMilli,
        preCloseMilli: quote.preCloseMilli,
        volumeShares: quote.volumeShares,
        amountYuan: quote.amountYuan,
        unit: (quote.flags & quoteFlag.lotVolume) === 0 ? 1 : 100,
        noLimit: (quote.flags & quoteFlag.noLimit) !== 0,
        bid1: quote.bids[0] ?? null,
        ask1: quote.asks[0] ?? null,
        ...('afterHours' in want ? { afterHours } : {}),
        ...('floatShares' in want ? { floatShares } : {}),
      }).toEqual(want);
    },
  );

  test('every cell of the matrix that says recorded names such a row, and every row stands in it', () => {
    const matrix = readFileSync(join(root, 'contracts/decisions/0015-witnesses.md'), 'utf8');
    const known = new Set((rows as Row[]).map(({ witness }) => /file (\d+)/.exec(witness)![1]!));
    const named = new Set([...matrix.matchAll(/\bfile (\d{8,})/g)].map((found) => found[1]!));
    expect([...named].filter((id) => !known.has(id))).toEqual([]);
    expect([...known].filter((id) => !named.has(id))).toEqual([]);
  });
});

/** Synthesised: no such row is recorded, only its kind. */
describe('what a row itself decides', () => {
  const star = (volume: number, more = ''): string => {
    const row = (rows as Row[]).find(({ instrument }) => instrument === '688256.SH')!.row;
    return row.replaceAll('16559805', String(volume)).replace('";', `${more}";`);
  };
  const read = (text: string) => tencentQuotes.parse(bytes(text), { instruments: [instrumentNo('688256.SH')] });

  test('a STAR row in lots is read in lots; one that fits neither unit is refused', () => {
    expect(read(star(165_598)).rows[0]!.quote).toMatchObject({ volumeShares: 16_559_800, flags: quoteFlag.lotVolume });
    expect(read(star(1_655_980)).rejected).toEqual([{ key: 'sh688256', reason: 'INVARIANT', no: 1_688_256 }]);
  });

  test('parts behind the 88th are counted and cost nothing', () => {
    const { rows: found, anomalies } = read(star(16_559_805, '~new~2'));
    expect([found.length, anomalies?.unknownField]).toEqual([1, 2]);
  });

  test('−1 is “no limit”, not “not told”; an unsound limit is neither', () => {
    const limits = (up: string, down: string) => read(star(16_559_805).replace('~1560.00~1040.00~', `~${up}~${down}~`));
    expect(limits('-1', '-1').rows[0]!.quote).toMatchObject({ limitUpMilli: null, flags: quoteFlag.noLimit });
    expect(limits('', '').rows[0]!.quote).toMatchObject({ limitUpMilli: null, flags: 0 });
    expect(limits('x', '1040.00').rejected[0]).toMatchObject({ reason: 'NUMBER' });
  });

  test('without the exact amount the turnover decides; without either, the vendor’s habit', () => {
    const blind = (text: string) => text.replace(/1378\.10\/\d+\/22683725029/, '').replace('~2268373~', '~~');
    expect(read(blind(star(16_559_805))).rows[0]!.quote.volumeShares).toBe(16_559_805);
    expect(read(blind(star(165_598))).rows[0]!.quote.volumeShares).toBe(16_559_800);
    expect(read(blind(star(16_559_805)).replace('~2.64~', '~~')).rows[0]!.quote.volumeShares).toBe(16_559_805);
  });
});
