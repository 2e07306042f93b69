/** What REST answers hold, for checks and for OpenAPI. Times are epoch milliseconds, prices Milli (a thousandth of a yuan), money yuan. */
import { z } from 'zod';
import { families, publicStates } from '../../contracts/opportunity.ts';
import { directions } from '../../contracts/signal.ts';
import { origins } from '../../contracts/status.ts';
import { InstrumentId } from '../../contracts/units.ts';

const record = z.record(z.string(), z.unknown());
export const Change = z.object({
  step: z.int(),
  hash: z.string(),
  actorSeq: z.int(),
  tsMs: z.number(),
  region: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  event: z.string(),
  note: z.string().nullable(),
  evidence: z.array(record),
});
export const Listed = z.object({
  id: z.string(),
  entity: record,
  instrument: z.string(),
  direction: z.enum(directions),
  family: z.string(),
  strategies: z.array(z.string()),
  state: z.enum(publicStates),
  path: z.string(),
  risk: z.string(),
  dataState: z.string(),
  openedMs: z.number(),
  updatedMs: z.number(),
  facts: record,
});
/** Of which day, and up to which step of its journal. */
export const place = { epoch: z.string(), origin: z.enum(origins), offset: z.int() };
export const Page = z.object({ nextCursor: z.string().nullable(), hasMore: z.boolean(), asOf: z.number() });
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ ...place, items: z.array(item), page: Page });
export const one = <S extends z.ZodType>(item: S) => z.object({ ...place, item });

export const OpportunityParams = z.strictObject({ id: z.string().min(1).max(96) });
export const SymbolParams = z.strictObject({ symbol: InstrumentId });

/** A list is a name given more than once, or one with commas. */
export const listOf = <S extends z.ZodType<string, string>>(item: S, most: number) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (Array.isArray(given) ? given : given.split(',')))
    .pipe(z.array(item).min(1).max(most));
const many = <S extends z.ZodType<string, string>>(item: S) => listOf(item, 50);
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
export const limitQuery = wholeNumber(1, 500).default(50);
export const cursorQuery = z
  .string()
  .regex(/^[\w-]{1,200}$/)
  .optional();
export const msQuery = wholeNumber(0, 4_102_444_800_000);

/** What was asked, without what was left out. */
export const given = <Q extends object>(query: Q): { [K in keyof Q]?: Exclude<Q[K], undefined> } =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;

export const OpportunitiesQuery = z.strictObject({
  state: many(z.enum(publicStates)).optional(),
  family: many(z.enum(families)).optional(),
  detector: many(z.string().max(96)).optional(),
  /** Its own opportunities and those linked to one as its children. */
  sector: many(z.string().max(40)).optional(),
  symbol: many(InstrumentId).optional(),
  pMin: z
    .string()
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, 'expected 0 to 1')
    .transform(Number)
    .optional(),
  /** `top`: of those that live and pass the best by rank, thirty at most, eight of one industry. */
  list: z.enum(['all', 'top']).default('all'),
  limit: limitQuery,
  cursor: cursorQuery,
});
