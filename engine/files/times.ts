/** Instants as files write them. All clocks are Shanghai's; a zone that is told is held to. */
import { midnightOf, tradeDateOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { dateOf, instant } from '../wire/numbers.ts';

export type Stamp = { readonly date: TradeDate; readonly ms: number };

const joined = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/;
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const two = (text: string): string => text.padStart(2, '0');

/** `2026-06-16 09:31:00`, `2026/6/16 9:31`, `20260616093100000`, epoch seconds or milliseconds; undefined when it is none. */
export function stampOf(text: string): Stamp | undefined {
  const found = joined.exec(text);
  if (found !== null) return ofParts(found);
  if (/^\d{8}$/.test(text)) return dayStamp(text);
  const digits = /^(\d{8})[ T]?(\d{2}):?(\d{2}):?(\d{2})?(?:\.?(\d{1,6}))?$/.exec(text);
  if (digits !== null && dateOf(digits[1]!) !== undefined) return at(digits[1]!, digits[2]!, digits[3]!, digits[4] ?? '00', digits[5]);
  return epochOf(text);
}

function ofParts(found: RegExpExecArray): Stamp | undefined {
  const [, year, month, day, h, m, s, fraction, zone] = found;
  const date = `${year}${two(month!)}${two(day!)}`;
  if (h === undefined) return dayStamp(date);
  const local = at(date, h, m!, s ?? '00', fraction);
  if (local === undefined || zone === undefined) return local;
  const minutes = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  const ms = local.ms + (480 - minutes) * 60_000;
  return { date: tradeDateOf(ms), ms };
}

const dayStamp = (date: string): Stamp | undefined => {
  const midnight = dateOf(date);
  return midnight === undefined ? undefined : { date, ms: midnight };
};

function at(date: string, h: string, m: string, s: string, fraction: string | undefined): Stamp | undefined {
  const ms = instant(date, Number(h), Number(m), Number(s));
  return ms === undefined ? undefined : { date, ms: ms + Number((fraction ?? '0').padEnd(3, '0').slice(0, 3)) };
}

/** Ten digits are seconds, thirteen milliseconds; before 1990 and after 2100 there is no exchange. */
function epochOf(text: string): Stamp | undefined {
  if (!/^\d{10}(\.\d+)?$|^\d{13}$/.test(text)) return undefined;
  const ms = text.length === 13 ? Number(text) : Math.round(Number(text) * 1000);
  const date = tradeDateOf(ms);
  return dateOf(date) === undefined ? undefined : { date, ms };
}

/** `2026/06/16`, `20260616`, `06/16/2026`, with whatever stands behind a blank or a comma. Without marks it is eight digits: a cut one is none. */
export function dayIn(text: string): TradeDate | undefined {
  const bare = text.split(/[ ,T]/)[0]!;
  const us = american.exec(bare);
  const parts = us === null ? (/^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(bare) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(bare)) : null;
  const date = us !== null ? `${us[3]}${two(us[1]!)}${two(us[2]!)}` : parts !== null ? `${parts[1]}${two(parts[2]!)}${two(parts[3]!)}` : '';
  return dateOf(date) === undefined ? undefined : date;
}

/** A clock beside its day: `0931`, `905`, `09:31:00`, `93100000` (HHMMSSmmm), `20260616093100000`. */
export function clockOn(date: TradeDate, text: string): number | undefined {
  if (text.includes(':')) {
    const found = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?$/.exec(text);
    return found === null ? undefined : at(date, found[1]!, found[2]!, found[3] ?? '00', found[4])?.ms;
  }
  if (!/^\d+$/.test(text)) return undefined;
  if (text.length >= 12) {
    const stamp = stampOf(text);
    return stamp?.date === date ? stamp.ms : undefined;
  }
  if (text.length <= 4) return at(date, text.padStart(4, '0').slice(0, 2), text.slice(-2), '00', undefined)?.ms;
  const whole = text.length >= 8 ? text.padStart(9, '0') : `${text.padStart(6, '0')}000`;
  return at(date, whole.slice(0, 2), whole.slice(2, 4), whole.slice(4, 6), whole.slice(6))?.ms;
}

/** Milliseconds since midnight in Shanghai. */
export const sinceMidnight = ({ date, ms }: Stamp): number => ms - midnightOf(date);
