/** Where a live run stands before its day is open, for people: waiting, and for what, or refused, and by whom. */
import type { FenshiError } from '../../contracts/errors.ts';
import { midnightOf, tradeDateOf } from '../../contracts/session.ts';
import type { StatusCode } from '../../contracts/status.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { dayKind, isWeekend, nextTradingDayOrNone } from '../reference/calendar.ts';
import type { Verdict } from '../runtime/vitals.ts';

/** Tushare tells the day's limits from 08:40 on; the first call begins at 09:15. */
export const opensMs = (8 * 60 + 50) * 60_000;
export const closesMs = 15.5 * 3_600_000;
const opensAt = '08:50';

export type Moment = { readonly date: TradeDate; readonly code: StatusCode | null; readonly detail: string | null };

/** What the calendar says of an instant; `code` null while a trading day is under way. */
export function momentOf(nowMs: number): Moment {
  const date = tradeDateOf(nowMs);
  const ms = nowMs - midnightOf(date);
  const kind = dayKind(date);
  const next = nextTradingDayOrNone(date);
  const then = next === null ? 'the calendar ends' : `next ${next} ${opensAt}`;
  if (kind === 'UNKNOWN') return { date, code: 'CALENDAR_UNKNOWN', detail: date };
  if (kind === 'CLOSED') return { date, code: 'MARKET_CLOSED', detail: `${isWeekend(date) ? 'weekend 周末' : 'holiday 节假日'}, ${then}` };
  if (ms < opensMs) return { date, code: 'BEFORE_OPEN', detail: opensAt };
  return ms >= closesMs ? { date, code: 'AFTER_CLOSE', detail: then } : { date, code: null, detail: null };
}

const noNetwork = /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ENETDOWN/;
const answered = /SOURCE_(STATUS|BODY|REFUSED|LIMITED|DENIED)/;

/** Why a day was refused: all names unresolved is no network, not a list of ill sources. */
export function refusedBecause({ code, message }: FenshiError): Verdict {
  if (noNetwork.test(message) && !answered.test(message)) return { code: 'NO_NETWORK', detail: noNetwork.exec(message)![0] };
  return { code: code === 'DISK_FULL' ? 'DISK_FULL' : 'DAY_REFUSED', detail: message };
}
