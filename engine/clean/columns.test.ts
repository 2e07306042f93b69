import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../contracts/codec.ts';
import { lcg } from '../../scenarios/support/days.ts';
import { type Column, ColumnsAsOf, LateBytes } from './columns.ts';

const [rows, layers] = [1024, 300];

/** Two columns of several pieces each, and one without layers. */
const made = () => ({
  wide: Float64Array.from({ length: rows * layers * 2 }, (_, i) => i),
  narrow: Int32Array.from({ length: rows * layers }, (_, i) => -i),
  head: Int32Array.from({ length: rows }, (_, i) => i),
});
type Made = ReturnType<typeof made>;
const digest = (column: Column) => Buffer.from(bytesOf(column)).toString('base64');

function change(columns: Made, asOf: ColumnsAsOf, layer: number, row: number): void {
  asOf.keep(layer, row);
  columns.wide.fill(Number.NaN, (layer * rows + row) * 2, (layer * rows + row) * 2 + 2);
  columns.narrow[layer * rows + row] = 7;
  columns.head[row] = 7;
}

/** The image, with `between` called before each piece. */
function readOut(asOf: ColumnsAsOf, between: () => void): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asOf.image).map(([name, taken]) => {
      const parts: Uint8Array[] = [];
      if (taken instanceof LateBytes) {
        const pieces = taken.pieces()[Symbol.iterator]();
        for (between(); ; between()) {
          const next = pieces.next();
          if (next.done === true) break;
          parts.push(next.value.slice());
        }
      } else parts.push(taken);
      return [name, Buffer.concat(parts).toString('base64')];
    }),
  );
}

describe('columns as of one moment', () => {
  test.each([1, 2, 3])('are read out as they were, whatever changes meanwhile (order %d)', (seed) => {
    const random = lcg(seed);
    const columns = made();
    const before = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, digest(column)]));
    const asOf = new ColumnsAsOf(columns, ['wide', 'narrow'], layers, rows);

    let pieces = 0;
    const image = readOut(asOf, () => {
      pieces += 1;
      for (let i = 0; i < 2000; i++) change(columns, asOf, random(layers), random(rows));
    });

    expect(image).toEqual(before);
    expect(pieces).toBeGreaterThan(6);
    expect(digest(columns.wide)).not.toBe(before.wide);
  });

  test('what changes twice is kept as it was first', () => {
    const columns = made();
    const before = digest(columns.narrow);
    const asOf = new ColumnsAsOf(columns, ['wide', 'narrow'], layers, rows);
    change(columns, asOf, 299, 5);
    asOf.keep(299, 5);
    columns.narrow[299 * rows + 5] = 8;

    expect(readOut(asOf, () => undefined).narrow).toBe(before);
  });
});
