/** What labelled days come to: how often each family speaks, what was said beside what came, and whether base rates hold. */

import { wilson95 } from '../../contracts/wilson.ts';
import { type LabelledEvent, labelledEvents } from '../backtest/label-pool.ts';
import { partsOf, shareOf } from '../backtest/ranking.ts';
import { gridMoves, type Labelled, type LabelledDay } from './labelled-day.ts';

export type Said = {
  readonly stage: 'discovered' | 'confirmed';
  readonly family: string;
  readonly event: LabelledEvent;
  readonly n: number;
  /** Without a label: gaps, the day's end. */
  readonly censored: number;
  /** Means of what was said and of its base rate; null where nothing was said. */
  readonly said: number | null;
  readonly base: number | null;
  readonly came: number;
  readonly came95: readonly [number, number];
};
export type Reliability = {
  readonly event: LabelledEvent;
  readonly n: number;
  readonly base: number;
  readonly fifths: readonly { readonly said: number; readonly came: number }[];
};
export type DaysReport = {
  readonly days: number;
  readonly symbolDays: number;
  /** By strategy and path: signals by phase. */
  readonly signals: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By family: `discovered`, `confirmed`, and ends by reason. */
  readonly opportunities: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly faults: number;
  readonly forecasts: readonly Said[];
  readonly baseRates: readonly Reliability[];
  /** Three minutes after a signal began: mean move along its direction in basis points, and less what the same symbol-day did on average. */
  readonly moves: readonly { readonly of: string; readonly n: number; readonly meanBp: number; readonly excessBp: number }[];
};

type Counts = Record<string, Record<string, number>>;
const count = (into: Counts, key: string, what: string): void => {
  into[key] ??= {};
  into[key][what] = (into[key][what] ?? 0) + 1;
};

export function reportOf(days: readonly LabelledDay[]): DaysReport {
  const signals: Counts = {};
  const opportunities: Counts = {};
  const suppressed: Counts = {};
  let faults = 0;
  for (const entry of days.flatMap(({ entries }) => entries)) {
    if (entry.kind === 'signal') count(signals, `${entry.signal.strategy.id}.${entry.signal.path}`, entry.signal.phase);
    if (entry.kind === 'suppressed') count(suppressed, 'all', entry.reason);
    if (entry.kind === 'fault') faults += 1;
    if (entry.kind !== 'transition' || entry.machine !== 'opportunity' || entry.region !== 'lifecycle') continue;
    const family = String(entry.data.family);
    if (entry.from === null) count(opportunities, family, 'discovered');
    else if (entry.to === 'confirmed') count(opportunities, family, 'confirmed');
    else if (entry.to === 'ended') count(opportunities, family, String(entry.data.endReason));
  }
  const cases = days.flatMap((day) => day.cases);
  return {
    days: days.length,
    symbolDays: days.reduce((sum, { symbols }) => sum + symbols, 0),
    signals,
    opportunities,
    suppressed: suppressed.all ?? {},
    faults,
    forecasts: saidOf(cases),
    moves: movesOf(days),
    baseRates: labelledEvents.flatMap((event) => reliabilityOf(event, cases) ?? []),
  };
}

function movesOf(days: readonly LabelledDay[]): DaysReport['moves'] {
  const mean = (values: readonly number[]): number => values.reduce((sum, bp) => sum + bp, 0) / values.length;
  const signals = days.flatMap(({ moves }) => {
    const usual = (s: number): number => mean(moves.filter((each) => each.of === gridMoves && each.s === s).map(({ bp }) => bp));
    return moves
      .filter(({ of }) => of !== gridMoves)
      .map((each) => ({ ...each, excess: each.bp - (each.of.endsWith(' down') ? -1 : 1) * usual(each.s) }));
  });
  return [...new Set(signals.map(({ of }) => of))].sort().map((of) => {
    const own = signals.filter((each) => each.of === of);
    const known = own.map(({ excess }) => excess).filter((excess) => !Number.isNaN(excess));
    return { of, n: own.length, meanBp: mean(own.map(({ bp }) => bp)), excessBp: mean(known) };
  });
}

function saidOf(cases: readonly Labelled[]): Said[] {
  const families = [...new Set(cases.flatMap(({ family }) => family ?? []))].sort();
  return (['discovered', 'confirmed'] as const).flatMap((stage) =>
    families.flatMap((family) =>
      labelledEvents.flatMap((event) => {
        const own = cases.filter((each) => each.stage === stage && each.family === family);
        return own.length === 0 ? [] : [saidAbout(stage, family, event, own)];
      }),
    ),
  );
}

function saidAbout(stage: Said['stage'], family: string, event: LabelledEvent, own: readonly Labelled[]): Said {
  const matured = own.filter(({ labels }) => labels[event] === 0 || labels[event] === 1);
  const came = matured.filter(({ labels }) => labels[event] === 1).length;
  const told = matured.flatMap(({ forecasts }) => forecasts.filter((each) => each.event === event && each.p !== null));
  const mean = (pick: (of: (typeof told)[number]) => number): number | null =>
    told.length === 0 ? null : told.reduce((sum, each) => sum + pick(each), 0) / told.length;
  return {
    stage,
    family,
    event,
    n: matured.length,
    censored: own.length - matured.length,
    said: mean(({ p }) => p!),
    base: mean(({ p0 }) => p0),
    came: came / matured.length,
    came95: wilson95(came, matured.length),
  };
}

function reliabilityOf(event: LabelledEvent, cases: readonly Labelled[]): Reliability | null {
  const scored = cases.flatMap(({ stage, forecasts, labels }) => {
    const p0 = forecasts.find((each) => each.event === event)?.p0;
    const label = labels[event];
    return stage !== 'grid' || p0 === undefined || label === null || label === 'censored' ? [] : [{ day: 0, score: p0, came: label === 1 }];
  });
  if (scored.length === 0) return null;
  const fifths = partsOf(scored, 5).map((part) => ({
    said: part.reduce((sum, { score }) => sum + score, 0) / part.length,
    came: shareOf(part),
  }));
  return { event, n: scored.length, base: shareOf(scored), fifths };
}
