/**
 * The one reader of tables that a vendor hands out in pages: whole, or it says that it is not.
 *
 * End      the vendor says there is no more, its total is reached, or a page brings nothing new. A rejected row is a row of its page
 * Repeats  a vendor that ignores the page number sends the first page for ever: nothing new is the end, and the table is not whole
 */
import { FenshiError } from '../../../contracts/errors.ts';
import type { Parsed, Rejected } from '../adapter.ts';

export type Paged<R> = { readonly rows: readonly R[]; readonly rejected: readonly Rejected[]; readonly whole: boolean };
export type PageOptions<R> = {
  /** What tells two rows of the table apart. */
  readonly keyOf: (row: R) => string | number;
  /** Rows a page has at most; fewer end a table whose vendor says neither `more` nor a total. */
  readonly size: number;
};
/** A market of 5,500 in pages of 100 has 55. */
const pagesMax = 400;

/** `ask(page, offset)`: pages from 0, offset in rows sent so far. @throws FenshiError what `ask` throws, SOURCE_BODY past any sane end */
export async function readPages<R>(
  ask: (page: number, offset: number) => Promise<Parsed<R>>,
  { keyOf, size }: PageOptions<R>,
): Promise<Paged<R>> {
  const rows = new Map<string | number, R>();
  const rejected: Rejected[] = [];
  for (let page = 0, offset = 0; page < pagesMax; page++) {
    const { total, more, ...answer } = await ask(page, offset);
    const sent = answer.rows.length + answer.rejected.length + (answer.anomalies?.noTrade ?? 0);
    const before = rows.size;
    for (const row of answer.rows) rows.set(keyOf(row), row);
    const isRepeat = page > 0 && answer.rows.length > 0 && rows.size === before;
    if (!isRepeat) rejected.push(...answer.rejected);
    offset += sent;
    const whole = more === undefined ? (total === undefined ? sent < size : offset >= total) : !more;
    if (whole && !isRepeat) return { rows: [...rows.values()], rejected, whole: true };
    if (isRepeat || sent === 0) return { rows: [...rows.values()], rejected, whole: total !== undefined && rows.size >= total };
  }
  throw new FenshiError('SOURCE_BODY', `a table has not ended after ${pagesMax} pages`);
}
