/** Metrics of the notify role. */
import { Counter, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

const registers = [registry];
export const notifyMetrics = {
  messages: new Counter({
    name: 'fenshi_notifications_total',
    help: 'Messages by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  }),
  delay: new Histogram({
    name: 'fenshi_notification_delay_seconds',
    help: 'Age of the oldest of what a message tells when it was sent',
    labelNames: ['channel'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  }),
};
