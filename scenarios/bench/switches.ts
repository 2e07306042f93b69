/**
 * What a source switch each minute costs: whole generated days asked of the emulated vendors every 3 s through the real parsers, once
 * from Tencent alone and once from Tencent and Sina by turns; both tapes are folded and their signals compared.
 */
import { defaultConfig } from '../../contracts/config.ts';
import { batchOf } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import type { SourceName } from '../../engine/feeds/adapter.ts';
import { LastRows } from '../../engine/feeds/collector/last-rows.ts';
import { sina } from '../../engine/feeds/sina/adapter.ts';
import { tencent } from '../../engine/feeds/tencent/adapter.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { generatedBundle } from '../market/bundle.ts';
import { marketRates } from '../market/episodes.ts';
import { MarketDay } from '../market/market-day.ts';
import { FaultDesk } from '../sources/faults.ts';
import { line } from '../sources/sina.ts';
import { MarketTable } from '../sources/table.ts';
import { tencentRoute } from '../sources/tencent.ts';
import { listingsOf } from '../support/emulated.ts';

const cadenceSec = 3;
/** Two signals are the same when they enter within this time of each other. */
const sameWithinMs = 60_000;
const movedWithinMs = 600_000;

export type SwitchBench = {
  readonly alone: number;
  readonly switched: number;
  /** On the other tape within ten minutes, but not within one. */
  readonly moved: number;
  readonly lost: number;
  readonly gained: number;
  /** The same from Sina alone: what the sources' own difference costs, without a switch. */
  readonly lostBySina: number;
  /** Intervals across a switch: how many, and how many of them unknown. */
  readonly crossed: number;
  readonly unknown: number;
};
type Enter = { readonly key: string; readonly tsMs: number };

export function switchBench(seed: number, count: number): SwitchBench {
  const date = '20261123';
  const market = new MarketDay({ seed, date, day: 0, count, rates: marketRates });
  const table = new MarketTable(date, listingsOf(market));
  const bundle = generatedBundle({ seed, date, issues: market.issues, config: defaultConfig });
  const alone = new Polled(bundle);
  const switched = new Polled(bundle);
  const bySina = new Polled(bundle);
  const turn = (ms: number): Asked => (Math.floor(ms / 60_000) % 2 === 0 ? 'tencent' : 'sina');
  const all = market.issues.map(({ no }) => no);
  const ask = askers(table);
  const midnight = midnightOf(date);
  const both = (entry: TapeEntry): void => [alone, switched, bySina].forEach((each) => void each.cell.apply(entry));
  both({
    type: 'day.open',
    v: 1,
    tsMs: midnight + 8.5 * 3_600_000,
    tradeDate: date,
    bundle: bundleSha(bundle),
    codeVersion: 'bench',
    origin: 'simulated',
  });
  for (let ms = midnight + 8.5 * 3_600_000 + 1000; ms < midnight + 15.5 * 3_600_000; ms += 1000) {
    for (const entry of market.take(ms)) {
      if (entry.type === 'quotes') table.apply(entry.batch);
      else both(entry);
    }
    table.nowMs = ms;
    if ((ms / 1000) % cadenceSec === 0) {
      const [fromTencent, fromSina] = [ask.tencent(all), ask.sina(all)];
      const source = turn(ms);
      alone.polled(fromTencent, 'tencent', ms);
      bySina.polled(fromSina, 'sina', ms);
      switched.polled(source === 'tencent' ? fromTencent : fromSina, source, ms);
    }
    both({ type: 'clock', v: 1, tsMs: ms });
  }
  return {
    alone: alone.enters.length,
    switched: switched.enters.length,
    ...compare(alone.enters, switched.enters),
    lostBySina: compare(alone.enters, bySina.enters).lost,
    crossed: switched.crossed,
    unknown: switched.unknown,
  };
}

type Rows = ReturnType<typeof tencent.quotes.parse>['rows'];
type Asked = 'tencent' | 'sina';

function askers(table: MarketTable): Record<Asked, (all: readonly number[]) => Rows> {
  const faults = new FaultDesk(table);
  const route = tencentRoute(table, faults);
  return {
    tencent: (all) => {
      const { path } = tencent.quotes.request({ instruments: all });
      const answer = route(path, undefined as never, undefined as never, '');
      return tencent.quotes.parse(answer!.body, { instruments: all }).rows;
    },
    sina: (all) => {
      const keys = /list=(.*)$/.exec(sina.quotes.request({ instruments: all }).path)![1]!.split(',');
      const text = keys.map((key) => `var hq_str_${key}="${line(table, faults, key, true)}";\n`).join('');
      return sina.quotes.parse(Buffer.from(text, 'latin1'), { instruments: all }).rows;
    },
  };
}

/** A cell fed from polls, as the collector feeds it: only what is newer and different. */
class Polled {
  readonly enters: Enter[] = [];
  readonly cell: Cell;
  crossed = 0;
  unknown = 0;
  readonly #rows = new LastRows();
  readonly #lastSource = new Map<number, string>();

  constructor(bundle: ConstructorParameters<typeof Cell>[0]) {
    this.cell = new Cell(bundle);
    const { cleaner, features } = this.cell;
    const add = features.add.bind(features);
    features.add = (verdict, batch, i) => {
      const { s, da } = verdict;
      const isCrossed = cleaner.accepted.seen[s] === 1 && this.#lastSource.get(s) !== batch.source;
      this.#lastSource.set(s, batch.source);
      if (isCrossed) this.crossed += 1;
      if (isCrossed && Number.isNaN(da)) this.unknown += 1;
      add(verdict, batch, i);
    };
    this.cell.symbols.observer = {
      signal: (s, detector, { phase }, { tsMs }) => void (phase === 'enter' && this.enters.push({ key: `${detector}|${s}`, tsMs })),
    };
  }

  polled(rows: Rows, source: SourceName, tsMs: number): void {
    const fresh = rows.filter((row) => this.#rows.take(row, source, tsMs) === 'new').map(({ quote }) => quote);
    if (fresh.length > 0) this.cell.apply({ type: 'quotes', tsMs, batch: batchOf(source, tsMs, fresh) });
  }
}

/** Each signal answers for one of the other tape at most: the nearest of its key in time. */
function compare(a: readonly Enter[], b: readonly Enter[]): { lost: number; moved: number; gained: number } {
  const left = new Set(b);
  const unmatched = (of: readonly Enter[], withinMs: number): Enter[] =>
    of.filter(({ key, tsMs }) => {
      const near = [...left].filter((y) => y.key === key && Math.abs(y.tsMs - tsMs) <= withinMs);
      const [nearest] = near.sort((x, y) => Math.abs(x.tsMs - tsMs) - Math.abs(y.tsMs - tsMs));
      return nearest === undefined || !left.delete(nearest);
    });
  const elsewhere = unmatched(a, sameWithinMs);
  const lost = unmatched(elsewhere, movedWithinMs);
  return { lost: lost.length, moved: elsewhere.length - lost.length, gained: left.size };
}
