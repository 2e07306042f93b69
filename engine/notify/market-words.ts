/**
 * What a message says of the market as it leaves: the name beside each code, and of the one stock it is about its price, its change on the day,
 * whose quote that is and how old. Asked of the query role; what nobody could answer is said to be unknown and keeps no message back.
 */
import { columnOf } from '../../contracts/codec.ts';
import { absentMilli } from '../../contracts/quote.ts';
import type { ServiceAnswer, ServiceName, ServiceRequest } from '../../contracts/services.ts';
import { sourceWords } from '../../contracts/state-words.ts';
import type { Message } from './message.ts';

export type Ask = <N extends ServiceName>(name: N, request: ServiceRequest<N>) => Promise<ServiceAnswer<N>>;
type Instrument = ServiceAnswer<'instruments'>['rows'][number];

const codes = /(?<!\d)\d{6}\.(?:SH|SZ|BJ)\b/g;
const unknown = '行情来源此刻未知';

export async function withMarketWords(message: Message, ask: Ask, nowMs: number): Promise<Message> {
  const named = [...new Set([message.title, ...message.lines].flatMap((text) => text.match(codes) ?? []))];
  if (named.length === 0) return message;
  const [rows, quote] = await Promise.all([
    ask('instruments', { instruments: named }).then(
      (answer) => answer.rows,
      (): Instrument[] => [],
    ),
    message.symbol === null ? null : ask('quotes', { instruments: [message.symbol] }).catch(() => undefined),
  ]);
  const names = new Map(rows.map(({ symbol, name }) => [symbol, name] as const));
  const worded = (text: string): string =>
    text.replaceAll(codes, (code) => (names.has(code as never) ? `${names.get(code as never)} ${code}` : code));
  const lines = message.lines.map(worded);
  // before the last, which says when and of which market
  if (message.symbol !== null) lines.splice(-1, 0, quoteLine(quote ?? undefined, message.isLive, nowMs));
  return { ...message, title: worded(message.title), lines };
}

function quoteLine(answer: ServiceAnswer<'quotes'> | undefined, isLive: boolean, nowMs: number): string {
  if (answer === undefined || answer.count === 0) return unknown;
  const { columns, asOf } = answer;
  const milli = (name: 'lastMilli' | 'preCloseMilli'): number | null => {
    const value = columnOf(Int32Array, columns[name] as Uint8Array)[0];
    return value === undefined || value === absentMilli || value <= 0 ? null : value;
  };
  const [last, before] = [milli('lastMilli'), milli('preCloseMilli')];
  const receivedMs = columnOf(Float64Array, columns.tsRecvMs as Uint8Array)[0] ?? Number.NaN;
  const source = (columns.source as readonly string[])[0];
  if (last === null || source === undefined || source === '' || !Number.isFinite(receivedMs)) return unknown;
  const gain = before === null ? '' : `(${last >= before ? '+' : ''}${((100 * last) / before - 100).toFixed(2)} %)`;
  // of a day that is played its own clock counts
  const age = Math.max(0, (isLive ? nowMs : asOf.tsMs) - receivedMs) / 1000;
  return `现价 ${(last / 1000).toFixed(2)}${gain} · 数据 ${age < 10 ? age.toFixed(1) : Math.round(age)} 秒前(${sourceWords.zh[source] ?? source})`;
}
