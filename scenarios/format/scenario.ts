/**
 * What a scenario file says: one symbol's day as key moments, and what the engine must make of it.
 *
 * Layout   `key: value` lines, then tables; `#` starts a comment. README.md beside this file explains each column
 * Times    seconds of the Shanghai day; prices Milli; money yuan; shares of 1
 */
import type { DayConfig } from '../../contracts/bundle.ts';
import type { Command } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';

export const segmentWords = ['silent', 'halted', 'locked', 'thin'] as const;
/** How the feed shows the stretch that ends at a row: nothing comes, halted rows, nobody asks, a fortieth of the usual book. */
export type SegmentWord = (typeof segmentWords)[number];

/** From the row before to this one the price moves straight to `lastMilli`, trading `yuanPerMin`, `bought` of it at the ask. */
export type Frame = {
  readonly sec: number;
  readonly lastMilli: number;
  readonly yuanPerMin: number;
  readonly bought: number;
  readonly word: SegmentWord | null;
};
/** The market's change since the previous close at a moment, as a fraction. */
export type MarketFrame = { readonly sec: number; readonly change: number };
export type ScenarioEvent = { readonly sec: number; readonly event: 'restart' | Command };

export type Scenario = {
  readonly name: string;
  readonly title: string;
  /** The first detector it is about: `refused` counts its refusals. Those that are not named are off. */
  readonly detector: string;
  readonly why: string;
  readonly date: TradeDate;
  readonly no: number;
  readonly preCloseMilli: number;
  readonly adv20Yuan: number;
  readonly listingDayN: number | null;
  readonly riskWarning: boolean;
  readonly config: DayConfig;
  /** Other symbols that move with the market, all alike. */
  readonly others: number;
  readonly market: readonly MarketFrame[];
  readonly frames: readonly Frame[];
  readonly events: readonly ScenarioEvent[];
  /** Lines as `observed` prints them. */
  readonly expected: readonly string[];
  /** Gates or conditions that must have refused at least one quote. */
  readonly refused: readonly string[];
};
