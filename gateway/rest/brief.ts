/** What stands around an opportunity for its brief: names, the limit, its sector, the quote at hand. What nobody answers is null. */
import { type Around, briefOf } from '../../contracts/brief.ts';
import type { OpportunityView } from '../../contracts/fold.ts';
import type { StateItem } from '../../contracts/stream-items.ts';
import type { DayState } from '../day-state.ts';
import { columnsAsRows } from './columns.ts';
import type { RestContext } from './context.ts';

type Context = Pick<RestContext, 'ask' | 'day'>;
/** `shown`: the day it is of, as of whichever instant. Of the day at hand as it stands there is a quote. */
type Shown = { readonly shown: DayState; readonly isPast: boolean };

export async function briefFor(context: Context, view: OpportunityView, { shown, isPast }: Shown) {
  const { entity, facts } = view;
  const isSymbol = entity.kind === 'symbol';
  const [known, quote] = await Promise.all([
    isSymbol ? instrumentOf(context, entity.key, shown.date) : null,
    isSymbol && !isPast ? quoteOf(context, entity.key) : null,
  ]);
  const instrument = known?.row ?? null;
  const code = isSymbol ? sectorCodeOf(facts.parentId, instrument?.sectors ?? []) : entity.key;
  return briefOf(view, {
    epoch: shown.epoch,
    instrument,
    limit: known?.isOfThen === true ? known.row : null,
    sector: code === null ? null : { id: code, name: await sectorName(context, code), ...stateOf(shown, code) },
    quote,
  });
}

/** As its day had it; where that is not stored, or still read, what it is named today is its name. */
async function instrumentOf({ ask, day }: Context, symbol: string, date: string | null) {
  const of = async (then: { readonly date?: string }) => {
    const answer = await ask('instruments', { instruments: [symbol as never], ...then }).catch(() => null);
    return answer?.rows[0] ?? null;
  };
  const isOther = date !== null && date !== day.date;
  const own = await of(isOther ? { date } : {});
  const known = own ?? (isOther ? await of({}) : null);
  return known === null ? null : { row: known, isOfThen: own !== null };
}

/** How old it is by this machine's clock, so that a feed that stands still ages; of a day that is played its own clock counts. */
async function quoteOf({ ask, day }: Context, symbol: string): Promise<Around['quote']> {
  const answer = await ask('quotes', { instruments: [symbol as never] }).catch(() => null);
  const row = answer === null ? undefined : columnsAsRows(answer.count, answer.columns)[0];
  if (answer === null || row === undefined || typeof row.source !== 'string' || row.source === '') return null;
  const [lastMilli, receivedMs] = [row.lastMilli as number | null, row.tsRecvMs as number | null];
  const nowMs = day.origin === 'live' ? Date.now() : answer.asOf.tsMs;
  return { source: row.source, lastMilli, ageMs: receivedMs === null ? null : Math.max(0, nowMs - receivedMs) };
}

/** The sector whose opportunity it is a part of, else the first it is a member of. */
function sectorCodeOf(parentId: unknown, sectors: readonly string[]): string | null {
  const parts = typeof parentId === 'string' ? parentId.split('.') : [];
  return sectors.find((code) => parts.includes(code)) ?? sectors[0] ?? null;
}

async function sectorName({ ask }: Context, code: string): Promise<string | null> {
  const answer = await ask('sectors', {}).catch(() => null);
  return answer?.rows.find((each) => each.code === code)?.name ?? null;
}

function stateOf(shown: DayState, code: string) {
  const found = (shown.itemsOf('sectors') as readonly StateItem[]).find(({ actor }) => actor === `sector.${code}`);
  return { state: found?.state ?? null, facts: found?.facts ?? null };
}
