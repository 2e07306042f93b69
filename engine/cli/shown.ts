/** What of the configuration may be shown. */
import type { Origin } from './config.ts';

/** Keys whose values are secrets, wherever they were written. A way of naming one, `${env:NAME}`, is none. */
const secret = /(^|\.)(token|password|secret|deviceKey)$|^notify\.channels\.[^.]+\.url$/i;
const naming = /^\$\{(env|file):.+\}$/;

export const shown = (key: string, { value, from }: Origin): Origin => ({ value: hidden(key, value), from });

/** Within lists and maps too: a value may be written at once with what it stands in. */
function hidden(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => hidden(key, each));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hidden(`${key}.${name}`, inner)]));
  return secret.test(key) && typeof value === 'string' && !naming.test(value) ? '(hidden)' : value;
}

export type ShownValue = { readonly key: string; readonly value: unknown; readonly from: string };
/** Every value of the configuration in force with where it came from, by key; secrets hidden. */
export const shownConfig = (origins: ReadonlyMap<string, Origin>): ShownValue[] =>
  [...origins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, origin]) => ({ key, ...shown(key, origin) }));
