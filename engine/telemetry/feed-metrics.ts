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
    help: 'Request to last byte',
    labelNames: ['source', 'endpoint'],
    buckets: seconds,
    registers,
  }),
  rows: new Counter({
    name: 'fenshi_source_rows_total',
    help: 'Rows by fate: new, or older than what is known',
    labelNames: ['source', 'fate'],
    registers,
  }),
  rejected: new Counter({
    name: 'fenshi_source_rows_rejected_total',
    help: 'Rows refused by a parser',
    labelNames: ['source', 'reason'],
    registers,
  }),
  boardRefused: new Gauge({
    name: 'fenshi_source_board_refused',
    help: 'Instruments of a board whose rows our parser refuses whole: a fault of the parser',
    labelNames: ['source', 'board', 'reason'],
    registers,
  }),
  odd: new Counter({
    name: 'fenshi_source_odd_total',
    help: 'What came besides the rows: fields of no known layout, rows nobody asked for, names that are no GB18030',
    labelNames: ['source', 'endpoint', 'what'],
    registers,
  }),
  missing: new Gauge({
    name: 'fenshi_source_missing_ratio',
    help: 'Share of the asked instruments that the last sweep did not get',
    labelNames: ['source'],
    registers,
  }),
  age: new Histogram({
    name: 'fenshi_source_quote_age_seconds',
    help: 'Exchange stamp to receipt of new rows',
    labelNames: ['source'],
    buckets: seconds,
    registers,
  }),
  poll: new Histogram({
    name: 'fenshi_source_poll_phase_seconds',
    help: 'Of the age of new rows, at most our polling: since the symbol was last looked at',
    labelNames: ['source'],
    buckets: seconds,
    registers,
  }),
  flows: new Counter({ name: 'fenshi_source_flows_total', help: 'Money-flow rows collected', registers }),
  push: new Gauge({ name: 'fenshi_source_push_connected', help: '1 while a source pushes rows', labelNames: ['source'], registers }),
  pushed: new Counter({
    name: 'fenshi_source_pushed_rows_total',
    help: 'Rows a source pushed, whether they went to the tape or were compared',
    labelNames: ['source'],
    registers,
  }),
  active: new Gauge({ name: 'fenshi_source_active', help: '1 for the source the market is taken from', labelNames: ['source'], registers }),
  circuit: new Gauge({
    name: 'fenshi_source_circuit_state',
    help: '0 closed, 1 open, 2 half open',
    labelNames: ['source', 'endpoint'],
    registers,
  }),
  stale: new Gauge({
    name: 'fenshi_source_stale_seconds',
    help: 'Since the large caps last changed; 0 outside trading',
    labelNames: ['source'],
    registers,
  }),
  rate: new Gauge({
    name: 'fenshi_source_rate_share',
    help: 'Share of the full request rate that is allowed now',
    labelNames: ['source', 'host'],
    registers,
  }),
  disputed: new Gauge({ name: 'fenshi_source_disputed', help: 'Instruments on which two sources disagree', registers }),
  hedged: new Gauge({ name: 'fenshi_source_hedged_ratio', help: 'Share of requests for which a second source was asked', registers }),
  quality: new Gauge({
    name: 'fenshi_source_quality',
    help: 'Classes of contracts/quality.ts over the last ten seconds',
    labelNames: ['source', 'class'],
    registers,
  }),
  lost: new Counter({ name: 'fenshi_feed_entries_lost_total', help: 'Batches given up because TAPE would not take them', registers }),
};
