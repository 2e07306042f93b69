/** The sources that carry the market, as a day's collector asks them. */
import { feedMetrics } from '../telemetry/feed-metrics.ts';
import { banRule, type CircuitState, usualRule } from './collector/breaker.ts';
import { SourceClient } from './collector/client.ts';
import type { CollectorSource } from './collector/collector.ts';
import { Heartbeat } from './collector/heartbeat.ts';
import { eastmoney } from './eastmoney/adapter.ts';
import { SourceHttp } from './http.ts';
import { sourceRates } from './rates.ts';
import { sina } from './sina/adapter.ts';
import { tencent } from './tencent/adapter.ts';

export const marketAdapters = { tencent, sina, eastmoney } as const;
export type MarketSource = keyof typeof marketAdapters;
export type DaySource = CollectorSource & { readonly http: SourceHttp };
/** A sweep's answer that takes longer is worth less than the next sweep's. */
const sweepMs = 4000;

export type SourceOptions = {
  /** One address in place of all the vendor's hosts: an emulator, a proxy. */
  readonly host: string | null;
  /** Large caps by whose change its heartbeat is felt. */
  readonly watched: readonly number[];
  readonly onState: (endpoint: string, state: CircuitState) => void;
  readonly onAnswer: (ms: number) => void;
  /** Of the source's rates, what is ours now. */
  readonly portion?: (() => number) | undefined;
};

export function openSource(name: MarketSource, { host, watched, onState, onAnswer, portion }: SourceOptions): DaySource {
  const adapter = marketAdapters[name];
  const hosts = host === null ? adapter.hosts : Object.fromEntries(Object.keys(adapter.hosts).map((key) => [key, host]));
  const http = new SourceHttp(hosts, { totalMs: sweepMs });
  const heartbeat = new Heartbeat(watched);
  const client = new SourceClient({
    name,
    http,
    rates: sourceRates[name],
    ...(portion === undefined ? {} : { portion }),
    breaker: name === 'eastmoney' ? banRule : usualRule,
    heartbeat,
    onState,
    onAnswer: (endpoint, outcome, ms) => {
      feedMetrics.requests.inc({ source: name, endpoint, outcome });
      feedMetrics.duration.observe({ source: name, endpoint }, ms / 1000);
      onAnswer(ms);
    },
    onAnomaly: (endpoint, what, count) => feedMetrics.anomalies.inc({ source: name, endpoint, what }, count),
  });
  return { adapter, heartbeat, client, http };
}
