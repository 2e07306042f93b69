/**
 * The parts of a pre-open bundle (engine/reference/pre-open.ts), each from the first that has it: Tushare where there is a token, the
 * sources in their order, the bundle of the day before, the library. What nobody told is said in the vendors' own words.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Bundle, Sector } from '../../../contracts/bundle.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { instrumentNo, type TradeDate } from '../../../contracts/units.ts';
import type { Listed, PreOpenSources, Reference } from '../../reference/pre-open.ts';
import type { Store } from '../../store/client.ts';
import type { Patience, SourceClient } from '../collector/client.ts';
import { readPages } from '../collector/pages.ts';
import type { MarketSource } from '../market-sources.ts';
import { type TushareApis, type TushareRow, tushareApis, tusharePageRows } from '../tushare/apis.ts';
import { libraryCloses, libraryHistory, libraryNames, librarySectors } from './library.ts';
import { addReferences, firstOf, listedBy, type MarketClients } from './market.ts';

export type ReferenceFrom = {
  readonly clients: MarketClients;
  /** Preferred first. */
  readonly order: readonly MarketSource[];
  readonly tushare: { readonly client: SourceClient; readonly token: string } | null;
  readonly library: Store | null;
  /** The bundle of the newest day before: names, should nobody else tell them. */
  readonly previous: Bundle | null;
  /** One instrument id a line. */
  readonly monitoredFile: string | null;
  readonly signal?: AbortSignal;
};
/** An opening waits so long for one question's turn; what takes longer is left out and said. */
const maxWaitMs = 20_000;
/** 99,999.99 and the like: how Tushare says that there is no limit. */
const unlimitedMilli = 90_000_000;

export function referenceSources(from: ReferenceFrom): PreOpenSources {
  const { library, monitoredFile } = from;
  const asked = new Asked(from);
  return {
    remarks: () => asked.remarks,
    openedWith: () => asked.told,
    listed: () => asked.listed(),
    references: (instruments, date) => asked.references(instruments, date),
    history: (instruments, date) => (library === null ? Promise.resolve(new Map()) : libraryHistory(library, new Set(instruments), date)),
    closes: (instruments, date) => (library === null ? Promise.resolve(new Map()) : libraryCloses(library, new Set(instruments), date)),
    sectors: (date) => asked.sectors(date),
    monitored: async () => (monitoredFile !== null && existsSync(monitoredFile) ? idsIn(readFileSync(monitoredFile, 'utf8')) : []),
  };
}

