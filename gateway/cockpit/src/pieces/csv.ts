/** CSV with a byte-order mark, so that Excel reads the Chinese. Pure. */
const cell = (value: unknown): string => {
  const text = value == null ? '' : String(value);
  // a cell that begins like a formula is text
  const safe = /^[=+@\t]/.test(text) || /^-[^\d.]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
export const csvOf = (rows: readonly (readonly unknown[])[]): string =>
  `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
