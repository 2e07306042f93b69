/**
 * What the next open was of names that had closed at their upper limit, by strata of what the close shows (contracts/spec/limit-forecasts.md#strata).
 *
 * gross  mean of next open ÷ its reference price − 1, basis points
 * net    the same less the round trip of a share bought at the close; 95 % of it with days drawn anew
 * gained share whose net is above 0
 */
import { z } from 'zod';
import shipped from './next-open.json' with { type: 'json' };
import { TradeDate } from './units.ts';

const Opened = z.object({ n: z.int(), days: z.int(), grossBp: z.number() });
const Stratum = Opened.extend({ netBp: z.number(), net95: z.tuple([z.number(), z.number()]), gained: z.number() });
export const NextOpens = z.object({
  from: TradeDate,
  to: TradeDate,
  /** All that could have been bought: not one-word. */
  all: Stratum,
  /** A stratum without a case is null. */
  strata: z.object({
    boards: z.array(Stratum.nullable()),
    'first-seal': z.array(Stratum.nullable()),
    'seal-share': z.array(Stratum.nullable()),
  }),
  /** 一字: sealed from the first trade to the last; nothing could be bought. null where there was none. */
  oneWord: Opened.nullable(),
});
export type NextOpens = z.infer<typeof NextOpens>;
export type StratumFacts = z.infer<typeof Stratum>;

/** Of the whole market's recorded days. They decide nothing: they are shown beside the day's sealed names. */
export const NextOpenFacts = NextOpens.extend({ source: z.literal('real-bars'), data: z.string() });
export const nextOpenFacts = NextOpenFacts.parse(shipped);
