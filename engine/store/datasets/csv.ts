/** Rows of a CSV file, plain or gzipped, by column name. A byte-order mark is taken off; quotes are understood where they occur. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';

export type CsvRow = { readonly line: number; readonly cells: readonly string[] };
export type Csv = { readonly header: readonly string[]; readonly rows: AsyncGenerator<CsvRow, void>; readonly sha: () => string };

export async function openCsv(path: string): Promise<Csv> {
  const hash = createHash('sha256');
  const file = createReadStream(path);
  file.on('data', (part) => hash.update(part));
  const lines = createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  const first = await lines.next();
  const header = first.done === true ? [] : cellsOf(first.value.replace(/^\uFEFF/, ''));
  return { header, rows: rowsOf(lines), sha: () => hash.copy().digest('hex') };
}

async function* rowsOf(lines: AsyncIterator<string>): AsyncGenerator<CsvRow, void> {
  for (let line = 2; ; line++) {
    const next = await lines.next();
    if (next.done === true) return;
    if (next.value !== '') yield { line, cells: cellsOf(next.value) };
  }
}

const cellsOf = (line: string): string[] => (line.includes('"') ? (parse(line)[0] as string[]) : line.split(','));
