/** What of the configuration may be shown. */
import type { Origin } from './config.ts';

/** Keys whose values are secrets, wherever they were written. A way of naming one, `${env:NAME}`, is none. */
const secret = /(^|\.)(token|password|secret|deviceKey)$|^notify\.channels\.[^.]+\.url$/i;
const naming = /^\$\{(env|file):.+\}$/;

export function shown(key: string, { value, from }: Origin): Origin {
  const isHidden = secret.test(key) && typeof value === 'string' && !naming.test(value);
  return { value: isHidden ? '(hidden)' : value, from };
}
