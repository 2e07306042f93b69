import { expect, test } from 'vitest';
import { bytesOf, decode, encode } from '../../contracts/codec.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { columnsAsRows } from './columns.ts';

test('columns as they come over the broker are rows, what is unknown null, five levels a list', () => {
  const levels = Int32Array.from([1, 2, 3, 4, 5, 6, absentMilli, absentMilli, absentMilli, absentMilli]);
  const columns = {
    instrumentNo: bytesOf(Uint32Array.of(1_600_519, 2_000_001)),
    lastMilli: bytesOf(Int32Array.of(1_450_010, absentMilli)),
    volumeShares: bytesOf(Float64Array.of(100, Number.NaN)),
    phaseCode: bytesOf(Uint8Array.of(4, 4)),
    bidMilli: bytesOf(levels),
    source: ['tencent', ''],
  };
  // a part of a larger buffer, aligned to nothing
  const told = (decode(encode({ pad: 'x', columns })) as { columns: typeof columns }).columns;
  expect(columnsAsRows(2, told)).toEqual([
    { symbol: '600519.SH', lastMilli: 1_450_010, volumeShares: 100, phaseCode: 4, bidMilli: [1, 2, 3, 4, 5], source: 'tencent' },
    { symbol: '000001.SZ', lastMilli: null, volumeShares: null, phaseCode: 4, bidMilli: [6, null, null, null, null], source: '' },
  ]);
  expect(columnsAsRows(0, told)).toEqual([]);
  expect(() => columnsAsRows(2, { lastMilli: new Uint8Array(6) })).toThrow('INTERNAL');
});
