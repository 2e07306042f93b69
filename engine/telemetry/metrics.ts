/** The engine's Prometheus metrics. Names as contracts/spec/engine.md#metrics; never a label by symbol or opportunity. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });
const registers = [registry];

/** Pipeline buckets: 1 ms to 10 s. */
const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const metrics = {
  restarts: new Gauge({ name: 'fenshi_role_restarts', help: 'Restarts of this role by the supervisor', registers }),
  build: new Gauge({ name: 'fenshi_build_info', help: 'Version of the running code', labelNames: ['version', 'node'], registers }),
  quotes: new Counter({ name: 'fenshi_quotes_ingested_total', help: 'Quotes processed', registers }),
  rejected: new Counter({ name: 'fenshi_quotes_rejected_total', help: 'Quotes quarantined', labelNames: ['source', 'reason'], registers }),
  actorEvents: new Counter({ name: 'fenshi_actor_events_total', help: 'Events delivered to actors', registers }),
  signals: new Counter({
    name: 'fenshi_detector_signals_total',
    help: 'Signals by detector and phase',
    labelNames: ['detector', 'phase'],
    registers,
  }),
  transitions: new Counter({
    name: 'fenshi_opportunity_transitions_total',
    help: 'Transitions of opportunities',
    labelNames: ['from', 'to', 'event'],
    registers,
  }),
  live: new Gauge({ name: 'fenshi_opportunities_live', help: 'Live opportunities', registers }),
  step: new Gauge({ name: 'fenshi_journal_step', help: 'Last acknowledged journal step', registers }),
  lag: new Gauge({ name: 'fenshi_tape_lag_seconds', help: 'Lag: wall clock minus tape time of the last entry', registers }),
  faults: new Counter({ name: 'fenshi_faults_total', help: 'Faults recorded in the journal', labelNames: ['code'], registers }),
  /** `stage`: tape (stored → read), step (read → concluded), commit (concluded → on disk). */
  pipeline: new Histogram({
    name: 'fenshi_pipeline_latency_seconds',
    help: 'Latency by stage',
    labelNames: ['stage'],
    buckets: latencyBuckets,
    registers,
  }),
  checkpoint: new Histogram({
    name: 'fenshi_checkpoint_seconds',
    help: 'Duration of writing a checkpoint',
    buckets: latencyBuckets,
    registers,
  }),
};
