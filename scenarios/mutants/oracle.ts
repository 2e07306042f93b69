/** What the oracle's readers share. */
import type { Value } from './values.ts';

/** What a verdict of the oracle is: the rows a body holds, and whether anything in it was unsound. */
export type Verdict = { readonly rows: readonly unknown[]; readonly unsound: boolean } | 'error';
export type Oracle = (body: Uint8Array) => Verdict;

/** Collects rows; `null` from `read` is unsound, `undefined` says nothing. */
export function collect<T>(items: Iterable<T>, read: (item: T) => unknown[] | null | undefined): { rows: unknown[]; unsound: boolean } {
  const rows: unknown[] = [];
  let unsound = false;
  for (const item of items) {
    const row = read(item);
    if (row === null) unsound = true;
    else if (row !== undefined) rows.push(row);
  }
  return { rows, unsound };
}

/** The answer as JSON, out of a callback or an assignment; null for anything else. */
export function answerOf(body: Uint8Array): Record<string, unknown> | null {
  const buffer = Buffer.from(body);
  const text = buffer.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(buffer)) return null;
  return objectIn(text.trim());
}

export function objectIn(text: string): Record<string, unknown> | null {
  const start = text.indexOf('{');
  const head = text.slice(0, Math.max(0, start));
  const word = (part: string) => part !== '' && [...part].every((c) => /[\w.$]/.test(c));
  let inner = text;
  const open = text.indexOf('(');
  const tail = text.endsWith(');') ? 2 : text.endsWith(')') ? 1 : 0;
  if (open > 0 && tail > 0 && word(text.slice(0, open))) inner = text.slice(open + 1, text.length - tail);
  else if (start > 1 && head.endsWith('=') && word(head.slice(0, -1)) && !head.includes('.')) inner = text.slice(start);
  if (inner[0] !== '{') return null;
  try {
    return JSON.parse(inner) as Record<string, unknown>;
  } catch {
    return null;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
/** A name as text, null where its bytes are no GB18030. */
export function gbName(raw: string): string | null {
  const bytes = Buffer.from(raw, 'latin1');
  const text = new TextDecoder('gb18030').decode(bytes);
  return text.includes('\uFFFD') ? null : text;
}

export const idOf = (no: number): string =>
  `${String(no % 1_000_000).padStart(6, '0')}.${['', 'SH', 'SZ', 'BJ'][Math.floor(no / 1_000_000)]}`;
export const keyOf = (no: number): string =>
  `${['', 'sh', 'sz', 'bj'][Math.floor(no / 1_000_000)]}${String(no % 1_000_000).padStart(6, '0')}`;
export const some = (values: readonly Value[]): boolean => values.includes(undefined);
