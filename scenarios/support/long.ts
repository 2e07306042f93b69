/**
 * Whether tests run in their long form: more seeds, instants and looks of the same kind. `npm run torture` sets it for the files
 * that ask here; `FENSHI_LONG=1 npm test -- <file>` for one.
 */
export const isLong = process.env.FENSHI_LONG === '1';
