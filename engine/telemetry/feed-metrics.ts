/** The feed's Prometheus metrics (contracts/spec/engine.md#metrics). A source and its endpoint are labels, a symbol never. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

const registers = [registry];
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30];

export const feedMetrics = {
  requests: new Counter({
    name: 'fenshi_source_requests_total',
    help: 'Requests by outcome: ok or an error code',
    labelNames: ['source', 'endpoint', 'outcome'],
    registers,
  }),
  duration: new Histogram({
    name: 'fenshi_source_request_duration_seconds',
    help: 'Time from request to last byte',
    labelNames: ['source', 'endpoint'],
    buckets: seconds,
    registers,
  }),
  rows: new Counter({
    name: 'fenshi_source_rows_total',
    help: 'Rows by outcome: new, or not newer than the last one',
    labelNames: ['source', 'fate'],
    registers,
  }),
  rejected: new Counter({
    name: 'fenshi_source_rows_rejected_total',
    help: 'Rows rejected by a parser',
    labelNames: ['source', 'reason'],
    registers,
  }),
  boardRefused: new Gauge({
    name: 'fenshi_source_board_refused',
    help: 'Instruments of a board whose rows are all rejected: a parser fault',
    labelNames: ['source', 'board', 'reason'],
    registers,
  }),
  anomalies: new Counter({
    name: 'fenshi_source_odd_total',
    help: 'Unexpected content in responses: unknown fields, unrequested rows, undecodable names',
    labelNames: ['source', 'endpoint', 'what'],
    registers,
  }),
  missing: new Gauge({
    name: 'fenshi_source_missing_ratio',
    help: 'Fraction of requested instruments missing from the last sweep',
    labelNames: ['source'],
    registers,
  }),
  age: new Histogram({
    name: 'fenshi_source_quote_age_seconds',
    help: 'Age of new rows: exchange timestamp to receipt',
    labelNames: ['source'],
    buckets: seconds,
    registers,
  }),
  poll: new Histogram({
    name: 'fenshi_source_poll_phase_seconds',
    help: 'Upper bound of the polling delay within a new row’s age: seconds since the previous request for the symbol',
    labelNames: ['source'],
    buckets: seconds,
    registers,
  }),
  flows: new Counter({ name: 'fenshi_source_flows_total', help: 'Money-flow rows collected', registers }),
  push: new Gauge({ name: 'fenshi_source_push_connected', help: '1 while a push connection is up', labelNames: ['source'], registers }),
  pushed: new Counter({
    name: 'fenshi_source_pushed_rows_total',
    help: 'Rows received by push, published or only compared',
    labelNames: ['source'],
    registers,
  }),
  active: new Gauge({ name: 'fenshi_source_active', help: '1 for the active source', labelNames: ['source'], registers }),
  circuit: new Gauge({
    name: 'fenshi_source_circuit_state',
    help: '0 closed, 1 open, 2 half open',
    labelNames: ['source', 'endpoint'],
    registers,
  }),
  stale: new Gauge({
    name: 'fenshi_source_stale_seconds',
    help: 'Time since the last change among the large caps; 0 outside trading',
    labelNames: ['source'],
    registers,
  }),
  rate: new Gauge({
    name: 'fenshi_source_rate_share',
    help: 'Currently allowed fraction of the full request rate',
    labelNames: ['source', 'host'],
    registers,
  }),
  disputed: new Gauge({ name: 'fenshi_source_disputed', help: 'Instruments on which two sources disagree', registers }),
  hedged: new Gauge({ name: 'fenshi_source_hedged_ratio', help: 'Fraction of requests hedged to a second source', registers }),
  quality: new Gauge({
    name: 'fenshi_source_quality',
    help: 'Quality classes over the last ten seconds (contracts/quality.ts)',
    labelNames: ['source', 'class'],
    registers,
  }),
  lost: new Counter({ name: 'fenshi_feed_entries_lost_total', help: 'Batches dropped because TAPE did not acknowledge them', registers }),
};
