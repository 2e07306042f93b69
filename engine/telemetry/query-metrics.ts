/** The query role's Prometheus metrics. */
import { Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

const registers = [registry];
export const queryMetrics = {
  seconds: new Histogram({
    name: 'fenshi_query_seconds',
    help: 'Time from request to reply',
    labelNames: ['service', 'outcome'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  }),
  n: new Gauge({ name: 'fenshi_query_tape_n', help: 'Ordinal of the last tape entry applied by the query role', registers }),
};
