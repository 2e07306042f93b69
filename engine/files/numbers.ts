/** Numbers as files hold them: plain, with thousands marks, scientific. Absent is null, what is no number is undefined; never 0 for either. */
const absent = new Set(['', '-', '--', '—', 'nan', 'null', 'none', 'na', 'n/a', '#n/a']);
const plain = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const thousands = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

export function numberIn(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  const isPlain = plain.test(text);
  if (!isPlain && absent.has(text.toLowerCase())) return null;
  if (!isPlain && !thousands.test(text)) return undefined;
  const value = Number(isPlain ? text : text.replaceAll(',', ''));
  return Number.isFinite(value) ? value : undefined;
}

/** A Python list as pandas writes it: `[10.01, 10.02]`; undefined when it is none. */
export function listIn(text: string | undefined): (number | null | undefined)[] | undefined {
  if (text === undefined || text === '') return [];
  const inner = /^[[(](.*)[\])]$/.exec(text.trim())?.[1];
  return inner?.trim() === '' ? [] : inner?.split(/[\s,]+/).map((cell) => numberIn(cell));
}
