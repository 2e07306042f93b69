/**
 * The tape: in order, all that the engine may know. Nothing else feeds a decision.
 *
 * Subject  `tape.v1.<run>.<kind>`
 * n        ordinal since `day.open` (0), given by position, not stored
 * tsMs     when the entry was written: receive time for batches, the wall second for clocks
 */
import { z } from 'zod';
import { decode, encode } from './codec.ts';
import { upcast } from './compat/upcast.ts';
import { ConfigChange } from './config.ts';
import { Entity } from './entity.ts';
import { FlowBatch } from './flow.ts';
import { modelStates } from './model.ts';
import { encodeQuotes, type QuoteBatch, type QuoteScratch, quotesOf } from './quote.ts';
import { directions, Evidence, strategyModes } from './signal.ts';
import { origins } from './status.ts';
import { EpochMs, TradeDate } from './units.ts';

export const DayOpen = z.object({
  type: z.literal('day.open'),
  v: z.literal(1),
  tsMs: EpochMs,
  tradeDate: TradeDate,
  bundle: z.string().length(64),
  codeVersion: z.string(),
  /** Where the day's rows come from. A tape of before this was said is taken for an invented one: never for the real market. */
  /** Absent in tapes of before this was said: taken for simulated, and not hashed. */
  origin: z.enum(origins).optional(),
});
export const DayClose = z.object({ type: z.literal('day.close'), v: z.literal(1), tsMs: EpochMs, tradeDate: TradeDate });
export const ClockEntry = z.object({ type: z.literal('clock'), v: z.literal(1), tsMs: EpochMs });

export const sourceEvents = ['connected', 'failed', 'probing', 'recovered', 'standby', 'active'] as const;
/** A fact the feed decided; the source actor mirrors it. */
export const SourceFact = z.object({
  type: z.literal('source'),
  v: z.literal(1),
  tsMs: EpochMs,
  source: z.string(),
  event: z.enum(sourceEvents),
  reason: z.string().nullable(),
});

/**
 * Figures of a trading account, paper or not, as whoever keeps it tells them: shares of its equity, and stops in a row. Null: not known.
 * What reaches a limit keeps new opportunities from opening (K15); it changes nothing of those that live.
 */
export const AccountFigures = z.object({
  dayLoss: z.number().nullable(),
  drawdown: z.number().nullable(),
  largest: z.number().nullable(),
  stopsInRow: z.int().nonnegative().nullable(),
});
export type AccountFigures = z.infer<typeof AccountFigures>;

/** What an operator, a supervisor or a worker may ask. Each concludes `{commandId, accepted, code}` in the journal. */
export const Command = z.discriminatedUnion('name', [
  z.object({ name: z.literal('dismiss'), opportunity: z.string() }),
  z.object({ name: z.literal('risk'), scope: z.string(), level: z.int().min(0).max(3), policy: z.enum(['end', 'hold']) }),
  /** For ten minutes the watches of the scope count for no more than this level; 3 takes an override back. */
  z.object({ name: z.literal('override'), scope: z.string(), level: z.int().min(0).max(3) }),
  z.object({ name: z.literal('account'), figures: AccountFigures }),
  /** By the strategy's id. */
  z.object({ name: z.enum(['disable', 'enable']), detector: z.string() }),
  z.object({ name: z.literal('promote'), strategy: z.string(), mode: z.enum(strategyModes) }),
  /** The whole parameters and their hash; what is running goes on under them. `from`: the hash of those they were made of, refused where others run by now. */
  z.object({
    name: z.literal('params'),
    strategy: z.string(),
    params: z.record(z.string(), z.unknown()),
    paramHash: z.string(),
    from: z.string().optional(),
  }),
  /** From here on the maps of a model that the day's bundle has, whatever it was before; null: the strategy's own again. */
  z.object({ name: z.literal('model'), strategy: z.string(), modelId: z.string().nullable() }),
  /** A step of a model's life: refused where it is not one of its next. */
  z.object({ name: z.literal('stage'), strategy: z.string(), modelId: z.string(), state: z.enum(modelStates) }),
  /** Values of the configuration that the day's decisions are made by: from here on these, what is left out as it was. */
  z.object({ name: z.literal('config'), config: ConfigChange }),
  /** What was let speak last is retired, and who spoke before speaks again. */
  z.object({ name: z.literal('rollback'), strategy: z.string() }),
  /** Instrument numbers whose features VIEW publishes, in place of those before. Changes nothing that is decided. */
  z.object({ name: z.literal('watch'), instruments: z.array(z.int()).max(500) }),
  /** Names entry `n` of that day: it is passed over undecoded. */
  z.object({ name: z.literal('skip'), tradeDate: TradeDate, n: z.int().nonnegative() }),
  z.object({ name: z.literal('fence') }),
]);
export type Command = z.infer<typeof Command>;
/** What a later version may ask: it is answered `accepted: false`, and stops nobody. */
const Unknown = z.looseObject({ name: z.string() }).transform(({ name }) => ({ name: 'unknown' as const, asked: name }));
const AnyCommand = z.union([Command, Unknown]);
export type AnyCommand = z.infer<typeof AnyCommand>;
export const Control = z.object({ type: z.literal('control'), v: z.literal(1), tsMs: EpochMs, commandId: z.string(), command: AnyCommand });

