/** A gateway as tests want one: its context with nobody behind it, changed in what a test is about. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { Access } from '../../gateway/auth/access.ts';
import type { DayState } from '../../gateway/day-state.ts';
import { metrics, registry } from '../../gateway/metrics.ts';
import { PastDays } from '../../gateway/past-days.ts';
import type { GatewayOptions } from '../../gateway/server.ts';
import { Values } from '../../gateway/ws/values.ts';

const nobody = () => Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'nobody answers in this test'));

export function gatewayOptions(day: DayState, port: number, change: Partial<GatewayOptions> = {}): GatewayOptions {
  const tokens = change.tokens ?? new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-gateway-')));
  return {
    host: '127.0.0.1',
    port,
    day,
    values: new Values(),
    ready: () => ({ ready: day.step > 0, checks: {} }),
    report: () => ({}),
    qualityOf: () => null,
    metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
    ask: nobody,
    command: nobody,
    notify: nobody,
    why: nobody,
    lanes: nobody,
    config: [],
    tokens,
    access: new Access(tokens, { needsToken: false, code: null }),
    past: new PastDays({ days: async () => [], steps: async (date) => Promise.reject(new FenshiError('NOT_FOUND', date)) }, day.run),
    mine: { read: async () => null, write: async (_subject, _mine, revision) => (revision === 0 ? 1 : null) },
    version: 'test',
    measure: metrics,
    onFault: () => undefined,
    onAct: () => undefined,
    ...change,
  };
}