const idsIn = (text: string): number[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(instrumentNo);

/** One opening's questions, what failed of them, and what each part came from. */
class Asked {
  readonly #from: ReferenceFrom;
  readonly #api: TushareApis | null;
  readonly #patience: Patience;
  readonly remarks: string[];
  readonly told: Record<string, string> = {};
  #industries: readonly Listed[] = [];

  constructor(from: ReferenceFrom) {
    this.#from = from;
    this.#api = from.tushare === null ? null : tushareApis(from.tushare.token);
    this.#patience = { maxWaitMs, ...(from.signal === undefined ? {} : { signal: from.signal }) };
    this.remarks =
      from.library === null ? ['The library is held by another command or cannot be opened: nothing of earlier days is known.'] : [];
  }

  readonly #failed =
    (what: string) =>
    (name: string, error: FenshiError): void =>
      void this.remarks.push(`${what} unavailable from ${name} (${error.message}).`);

  async listed(): Promise<readonly Listed[]> {
    const known = this.#from.library === null ? [] : await libraryNames(this.#from.library);
    const rows = await this.#currentList();
    if (rows.length > 0) return rows.map(filledFrom(known, this.#from.previous));
    const { previous } = this.#from;
    if (previous !== null) {
      this.told.instruments = `the bundle of ${previous.tradeDate}`;
      this.remarks.push(
        `Nobody lists today's instruments: those of ${previous.tradeDate} stand in, and what was listed since is not followed.`,
      );
      return previous.instruments.map((each) => filledFrom(known, previous)(listedIn(each)));
    }
    if (known.length === 0) return [];
    const asOf = known.reduce((newest, { asOf }) => (newest.localeCompare(asOf) < 0 ? asOf : newest), '');
    this.told.instruments = `the library's list of ${asOf}`;
    this.remarks.push(
      `Nobody lists today's instruments: the library's list of ${asOf} stands in, and what was listed since is not followed.`,
    );
    return known;
  }

  /** Today's list from whoever tells it; empty when nobody does. */
  async #currentList(): Promise<readonly Listed[]> {
    const basic = await this.#tushare('stockBasic', { list_status: 'L' }, (row) => row.instrumentNo);
    if (basic !== null && basic.length > 0) {
      this.told.instruments = 'tushare';
      this.#industries = basic.map(({ instrumentNo: no, name, industry, listDate }) => ({
        no,
        name: name ?? '',
        industry,
        listDate,
        floatShares: null,
      }));
      return this.#industries;
    }
    const { clients, order } = this.#from;
    const found = await firstOf(
      clients,
      order,
      (name, client) => listedBy(name, client, this.#patience),
      this.#failed('The list of instruments'),
    );
    if (found === null) return [];
    const { rows, whole } = found.value;
    this.told.instruments = found.name;
    if (!whole) this.remarks.push(`The list of ${found.name} ended after ${rows.length} instruments without saying that it was whole.`);
    return rows;
  }

  async references(instruments: readonly number[], date: TradeDate): Promise<ReadonlyMap<number, Reference>> {
    const found = new Map<number, Reference>();
    const limits = (await this.#tushare('stkLimit', { trade_date: date }, (row) => row.instrumentNo)) ?? [];
    const parts: string[] = [];
    for (const name of this.#from.order) {
      const client = this.#from.clients[name];
      const missing = instruments.filter((no) => !found.has(no));
      if (client === undefined || missing.length === 0) continue;
      await addReferences(found, name, client, missing, date, this.#patience).catch((error: unknown) => {
        if (!(error instanceof FenshiError)) throw error;
        this.#failed('Reference prices')(name, error);
      });
      const told = missing.filter((no) => found.has(no)).length;
      if (told > 0) parts.push(`${name} ${told}`);
    }
    const byRecord = limits.filter(({ instrumentNo: no }) => found.has(no) || instruments.includes(no));
    for (const row of byRecord) found.set(row.instrumentNo, recorded(row, found.get(row.instrumentNo), date));
    if (byRecord.length > 0) parts.unshift(`tushare ${byRecord.length}`);
    const rest = instruments.filter((no) => !found.has(no));
    if (rest.length > 0 && this.#from.library !== null) {
      const closes = await libraryCloses(this.#from.library, new Set(rest), date);
      for (const [no, [newest]] of closes) if (newest !== undefined) found.set(no, closeOf(newest.closeMilli, newest.date));
      if (closes.size > 0) parts.push(`closes of the library ${closes.size}`);
    }
    this.told.references = parts.length === 0 ? 'nobody' : parts.join(', ');
    return found;
  }

  async sectors(date: TradeDate): Promise<readonly Sector[]> {
    const own = industrySectors(this.#industries, date);
    const known = this.#from.library === null ? [] : await librarySectors(this.#from.library, date);
    return own.length === 0 ? known : [...own, ...known.filter(({ kind }) => kind !== 'industry')];
  }

  /** A whole table of Tushare; null without a token or where it refuses, which is said in its words. */
  async #tushare<K extends 'stockBasic' | 'stkLimit'>(
    api: K,
    params: Readonly<Record<string, string>>,
    keyOf: (row: TushareRow<K>) => number,
  ): Promise<readonly TushareRow<K>[] | null> {
    if (this.#api === null) return null;
    const { client } = this.#from.tushare!;
    const endpoint = this.#api[api] as unknown as Parameters<SourceClient['persist']>[0];
    const size = tusharePageRows[api];
    try {
      const table = await readPages(
        async (page, offset) =>
          (await client.persist(endpoint, page === 0 ? params : { ...params, offset, limit: size }, this.#patience)) as unknown as {
            readonly rows: readonly TushareRow<K>[];
            readonly rejected: [];
          },
        { keyOf, size },
      );
      const anomalies = table.rejected.filter(({ reason }) => reason === 'DATE').length;
      if (anomalies > 0)
        this.remarks.push(`Tushare ${endpoint.name} told ${anomalies} rows of another day than asked for; they were refused.`);
      if (!table.whole) this.remarks.push(`Tushare ${endpoint.name} ended after ${table.rows.length} rows and says there are more.`);
      return table.rows;
    } catch (error) {
      if (!(error instanceof FenshiError)) throw error;
      this.remarks.push(`Tushare ${endpoint.name} unavailable (${error.message}).`);
      return null;
    }
  }
}

const closeOf = (preCloseMilli: number, date: TradeDate): Reference => ({
  preCloseMilli,
  limitUpMilli: null,
  limitDownMilli: null,
  floatShares: null,
  date,
});

/** The exchange's own record of the day over what a quote told. */
function recorded(row: TushareRow<'stkLimit'>, quoted: Reference | undefined, date: TradeDate): Reference {
  const noLimit = (row.limitUpMilli ?? 0) >= unlimitedMilli;
  return {
    preCloseMilli: row.preCloseMilli ?? (quoted?.date === date ? quoted.preCloseMilli : null),
    limitUpMilli: noLimit ? null : row.limitUpMilli,
    limitDownMilli: noLimit ? null : row.limitDownMilli,
    noLimit,
    floatShares: quoted?.floatShares ?? null,
    date,
  };
}

const listedIn = ({ no, name, floatShares, listing }: Bundle['instruments'][number]): Listed => ({
  no,
  name,
  industry: null,
  listDate: null,
  floatShares,
  seasoned: listing === 'seasoned',
});

/** A row of today's list with what earlier days know of the instrument: its industry, its listing date, that it is past its first days. */
function filledFrom(known: readonly Listed[], previous: Bundle | null): (row: Listed) => Listed {
  const byNo = new Map(known.map((each) => [each.no, each]));
  const seasoned = new Set(previous?.instruments.filter(({ listing }) => listing === 'seasoned').map(({ no }) => no));
  return (row) => ({
    ...row,
    industry: row.industry ?? byNo.get(row.no)?.industry ?? null,
    listDate: row.listDate ?? byNo.get(row.no)?.listDate ?? null,
    seasoned: row.seasoned === true || seasoned.has(row.no),
  });
}

/** Today's list by industry: nothing is nearer to the point in time. */
function industrySectors(listed: readonly Listed[], asOf: TradeDate): Sector[] {
  const members = new Map<string, number[]>();
  for (const { no, industry } of listed)
    if (industry !== null && industry !== '') members.set(industry, [...(members.get(industry) ?? []), no]);
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, of]) => ({ code: `I-${name}`, name, kind: 'industry', asOf, members: of }));
}
