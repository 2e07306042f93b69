/**
 * What is listed and at which reference price, from whichever source answers: the preferred one, and where it fails or lacks a row the
 * next. Sina has no list of its own; Eastmoney's pages carry list, reference price and float in one.
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { quoteFlag } from '../../../contracts/quote.ts';
import { tradeDateOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import type { Listed, Reference } from '../../reference/pre-open.ts';
import type { SourceQuote } from '../adapter.ts';
import type { Patience, SourceClient } from '../collector/client.ts';
import { type Paged, readPages } from '../collector/pages.ts';
import { eastmoney } from '../eastmoney/adapter.ts';
import { emQuotePage, pageRows } from '../eastmoney/quotes.ts';
import type { MarketSource } from '../market-sources.ts';
import { sinaQuotes } from '../sina/quotes.ts';
import { tencentMembers } from '../tencent/boards.ts';
import { tencentQuotes } from '../tencent/quotes.ts';

export type MarketClients = Partial<Readonly<Record<MarketSource, SourceClient>>>;
const rankRows = 200;
const quotesOf = { tencent: tencentQuotes, sina: sinaQuotes, eastmoney: eastmoney.quotes } as const;

const bare = (no: number, name: string): Listed => ({ no, name, industry: null, listDate: null, floatShares: null });

/** All A-shares as a source lists them; null for one that has no list. @throws FenshiError SOURCE_* */
export async function listedBy(name: MarketSource, client: SourceClient, patience: Patience): Promise<Paged<Listed> | null> {
  if (name === 'sina') return null;
  if (name === 'tencent') {
    const ranked = await readPages((_, offset) => client.persist(tencentMembers, { board: 'aStock', offset, count: rankRows }, patience), {
      keyOf: ({ instrumentNo }) => instrumentNo,
      size: rankRows,
    });
    return { ...ranked, rows: ranked.rows.map(({ instrumentNo, name: own }) => bare(instrumentNo, own)) };
  }
  const pages = await readPages((page) => client.persist(emQuotePage, { page: page + 1 }, patience), {
    keyOf: ({ quote }: SourceQuote) => quote.instrumentNo,
    size: pageRows,
  });
  return {
    ...pages,
    rows: pages.rows.map(({ quote, name: own, floatShares }) => ({ ...bare(quote.instrumentNo, own ?? ''), floatShares })),
  };
}

/** From rows as they stand: today's carry today's reference and limits, an earlier day's only a close. */
export function referenceOf({ quote, floatShares }: SourceQuote, date: TradeDate): Reference {
  const day = tradeDateOf(quote.tsExchangeMs);
  const isToday = day === date;
  return {
    preCloseMilli: isToday ? quote.preCloseMilli : (quote.lastMilli ?? quote.preCloseMilli),
    limitUpMilli: isToday ? quote.limitUpMilli : null,
    limitDownMilli: isToday ? quote.limitDownMilli : null,
    noLimit: isToday && (quote.flags & quoteFlag.noLimit) !== 0,
    floatShares,
    date: day,
  };
}

/** Adds what one source tells of the instruments; keeps what came before it failed. @throws FenshiError SOURCE_* */
export async function addReferences(
  to: Map<number, Reference>,
  name: MarketSource,
  client: SourceClient,
  instruments: readonly number[],
  date: TradeDate,
  patience: Patience,
): Promise<number> {
  const endpoint = quotesOf[name];
  let told = 0;
  for (let from = 0; from < instruments.length; from += endpoint.batch) {
    const { rows } = await client.persist(endpoint, { instruments: instruments.slice(from, from + endpoint.batch) }, patience);
    for (const row of rows) to.set(row.quote.instrumentNo, referenceOf(row, date));
    told += rows.length;
  }
  return told;
}

/** Runs `ask` over the sources in their order until one gives something; what each failed with goes to `failed`. */
export async function firstOf<T>(
  clients: MarketClients,
  order: readonly MarketSource[],
  ask: (name: MarketSource, client: SourceClient) => Promise<T | null>,
  failed: (name: MarketSource, error: FenshiError) => void,
): Promise<{ readonly name: MarketSource; readonly value: T } | null> {
  for (const name of order) {
    const client = clients[name];
    if (client === undefined) continue;
    try {
      const value = await ask(name, client);
      if (value !== null) return { name, value };
    } catch (error) {
      if (!(error instanceof FenshiError)) throw error;
      failed(name, error);
    }
  }
  return null;
}
