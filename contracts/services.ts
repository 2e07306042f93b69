/**
 * What can be asked: request and reply over core NATS, `svc.v1.<run>.<name>`, bodies MessagePack.
 *
 * Reply    `{ok: true, asOf, …}` or `{ok: false, code, message}` with a code of errors.ts
 * Bounds   a page has at most `limit` rows; `next` says where the following one begins, null at the end
 */
import { z } from 'zod';
import { EpochMs, InstrumentId, TradeDate } from './units.ts';

const Bytes = z.instanceof(Uint8Array);
const Columns = z.record(z.string(), Bytes.or(z.array(z.string())));
/** Up to where the answer has read the tape of its day. */
export const AsOf = z.object({ tradeDate: TradeDate, tsMs: EpochMs, n: z.int() });
const answer = <S extends z.ZodRawShape>(shape: S) => z.object({ ok: z.literal(true), asOf: AsOf, ...shape });

export const services = {
  /** Last quotes, columnar as on the tape, plus `source` and `tsRecvMs` of each row. Without instruments: all, in the day's order. */
  quotes: {
    request: z.object({
      instruments: z.array(InstrumentId).max(6000).optional(),
      after: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(6000).default(6000),
    }),
    answer: answer({ count: z.int(), columns: Columns, next: z.int().nullable() }),
  },
  /** Minutes of a day stamped at their closes, the last one still growing; NaN where unknown. Without a date: the day at hand. */
  minutes: {
    request: z.object({ instrument: InstrumentId, date: TradeDate.optional() }),
    answer: answer({ count: z.int(), columns: Columns }),
  },
  /** Bars of any stored days, of the best source a bar, in order. */
  bars: {
    request: z.object({
      instrument: InstrumentId,
      periodSec: z.int().default(60),
      fromMs: EpochMs,
      toMs: EpochMs,
      limit: z.int().min(1).max(5000).default(5000),
    }),
    answer: answer({ count: z.int(), columns: Columns, next: EpochMs.nullable() }),
  },
  /** Money flow of an instrument, one source's series at a time. */
  flow: {
    request: z.object({ instrument: InstrumentId, source: z.string().optional(), date: TradeDate.optional() }),
    answer: answer({ source: z.string().nullable(), count: z.int(), columns: Columns }),
  },
  /** States of actors at an instant, as the journal has them. */
  state: {
    request: z.object({
      tsMs: EpochMs,
      actor: z.string().max(80).default(''),
      after: z.string().max(80).default(''),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    answer: answer({
      states: z.array(z.object({ actor: z.string(), region: z.string(), state: z.string(), sinceMs: EpochMs, step: z.int() })),
      next: z.string().nullable(),
    }),
  },
} as const;
export type ServiceName = keyof typeof services;
export type ServiceRequest<N extends ServiceName> = z.input<(typeof services)[N]['request']>;
export type ServiceAnswer<N extends ServiceName> = z.infer<(typeof services)[N]['answer']>;

export const ServiceError = z.object({ ok: z.literal(false), code: z.string(), message: z.string() });
/** How long an answer is waited for. */
export const serviceMs = 2000;
