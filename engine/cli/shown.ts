/** What of the configuration may be shown. */
import type { Origin } from './config.ts';

/** Keys whose values are secrets, wherever they were written. A way of naming one, `${env:NAME}`, is none. */
const secret = /(^|\.)(token|password|secret|deviceKey)$|^notify\.channels\.[^.]+\.url$/i;
const naming = /^\$\{(env|file):.+\}$/;

export function shown(key: string, { value, from }: Origin): Origin {
  const isHidden = secret.test(key) && typeof value === 'string' && !naming.test(value);
  return { value: isHidden ? '(hidden)' : value, from };
}

export type ShownValue = { readonly key: string; readonly value: unknown; readonly from: string };
/** Every value of the configuration in force with where it came from, by key; secrets hidden. */
export const shownConfig = (origins: ReadonlyMap<string, Origin>): ShownValue[] =>
  [...origins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, origin]) => ({ key, ...shown(key, origin) }));
