/** What the handlers of REST need of the gateway. */
import type { z } from 'zod';
import type { Consumer } from '../../contracts/door.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { ControlReply, ControlRequest } from '../../contracts/process/ask-service.ts';
import type { Tokens } from '../../contracts/process/tokens.ts';
import type { QualityReport } from '../../contracts/quality.ts';
import type {
  lanesService,
  NotifyServiceName,
  notifyServices,
  ServiceAnswer,
  ServiceName,
  ServiceRequest,
  whyService,
} from '../../contracts/services.ts';
import type { Access } from '../auth/access.ts';
import type { DayState } from '../day-state.ts';
import type { MineStore } from '../mine-bucket.ts';
import type { PastDays } from '../past-days.ts';
import type { Values } from '../ws/values.ts';

export type Ready = {
  readonly ready: boolean;
  readonly code?: string;
  readonly why?: string;
  readonly checks: Readonly<Record<string, unknown>>;
};
export type RestContext = {
  readonly day: DayState;
  readonly values: Values;
  readonly ready: () => Ready;
  /** What is known of the run, for people. */
  readonly report: () => Readonly<Record<string, unknown>>;
  /** How good a source was when the feed last said so; null where it has not. */
  readonly qualityOf: (source: string) => QualityReport | null;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly ask: <N extends ServiceName>(name: N, request: ServiceRequest<N>) => Promise<ServiceAnswer<N>>;
  readonly command: (request: ControlRequest) => Promise<ControlReply>;
  readonly access: Access;
  readonly tokens: Tokens;
  /** What each strategy asks of a symbol now. */
  readonly why: (instrument: string) => Promise<z.infer<typeof whyService.answer>>;
  /** Strategies as they run now. */
  readonly lanes: () => Promise<z.infer<typeof lanesService.answer>>;
  /** What the notify role holds. */
  readonly notify: <N extends NotifyServiceName>(
    name: N,
    request: z.input<(typeof notifyServices)[N]['request']>,
  ) => Promise<z.infer<(typeof notifyServices)[N]['answer']>>;
  /** Who is connected to this gateway. */
  readonly consumers: () => readonly Consumer[];
  readonly past: PastDays;
  readonly mine: MineStore;
  /** The configuration in force as it may be shown. */
  readonly config: readonly { readonly key: string; readonly value: unknown; readonly from: string }[];
  readonly version: string;
};

/** @throws FenshiError NOT_READY while the past is being read, or there is none */
export function readDay(day: DayState): DayState {
  if (!day.caughtUp || day.step === 0)
    throw new FenshiError('NOT_READY', day.caughtUp ? 'there is no trading day yet' : 'the journal is being read');
  return day;
}

export const placeOf = ({ epoch, origin, step }: DayState) => ({ epoch, origin, offset: step });

/** The day's strategies with what the commands of the day have made of them. */
export async function runningStrategies({ ask, lanes }: Pick<RestContext, 'ask' | 'lanes'>) {
  const [{ asOf, rows }, now] = await Promise.all([ask('strategies', {}), lanes()]);
  const byId = new Map(now.lanes.map((each) => [each.id, each]));
  return { asOf, rows: rows.map((row) => ({ ...row, isDisabled: false, canaryId: null, models: [], ...byId.get(row.id) })) };
}
