/** Columns of a service's answer as rows that JSON can hold: what is unknown is null. */
import { columnOf } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { instrumentId } from '../../contracts/units.ts';

type Columns = Readonly<Record<string, Uint8Array | readonly string[]>>;

/** Names that end in Milli are prices in 32 bits; the others are doubles but for these. */
const kinds: Readonly<Record<string, 'u8' | 'u16' | 'u32'>> = { instrumentNo: 'u32', phaseCode: 'u8', flags: 'u16' };
const widths: Readonly<Record<string, number>> = {
  bidMilli: bookLevels,
  askMilli: bookLevels,
  bidShares: bookLevels,
  askShares: bookLevels,
};

export function columnsAsRows(count: number, columns: Columns): Record<string, unknown>[] {
  if (count === 0) return [];
  const read = Object.entries(columns).map(([name, column]) => [name, readerOf(name, column, count)] as const);
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(read.map(([name, at]) => (name === 'instrumentNo' ? ['symbol', instrumentId(at(i) as number)] : [name, at(i)]))),
  );
}

function readerOf(name: string, column: Uint8Array | readonly string[], count: number): (i: number) => unknown {
  if (!(column instanceof Uint8Array)) return (i) => column[i] ?? null;
  const width = widths[name] ?? 1;
  const values = valuesOf(name, column, count * width);
  const one = (at: number): number | null => {
    const value = values[at]!;
    return Number.isNaN(value) || (name.endsWith('Milli') && value === absentMilli) ? null : value;
  };
  return width === 1 ? one : (i) => Array.from({ length: width }, (_, level) => one(i * width + level));
}

/** By how many bytes a value has: the column says it by its length. @throws FenshiError INTERNAL */
function valuesOf(name: string, column: Uint8Array, length: number): Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array {
  const bytes = column.byteLength / length;
  if (bytes === 8) return columnOf(Float64Array, column);
  if (bytes === 4) return kinds[name] === 'u32' ? columnOf(Uint32Array, column) : columnOf(Int32Array, column);
  if (bytes === 2) return columnOf(Uint16Array, column);
  if (bytes === 1) return columnOf(Uint8Array, column);
  throw new FenshiError('INTERNAL', `column ${name} has ${bytes} bytes a value`);
}
