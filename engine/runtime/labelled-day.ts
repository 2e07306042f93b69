/**
 * A day through the whole engine, with what came of all it concluded: each opportunity's labels from its birth and from its confirmation, and
 * those of a grid of moments that nothing chose, every five minutes of every symbol.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { baseRateAt, type Forecast, type ForecastEvent } from '../../contracts/forecast.ts';
import { tickMilli } from '../../contracts/instruments.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { type Decision, LabelPool, type Labels } from '../backtest/label-pool.ts';
import { MidMoves, type Moved } from '../backtest/mid-moves.ts';
import { Cell } from '../cell/cell.ts';
import { at } from '../features/rings.ts';
import { knowledgeOf } from '../opportunities/confidence.ts';
import { costOf } from '../opportunities/plan.ts';

type Transition = Extract<JournalEntry, { kind: 'transition' }>;
/** `stage`: when it was decided; `grid` for moments that nothing chose. */
export type Labelled = {
  readonly date: string;
  readonly symbol: string;
  readonly tsMs: number;
  readonly stage: 'discovered' | 'confirmed' | 'grid';
  readonly opportunity: string | null;
  readonly family: string | null;
  readonly forecasts: readonly Pick<Forecast, 'event' | 'p' | 'p0'>[];
  readonly labels: Labels;
};
export type LabelledDay = {
  readonly date: string;
  /** Symbols with a quote in continuous trading. */
  readonly symbols: number;
  readonly entries: readonly JournalEntry[];
  readonly cases: readonly Labelled[];
  /** Three minutes after each signal that began, along its direction, and after each moment of the grid, upward. */
  readonly moves: readonly Moved[];
};

type Stage = Omit<Labelled, 'labels'>;
const gridSec = 300;
/** What money flow is judged by. */
const moveSec = 180;
export const gridMoves = 'grid';
const freshSec = 60;

export async function labelledDay(bundle: Bundle, tape: Iterable<TapeEntry> | AsyncIterable<TapeEntry>): Promise<LabelledDay> {
  const cell = new Cell(bundle);
  const pool = new LabelPool<Decision & { readonly of: Stage }>((entry) => costOf(entry, bundle.config.opportunities));
  const grid = new Grid(cell);
  const entries: JournalEntry[] = [];
  const moves = new MidMoves(moveSec);
  for await (const entry of tape) {
    const { draft } = cell.apply(entry);
    for (const concluded of draft?.entries ?? []) {
      entries.push(concluded);
      const decision = decisionOf(cell, concluded);
      if (decision !== null) pool.open(decision);
      openMove(cell, moves, concluded);
    }
    if (entry.type !== 'clock') continue;
    for (const decision of grid.due()) {
      pool.open(decision);
      moves.open(gridMoves, decision.s, 1, cell.timeMs, decision.midMilli);
    }
    moves.look(cell.timeMs, (s) => freshMid(cell, s));
    pool.look(cell.cleaner.accepted);
  }
  return {
    date: bundle.tradeDate,
    symbols: grid.seen.size,
    entries,
    moves: moves.done,
    cases: pool.matured().map(({ decision, labels }) => ({ ...decision.of, labels })),
  };
}

function openMove(cell: Cell, moves: MidMoves, entry: JournalEntry): void {
  if (entry.kind !== 'signal' || entry.signal.phase !== 'enter' || entry.signal.entity.kind !== 'symbol') return;
  const { strategy, path, direction, entity } = entry.signal;
  const s = cell.market.universe.ids.indexOf(entity.key as never);
  if (s >= 0)
    moves.open(`${strategy.id}.${path} ${direction}`, s, direction === 'up' ? 1 : -1, entry.tsMs, momentOf(cell, s, entry.tsMs).midMilli);
}

/** The middle of a symbol's book; null where its last quote is older than a minute. */
function freshMid(cell: Cell, s: number): number | null {
  const head = cell.features.rings.head[s]!;
  return tsecOf(cell.timeMs) - head * slotSec > freshSec ? null : cell.features.rings.midOf(s);
}

function decisionOf(cell: Cell, entry: JournalEntry): (Decision & { readonly of: Stage }) | null {
  if (!isBirthOrConfirmation(entry)) return null;
  const data = entry.data as { entity: { kind: string; key: string }; family: string; forecasts: Forecast[] };
  const s = cell.market.universe.ids.indexOf(data.entity.key as never);
  if (data.entity.kind !== 'symbol' || s < 0) return null;
  const stage = entry.from === null ? 'discovered' : 'confirmed';
  return {
    ...momentOf(cell, s, entry.tsMs),
    of: {
      date: cell.bundle.tradeDate,
      symbol: data.entity.key,
      tsMs: entry.tsMs,
      stage,
      opportunity: entry.actorId,
      family: data.family,
      forecasts: data.forecasts,
    },
  };
}

const isBirthOrConfirmation = (entry: JournalEntry): entry is Transition =>
  entry.kind === 'transition' &&
  entry.machine === 'opportunity' &&
  entry.region === 'lifecycle' &&
  (entry.from === null || (entry.from === 'discovered' && entry.to === 'confirmed'));

function momentOf(cell: Cell, s: number, decidedMs: number): Decision {
  const { rings } = cell.features;
  const head = rings.head[s]!;
  const base = rings.base(s, head);
  const sigma600 = cell.features.sigma(s, head * slotSec, 600, rings.values[base + at.last]!);
  return { s, decidedMs, midMilli: rings.values[base + at.mid]!, sigma600 };
}

/** Every five minutes of every symbol whose quote is fresh. */
class Grid {
  readonly #cell: Cell;
  readonly #knowledge;
  /** Rows with a quote in continuous trading. */
  readonly seen = new Set<number>();
  #lastTsec = -1;

  constructor(cell: Cell) {
    this.#cell = cell;
    this.#knowledge = knowledgeOf(cell.bundle);
  }

  due(): (Decision & { readonly of: Stage })[] {
    const { timeMs, market, features } = this.#cell;
    const tsec = tsecOf(timeMs);
    if (tsec <= 0 || tsec === this.#lastTsec || tsec % gridSec !== 0 || tsec > 13_860) return [];
    this.#lastTsec = tsec;
    return market.universe.ids.flatMap((symbol, s) => {
      const head = features.rings.head[s]!;
      if (features.rings.lookBack(s, head) < 0) return [];
      this.seen.add(s);
      return tsec - head * slotSec > freshSec ? [] : [this.#decision(s, symbol, tsec)];
    });
  }

  #decision(s: number, symbol: string, tsec: number): Decision & { readonly of: Stage } {
    const { timeMs, bundle } = this.#cell;
    const moment = momentOf(this.#cell, s, timeMs);
    const given = { tickBp: (tickMilli / moment.midMilli) * 10_000, sigma600: moment.sigma600, tsec };
    const forecasts = [...this.#knowledge.baseRates.values()].flatMap((rate) => {
      const p0 = baseRateAt(rate, given);
      return p0 === null ? [] : [{ event: rate.event as ForecastEvent, p: p0, p0 }];
    });
    const of = { date: bundle.tradeDate, symbol, tsMs: timeMs, stage: 'grid', opportunity: null, family: null, forecasts } as const;
    return { ...moment, of };
  }
}
