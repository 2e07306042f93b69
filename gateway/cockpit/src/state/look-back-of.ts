/** The instant in an address. Pure. */
import { midnightOf } from '../../../../contracts/session.ts';

/** What the address says; a part that cannot be read is none. */
export function lookBackOf(query: Readonly<Record<string, string>>): { readonly date: string | null; readonly at: number | null } {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(query.day ?? '') ? query.day!.replaceAll('-', '') : null;
  const clock = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/.exec(query.t ?? '');
  if (date === null || clock === null) return { date: null, at: null };
  const [, h, m, s] = clock;
  return { date, at: midnightOf(date) + ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + 999 };
}
