/** The store's Prometheus metrics. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

const registers = [registry];
export const storeMetrics = {
  inserts: new Histogram({
    name: 'fenshi_clickhouse_insert_seconds',
    help: 'Duration of an insert',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  }),
  rows: new Counter({ name: 'fenshi_clickhouse_rows_total', help: 'Rows inserted', labelNames: ['table'], registers }),
  tapeN: new Gauge({ name: 'fenshi_store_tape_n', help: 'Ordinal of the last stored tape entry', registers }),
  step: new Gauge({ name: 'fenshi_store_journal_step', help: 'Last stored journal step', registers }),
  disk: new Gauge({ name: 'fenshi_disk_used_ratio', help: 'Used fraction of the disk that holds the run', registers }),
  failed: new Gauge({ name: 'fenshi_store_days_failed', help: 'Archived days whose replay differs from their journal', registers }),
  days: new Gauge({ name: 'fenshi_store_days_verified', help: 'Archived days whose replay equals their journal', registers }),
};
