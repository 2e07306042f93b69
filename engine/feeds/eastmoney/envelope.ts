/**
 * Eastmoney's envelope `{rc, …, data}` (contracts/spec/sources.md#eastmoney). rc 0 with `data: null` is the end of a list; HTML, a cut body or an empty
 * one is an error and never an end.
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { jsonOf } from '../../wire/text.ts';
import type { Endpoint } from '../adapter.ts';
import { isObject, type JsonRow } from '../rows/rows.ts';

export const browserHeaders = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  Referer: 'https://quote.eastmoney.com/',
} as const;

/** Constants of the public web page. */
export const ut = {
  quote: 'fa5fd1943c7b386f172d6893dbfba10b',
  list: 'bd1d9ddb04089700cf9c27f6f7426281',
  history: '7eea3edcaed734bea9cbfc24409ed989',
  flow: 'b2884a393a59ad64002292a3e90d46a5',
  stream: '6d2ffaa6a585d612eda28417681d58fb',
} as const;

/** `data`, null past the last page. @throws FenshiError SOURCE_BODY, SOURCE_REFUSED */
export function dataOf(body: Uint8Array): JsonRow | null {
  return dataIn(jsonOf(body));
}

export function dataIn(answer: JsonRow): JsonRow | null {
  const { rc, data } = answer;
  if (typeof rc !== 'number') throw new FenshiError('SOURCE_BODY', 'no rc');
  if (rc !== 0) throw new FenshiError('SOURCE_REFUSED', `rc ${rc}`);
  if (data === null) return null;
  if (!isObject(data)) throw new FenshiError('SOURCE_BODY', 'no data');
  return data;
}

/** `diff` as rows: an array with np=1, otherwise a dictionary keyed by row number. @throws FenshiError SOURCE_BODY */
export function diffOf(data: JsonRow): readonly unknown[] {
  const { diff } = data;
  if (Array.isArray(diff)) return diff;
  if (!isObject(diff)) throw new FenshiError('SOURCE_BODY', 'no diff');
  return Object.keys(diff)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => diff[key]);
}

/** A GET endpoint with the page's headers. */
export function emEndpoint<P, R>(
  name: string,
  host: 'push2' | 'push2his' | 'push2ex',
  path: (params: P) => string,
  parse: Endpoint<P, R>['parse'],
): Endpoint<P, R> {
  return { source: 'eastmoney', name, host, request: (params) => ({ path: path(params), headers: browserHeaders }), parse };
}
