/** The store's Prometheus metrics. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

const registers = [registry];
export const storeMetrics = {
  inserts: new Histogram({
    name: 'fenshi_clickhouse_insert_seconds',
    help: 'Time of an insert',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  }),
  rows: new Counter({ name: 'fenshi_clickhouse_rows_total', help: 'Rows stored', labelNames: ['table'], registers }),
  tapeN: new Gauge({ name: 'fenshi_store_tape_n', help: 'Last entry of the tape that is stored', registers }),
  step: new Gauge({ name: 'fenshi_store_journal_step', help: 'Last journal step that is stored', registers }),
  disk: new Gauge({ name: 'fenshi_disk_used_ratio', help: 'Share of the disk under the run that is used', registers }),
  failed: new Gauge({ name: 'fenshi_store_days_failed', help: 'Days whose files did not replay to their journal', registers }),
  days: new Gauge({ name: 'fenshi_store_days_verified', help: 'Days whose files were replayed and compared', registers }),
};