/** What a strategy in a process of its own holds of an entity; a level, as a detector's reading is. */
export const ExternalReading = z.object({
  type: z.literal('ext'),
  v: z.literal(1),
  tsMs: EpochMs,
  strategy: z.string(),
  entity: Entity,
  direction: z.enum(directions),
  raised: z.boolean(),
  confirmable: z.boolean(),
  path: z.string(),
  score: z.number().min(0).max(1).nullable(),
  evidence: z.array(Evidence).max(32),
});
export type ExternalReading = z.infer<typeof ExternalReading>;

/** A vendor's own rows of its sectors. Changes are fractions, money yuan; null where the vendor says nothing. */
export const SectorBatch = z.object({
  type: z.literal('sector'),
  v: z.literal(1),
  tsMs: EpochMs,
  source: z.string(),
  rows: z
    .array(
      z.object({
        code: z.string(),
        change: z.number().nullable(),
        amountYuan: z.number().nullable(),
        rising: z.int().nullable(),
        falling: z.int().nullable(),
        leader: z.int().nullable(),
      }),
    )
    .max(2000),
});
export type SectorBatch = z.infer<typeof SectorBatch>;

const Batch = z.object({
  type: z.enum(['quotes', 'index']),
  v: z.literal(1),
  source: z.string(),
  tsMs: EpochMs,
  count: z.int().nonnegative().max(65_536),
  /** Checked column by column in quotesOf. */
  columns: z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null),
});
/** Every body on TAPE as it travels. */
export const TapeBody = z.discriminatedUnion('type', [
  DayOpen,
  DayClose,
  ClockEntry,
  SourceFact,
  Control,
  ExternalReading,
  SectorBatch,
  Batch,
  FlowBatch,
]);

export type QuotesEntry = { readonly type: 'quotes' | 'index'; readonly tsMs: number; readonly batch: QuoteBatch };
export type TapeEntry =
  | z.infer<typeof DayOpen>
  | z.infer<typeof DayClose>
  | z.infer<typeof ClockEntry>
  | z.infer<typeof SourceFact>
  | z.infer<typeof Control>
  | FlowBatch
  | ExternalReading
  | SectorBatch
  | QuotesEntry;

/** The subject's last token for each body. */
export const tapeKinds = {
  'day.open': 'day',
  'day.close': 'day',
  clock: 'clock',
  source: 'source',
  control: 'control',
  quotes: 'quote',
  index: 'index',
  flow: 'flow',
  sector: 'sector',
  ext: 'ext',
} as const;

export const encodeTape = (entry: TapeEntry): Uint8Array =>
  entry.type === 'quotes' || entry.type === 'index' ? encodeQuotes(entry.type, entry.batch) : encode(entry);

/**
 * With a scratch, the quotes of the entry are good until the scratch's next one.
 * @throws ZodError or RangeError on a body that is not a tape entry: the tape is corrupt, the reader stops
 */
export function decodeTape(bytes: Uint8Array, scratch?: QuoteScratch): TapeEntry {
  const body = TapeBody.parse(upcast('tape', decode(bytes) as Record<string, unknown>));
  if (body.type === 'flow') return body;
  return 'columns' in body ? { type: body.type, tsMs: body.tsMs, batch: quotesOf(body, scratch) } : body;
}
