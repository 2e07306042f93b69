/** One line into cells. Quotes are understood where they occur; blanks around a cell are not part of it. */
import { parse } from 'csv-parse/sync';

export const separators = [',', ';', '\t', '|'] as const;
export type Separator = (typeof separators)[number] | 'blank';

/** The separator a line is most likely cut by; blanks where no other occurs. */
export function separatorOf(line: string): Separator {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const counts = separators.map((separator) => bare.split(separator).length - 1);
  const most = Math.max(...counts);
  return most > 0 ? separators[counts.indexOf(most)]! : 'blank';
}

export function cellsOf(line: string, separator: Separator): string[] {
  if (separator === 'blank') return line.trim().split(/\s+/);
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  try {
    const rows = parse(line, { delimiter: separator, relax_quotes: true, relax_column_count: true }) as string[][];
    return (rows[0] ?? []).map((cell) => cell.trim());
  } catch {
    return line.split(separator).map((cell) => cell.trim());
  }
}
