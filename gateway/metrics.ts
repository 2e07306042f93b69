/** The gateway's Prometheus metrics. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });
const registers = [registry];

export const metrics = {
  build: new Gauge({ name: 'fenshi_build_info', help: 'Version of the running code', labelNames: ['version', 'node'], registers }),
  restarts: new Gauge({ name: 'fenshi_role_restarts', help: 'Restarts of this role by the supervisor', registers }),
  connections: new Gauge({ name: 'fenshi_ws_connections', help: 'Open WebSocket connections', registers }),
  sent: new Counter({ name: 'fenshi_ws_messages_sent_total', help: 'Deltas sent', labelNames: ['channel', 'encoding'], registers }),
  refused: new Counter({
    name: 'fenshi_ws_frames_refused_total',
    help: 'Client frames rejected',
    labelNames: ['code'],
    registers,
  }),
  disconnects: new Counter({ name: 'fenshi_ws_disconnects_total', help: 'Closed connections', labelNames: ['code'], registers }),
  requests: new Histogram({
    name: 'fenshi_http_request_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  }),
  step: new Gauge({ name: 'fenshi_gateway_journal_step', help: 'Last applied journal step', registers }),
  /** Tape time of a step to its send: meaningful while the tape runs in real time. */
  behind: new Histogram({
    name: 'fenshi_gateway_step_age_seconds',
    help: 'Lag at send: wall clock minus tape time of the step',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  }),
  /** The last stage of the pipeline; the engine has the ones before it under the same name. */
  pipeline: new Histogram({
    name: 'fenshi_pipeline_latency_seconds',
    help: 'Duration by stage; deliver: journal acknowledged to client socket',
    labelNames: ['stage'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  }),
};
export type GatewayMetrics = typeof metrics;
