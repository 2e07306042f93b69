/**
 * What can be asked: request and reply over core NATS, `svc.v1.<run>.<name>`, bodies MessagePack.
 *
 * Reply    `{ok: true, asOf, …}` or `{ok: false, code, message}` with a code of errors.ts
 * Bounds   a page has at most `limit` rows; `next` says where the following one begins, null at the end
 */
import { z } from 'zod';
import { ForecastMap } from './forecast.ts';
import { modelStates } from './model.ts';
import { DeliveryLine, NotifyRule, OwnRules } from './notify.ts';
import { Evidence } from './signal.ts';
import { Command } from './tape.ts';
import { EpochMs, InstrumentId, TradeDate } from './units.ts';

const Bytes = z.instanceof(Uint8Array);
const Columns = z.record(z.string(), Bytes.or(z.array(z.string())));
const Fitted = z.array(ForecastMap.omit({ a: true, b: true, knots: true }));
/** Up to where the answer has read the tape of its day. */
export const AsOf = z.object({ tradeDate: TradeDate, tsMs: EpochMs, n: z.int() });
const answer = <S extends z.ZodRawShape>(shape: S) => z.object({ ok: z.literal(true), asOf: AsOf, ...shape });

/** Of the day at hand, or of a stored one: NOT_READY while its tape is read, NOT_FOUND where none is stored. */
const dayRequest = z.object({ date: TradeDate.optional() });
/** `atMs`: as it was then. */
const asOfRequest = dayRequest.extend({ atMs: EpochMs.optional() });

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
  /** The last price in each three seconds of an instrument's stored quotes, stamped at their beginning; at most six hours of one day. Three seconds without a price are left out. */
  path: {
    request: z.object({ instrument: InstrumentId, fromMs: EpochMs, toMs: EpochMs }),
    answer: answer({ count: z.int(), columns: Columns }),
  },
  /** Money flow of an instrument, one source's series at a time. */
  flow: {
    request: z.object({ instrument: InstrumentId, source: z.string().optional(), date: TradeDate.optional() }),
    answer: answer({ source: z.string().nullable(), count: z.int(), columns: Columns }),
  },
  /** The day's instruments in its order: what a person finds one by, and what it may trade at. `sectors`: codes. */
  instruments: {
    request: dayRequest.extend({ instruments: z.array(InstrumentId).max(6000).optional() }),
    answer: answer({
      rows: z.array(
        z.object({
          symbol: InstrumentId,
          name: z.string(),
          board: z.string(),
          riskWarning: z.boolean(),
          listing: z.string(),
          suspended: z.boolean(),
          preCloseMilli: z.int().nullable(),
          limitUpMilli: z.int().nullable(),
          limitDownMilli: z.int().nullable(),
          boards: z.int(),
          sectors: z.array(z.string()),
        }),
      ),
    }),
  },
  /** The day's sectors with their members. */
  sectors: {
    request: dayRequest,
    answer: answer({
      rows: z.array(z.object({ code: z.string(), name: z.string(), kind: z.string(), asOf: z.string(), members: z.array(InstrumentId) })),
    }),
  },
  /**
   * 连板梯队: who is at its upper limit now, or was today and is not, by boards in a row with today's; from the last quotes. As of an instant prices
   * and amounts are those of the minutes that had ended, the times of seals exact.
   */
  ladder: {
    request: asOfRequest,
    answer: answer({
      rows: z.array(
        z.object({
          symbol: InstrumentId,
          name: z.string(),
          /** With today's, where it is at the limit; else those of the days before. */
          boards: z.int(),
          state: z.enum(['locked', 'at-limit', 'broken']),
          /** null where none is known of then: it was opened in a minute that had not ended. */
          lastMilli: z.int().nullable(),
          limitUpMilli: z.int(),
          /** The lowest of the day so far, which at the limit makes it 一字; null where nobody told one. */
          lowMilli: z.int().nullable(),
          /** Shares of the best bid at the limit times it; null where it is not locked. */
          sealYuan: z.number().nullable(),
          /** The greatest of the day so far. */
          peakSealYuan: z.number().nullable(),
          /** When it was first sealed 首封; null where it was touched and never sealed. */
          firstSealMs: EpochMs.nullable(),
          /** How often it was opened 炸板, and when last. */
          opens: z.int(),
          lastOpenMs: EpochMs.nullable(),
          amountYuan: z.number().nullable(),
        }),
      ),
    }),
  },
  /**
   * What stood at the limit of up to forty symbols by trading minute: 0 at the minute it was opened, then none until it is sealed again, and none
   * where no quote came. Rows of who was sealed.
   */
  seals: {
    request: asOfRequest.extend({ instruments: z.array(InstrumentId).min(1).max(40) }),
    answer: answer({
      rows: z.array(
        z.object({
          symbol: InstrumentId,
          points: z.array(z.tuple([z.int(), z.number()])),
          openedMs: z.array(EpochMs),
        }),
      ),
    }),
  },
  /**
   * 集合竞价, most yuan first, or nearest to the upper limit: the virtual match while one runs, then what was matched. Without `which`: the closing auction from
   * 14:57 on, before it the opening one. Rows where nothing was shown are left out.
   */
  auction: {
    request: dayRequest.extend({
      which: z.enum(['open', 'close']).optional(),
      order: z.enum(['yuan', 'limit']).default('yuan'),
      limit: z.int().min(1).max(6000).default(6000),
    }),
    answer: answer({
      which: z.enum(['open', 'close']),
      /** Whether orders may be withdrawn, only placed, or it is over; `before`: it has not begun. */
      stage: z.enum(['before', 'cancelable', 'locked', 'over']),
      rows: z.array(
        z.object({
          symbol: InstrumentId,
          name: z.string(),
          boards: z.int(),
          /** `virtual`: shown, and not yet or not known to be matched. `none`: nothing was traded. */
          state: z.enum(['virtual', 'matched', 'none']),
          priceMilli: z.int().nullable(),
          gain: z.number().nullable(),
          /** `gain` as a share of what the upper limit allows; null without a limit. */
          ofLimit: z.number().nullable(),
          shares: z.number(),
          yuan: z.number().nullable(),
          /** Above 0: buyers are left over, below: sellers. null: nobody is, or nobody said. */
          unmatchedShares: z.number().nullable(),
          /** `yuan` as a share of a usual day's. */
          ofUsual: z.number().nullable(),
        }),
      ),
    }),
  },
  /**
   * The market in one look, from the last quotes, or as of an instant from the minutes that had ended. Gains are shares of
   * the reference price.
   */
  overview: {
    request: asOfRequest,
    answer: answer({
      /** Of every instrument that has traded; `unknown`: no price, or no reference. */
      up: z.int(),
      down: z.int(),
      flat: z.int(),
      unknown: z.int(),
      /** How many gained between each edge of `breadthEdges` and the next, lowest first; what did not move stands in `flat` alone. */
      breadth: z.array(z.int()),
      atLimitUp: z.int(),
      brokenLimitUp: z.int(),
      atLimitDown: z.int(),
      amountYuan: z.number(),
      /** Mean gain of all that have traded, by trading minute, and now. */
      line: z.array(z.tuple([z.int(), z.number()])),
      meanGain: z.number().nullable(),
    }),
  },
  /** Sectors as a map: size by amount, colour by mean gain; their members largest amount first. */
  heatmap: {
    request: asOfRequest.extend({ members: z.int().min(0).max(200).default(30) }),
    answer: answer({
      rows: z.array(
        z.object({
          code: z.string(),
          name: z.string(),
          kind: z.string(),
          count: z.int(),
          live: z.int(),
          up: z.int(),
          limitUps: z.int(),
          meanGain: z.number().nullable(),
          amountYuan: z.number(),
          members: z.array(
            z.object({ symbol: InstrumentId, name: z.string(), gain: z.number().nullable(), amountYuan: z.number().nullable() }),
          ),
        }),
      ),
    }),
  },
  /** Minute closes of many instruments of a day, no later than `untilMs`: [trading minute 0 to 239, close] in order. */
  sparks: {
    request: z.object({
      instruments: z.array(InstrumentId).min(1).max(200),
      date: TradeDate.optional(),
      untilMs: EpochMs.optional(),
    }),
    answer: answer({
      rows: z.array(z.object({ symbol: InstrumentId, closes: z.array(z.tuple([z.int(), z.int()])) })),
    }),
  },
  /** Strategies of the day as its bundle has them, with the JSON Schema of their parameters. */
  strategies: {
    request: z.object({}),
    answer: answer({
      rows: z.array(
        z.object({
          id: z.string(),
          detector: z.string(),
          variant: z.string(),
          family: z.string(),
          entity: z.string(),
          version: z.int(),
          mode: z.string(),
          modelId: z.string().nullable(),
          paramHash: z.string(),
          params: z.record(z.string(), z.unknown()),
          schema: z.record(z.string(), z.unknown()),
          /** What its probabilities were fitted on, and how well that told: the forecast maps of its calibration. */
          forecasts: Fitted,
        }),
      ),
    }),
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
/** Answered by the engine: a command is appended once by its id, and answered by the journal step that it caused. */
export const controlService = {
  request: z.object({ commandId: z.string().min(1).max(128), command: Command, waitMs: z.int().min(100).max(30_000) }),
  answer: z.object({
    ok: z.literal(true),
    tradeDate: TradeDate,
    step: z.int(),
    accepted: z.boolean(),
    code: z.string().nullable(),
  }),
} as const;
/** Answered by the engine, as of the last entry it applied: what each strategy holds of a symbol and asks of it. */
export const whyService = {
  request: z.object({ instrument: InstrumentId }),
  answer: answer({
    symbol: InstrumentId,
    strategies: z.array(
      z.object({
        strategy: z.string(),
        variant: z.string(),
        family: z.string(),
        mode: z.string(),
        isDisabled: z.boolean(),
        isRunning: z.boolean(),
        opportunity: z.string().nullable(),
        /** Conditions with what they are now; empty where the strategy has none to tell, or nothing was heard yet. */
        asks: z.array(Evidence),
      }),
    ),
    /** Universal gates that are shut, by their ids (contracts/spec/detectors.md#gates). */
    shutGates: z.array(z.string()),
  }),
} as const;
/** Answered by the engine: each strategy as it runs now, after the commands of the day. */
export const lanesService = {
  request: z.object({}),
  answer: answer({
    /** The part of the configuration that decisions are made by, after the commands of the day. */
    settings: z.object({
      opportunities: z.record(z.string(), z.unknown()),
      universe: z.record(z.string(), z.unknown()),
      /** Keys that a command has named. */
      changed: z.array(z.string()),
    }),
    lanes: z.array(
      z.object({
        id: z.string(),
        mode: z.string(),
        isDisabled: z.boolean(),
        /** Whose maps speak, and whose on one instrument in ten; null: the strategy's own, and nobody's. */
        modelId: z.string().nullable(),
        canaryId: z.string().nullable(),
        forecasts: Fitted,
        /** `brier`: mean squared distance of what it said from what came, `against` that of the strategy's own maps, over `n` outcomes of today. */
        models: z.array(
          z.object({
            id: z.string(),
            state: z.enum(modelStates),
            n: z.int(),
            brier: z.number().nullable(),
            against: z.number().nullable(),
          }),
        ),
        params: z.record(z.string(), z.unknown()),
        paramHash: z.string(),
      }),
    ),
  }),
} as const;
/** Answered by the notify role, where one runs: where messages go and by which rules, and what became of the newest. No secrets. */
export const notifyServices = {
  notifications: {
    request: z.object({ limit: z.int().min(1).max(500).default(100) }),
    answer: z.object({
      ok: z.literal(true),
      channels: z.array(
        z.object({
          name: z.string(),
          kind: z.string(),
          /** Messages of the last minute, and how many its vendor bears. */
          sent: z.int(),
          budget: z.int(),
          /** Until when it rests because the vendor said too often; null where it does not. */
          pausedUntilMs: z.number().nullable(),
        }),
      ),
      /** `own`: kept by people, and theirs to change; the others are of the configuration. */
      rules: z.array(NotifyRule.extend({ own: z.boolean() })),
      /** Of the rules people keep: 0 where there are none yet. */
      revision: z.int(),
      /** Why the rules people keep could not be read, and none of them is in force; null where they were. */
      rulesFault: z.string().nullable(),
      quiet: z.array(z.object({ from: z.string(), to: z.string() })),
      digestSec: z.int(),
      deliveries: z.array(DeliveryLine),
    }),
  },
  /** One message by a channel, now, past the rules; `held` where the channel bears no more this minute. */
  'notify-test': {
    request: z.object({ channel: z.string().max(40) }),
    answer: z.object({ ok: z.literal(true), outcome: z.string(), why: z.string().nullable(), latencyMs: z.number() }),
  },
  /** The rules people keep, in place of those that stood at `revision`; in force with the answer. */
  'notify-rules': {
    request: z.object({ revision: z.int().nonnegative(), rules: OwnRules.shape.rules }),
    answer: z.object({ ok: z.literal(true), revision: z.int() }),
  },
  /** What a rule would have said yes to, of all alerts of the day so far; nothing is sent, and cooldown and quiet hours are not counted. */
  'notify-try': {
    request: z.object({ rule: NotifyRule }),
    answer: z.object({
      ok: z.literal(true),
      /** Alerts that were looked at: the newest 2,000 of the day at most. */
      of: z.int(),
      matched: z.int(),
      newest: z.array(z.object({ tsMs: EpochMs, title: z.string() })).max(10),
    }),
  },
} as const;
export type NotifyServiceName = keyof typeof notifyServices;
export type ServiceName = keyof typeof services;
export type ServiceRequest<N extends ServiceName> = z.input<(typeof services)[N]['request']>;
export type ServiceAnswer<N extends ServiceName> = z.infer<(typeof services)[N]['answer']>;

export const ServiceError = z.object({ ok: z.literal(false), code: z.string(), message: z.string() });
/** How long an answer is waited for. */
export const serviceMs = 2000;
