/** What the cockpit reads, as the contracts have it. */

import type { z } from 'zod';
import type { Consumer, Mark } from '../../../../contracts/door.ts';
import type { ListedOpportunity, OpportunityEvent } from '../../../../contracts/fold.ts';
import type { Forecast } from '../../../../contracts/forecast.ts';
import type { NextOpenFacts } from '../../../../contracts/next-open.ts';
import type { Asking, QualityClass } from '../../../../contracts/quality.ts';
import type { lanesService, notifyServices, ServiceAnswer } from '../../../../contracts/services.ts';
import type { StageLatency, StorageReport } from '../../../../contracts/status.ts';
import type { StateItem, StrategyItem } from '../../../../contracts/stream-items.ts';
import type { AvailabilityReport, Outage } from '../../../availability.ts';

export type { Consumer, Forecast, Mark, StateItem, StrategyItem };
export type Evidence = OpportunityEvent['evidence'][number];
export type Change = OpportunityEvent;
export type Plan = {
  readonly entryMilli: number;
  readonly stopMilli: number;
  readonly target1Milli: number;
  readonly target2Milli: number;
  readonly sigmaH: number;
  readonly rewardRisk: number;
};
export type Track = { readonly variant: string; readonly path: string; readonly score: number | null; readonly raised: boolean };
/** What an opportunity's actor says of itself; journals of before a field was there lack it. */
export type Facts = {
  readonly tracks?: Readonly<Record<string, Track>>;
  readonly forecasts?: readonly Forecast[];
  readonly p?: number | null;
  readonly p0?: number | null;
  readonly score?: number | null;
  readonly plan?: Plan | null;
  readonly stopMilli?: number | null;
  readonly trailMilli?: number | null;
  readonly peakMilli?: number | null;
  readonly advice?: string;
  readonly risks?: readonly string[];
  readonly rank?: number | null;
  readonly confirmedMs?: number | null;
  readonly endedMs?: number | null;
  readonly endReason?: string | null;
  readonly timers?: Readonly<Record<string, number>>;
  readonly paused?: Readonly<Record<string, number>>;
  readonly parentId?: string | null;
  readonly confidenceSource?: string | null;
};
export type Opportunity = Omit<ListedOpportunity, 'facts'> & { readonly facts: Facts };
export type Told = { readonly seq: number; readonly id: string; readonly change: Change };
export type LiveValues = {
  readonly id: string;
  readonly p: number | null;
  readonly score: number | null;
  readonly peakMilli: number;
  readonly trailMilli: number | null;
  readonly pull: number | null;
  readonly timers?: Readonly<Record<string, number>>;
  readonly paused?: Readonly<Record<string, number>>;
};
export type Quote = {
  readonly symbol: string;
  readonly lastMilli: number | null;
  readonly preCloseMilli: number | null;
  readonly receivedMs: number;
};
export type Instrument = ServiceAnswer<'instruments'>['rows'][number];
export type Overview = Omit<ServiceAnswer<'overview'>, 'ok'>;
export type Ladder = Omit<ServiceAnswer<'ladder'>, 'ok'>;
export type NextOpens = z.infer<typeof NextOpenFacts>;
export type SealRow = ServiceAnswer<'seals'>['rows'][number];
export type Auctions = Omit<ServiceAnswer<'auction'>, 'ok'>;
export type Heatmap = Omit<ServiceAnswer<'heatmap'>, 'ok'>;
/** As they run now, after the commands of the day. */
type Lane = z.infer<typeof lanesService.answer>['lanes'][number];
export type Strategies = {
  readonly rows: readonly (ServiceAnswer<'strategies'>['rows'][number] & Pick<Lane, 'isDisabled' | 'canaryId' | 'models'>)[];
};
export type RoleReport = {
  readonly role: string;
  readonly ready: boolean;
  readonly code: string | null;
  readonly why: { readonly zh: string; readonly en: string } | null;
  readonly ageMs: number;
  readonly stages?: readonly StageLatency[];
};
/** Of a source over the last seconds; what was not measured is not there. */
export type Quality = {
  readonly source: string;
  readonly tsMs: number;
  readonly windowSec: number;
  readonly values: Partial<Readonly<Record<QualityClass, number>>>;
  readonly asking?: Asking | null;
};
export type Notifications = Omit<z.infer<(typeof notifyServices)['notifications']['answer']>, 'ok'>;
export type Report = {
  readonly run: string;
  readonly origin: string | null;
  readonly nowMs: number;
  readonly ready: boolean;
  readonly code: string | null;
  readonly why: { readonly zh: string; readonly en: string } | null;
  readonly tapeMs: number | null;
  readonly source: string | null;
  readonly openedWith: Readonly<Record<string, string>> | null;
  readonly assumed: readonly string[];
  readonly roles: readonly RoleReport[];
  readonly quality?: readonly Quality[];
  readonly availability?: Omit<AvailabilityReport, 'outages'> & {
    readonly outages: readonly (Outage & { readonly why: { readonly zh: string; readonly en: string } })[];
  };
  readonly storage?: StorageReport | null;
  readonly day: { readonly epoch: string; readonly tradeDate: string; readonly step: number; readonly tsMs: number };
};
export const stateChannels = ['market', 'risk', 'sources', 'sectors'] as const;
export type StateChannel = (typeof stateChannels)[number];
export type States = ReadonlyMap<string, StateItem>;
/** A day as it is shown: at hand, or as of an instant. */
export type DayView = {
  readonly epoch: string;
  readonly origin: string;
  readonly offset: number;
  readonly items: ReadonlyMap<string, Opportunity>;
  readonly told: readonly Told[];
  readonly marks: readonly Mark[];
  /** Of each opportunity what its strategies said last, with evidence. */
  readonly reasons: ReadonlyMap<string, Change>;
  readonly states: Readonly<Record<StateChannel, States>>;
  /** Commands about strategies with their answers, and their faults. */
  readonly strategies: readonly StrategyItem[];
};
