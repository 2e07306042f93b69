/** REST under /v1, health, metrics and the page. Everything is read from the day's fold. */

import type { TemplatedApp } from 'uWebSockets.js';
import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { FenshiError } from '../../contracts/errors.ts';
import type { DayState } from '../day-state.ts';
import { type Gatekeeper, json, type OnFault, route } from '../http.ts';
import { clientScript } from '../page/client.ts';

const limitMax = 500;
const page = readFileSync(new URL('../page/index.html', import.meta.url), 'utf8');
/** The page's script is inline and its client ours; nothing else may run, load or frame it. */
const pagePolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self' ws:; img-src data:; frame-ancestors 'none'; base-uri 'none'";

export type Ready = () => {
  readonly ready: boolean;
  readonly code?: string;
  readonly why?: string;
  readonly checks: Readonly<Record<string, unknown>>;
};
export type Health = { readonly ready: Ready; readonly report: () => Readonly<Record<string, unknown>>; readonly onFault: OnFault };

export function registerRoutes(
  app: TemplatedApp,
  gatekeeper: Gatekeeper,
  day: DayState,
  registry: Registry,
  { ready, report, onFault }: Health,
): void {
  const get = (pattern: string, handler: Parameters<typeof route>[3]) => route(app, pattern, gatekeeper, handler, onFault);
  get('/', () => ({ type: 'text/html; charset=utf-8', body: page, headers: { 'content-security-policy': pagePolicy } }));
  get('/client.js', () => ({ type: 'text/javascript; charset=utf-8', body: clientScript }));
  get('/healthz', () => ({ body: 'ok\n' }));
  get('/readyz', () => json(ready(), ready().ready ? 200 : 503));
  get('/metrics', async () => ({ type: registry.contentType, body: await registry.metrics() }));
  get('/v1/status', () => json(report()));
  get('/v1/opportunities', ({ query }) => json(list(read(day), query)));
  get('/v1/opportunities/:id', ({ path }) => {
    const found = read(day).book.get(path(0));
    if (found === null) throw new FenshiError('NOT_FOUND', path(0));
    return json({ epoch: day.epoch, origin: day.origin, offset: day.step, item: found });
  });
  get('/*', () => {
    throw new FenshiError('NOT_FOUND', 'no such address');
  });
}

/** @throws FenshiError NOT_READY while the past is being read, or there is none */
function read(day: DayState): DayState {
  if (!day.caughtUp || day.step === 0)
    throw new FenshiError('NOT_READY', day.caughtUp ? 'there is no trading day yet' : 'the journal is being read');
  return day;
}

/** `?state=&symbol=&limit=&cursor=`; newest first, the cursor is the id after which to go on. */
function list(day: DayState, query: URLSearchParams): unknown {
  const limit = Number(query.get('limit') ?? '50');
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) throw new FenshiError('BAD_REQUEST', `limit is 1 to ${limitMax}`);
  const state = query.get('state');
  const symbol = query.get('symbol');
  const all = day.opportunities();
  const cursor = query.get('cursor');
  const after = cursor === null ? -1 : all.findIndex((view) => view.id === Buffer.from(cursor, 'base64url').toString());
  if (cursor !== null && after < 0) throw new FenshiError('BAD_REQUEST', 'unknown or expired cursor');
  const matching = all
    .slice(after + 1)
    .filter((view) => (state === null || view.state === state) && (symbol === null || view.instrument === symbol));
  const items = matching.slice(0, limit);
  const hasMore = limit < matching.length;
  return {
    epoch: day.epoch,
    origin: day.origin,
    offset: day.step,
    items,
    page: { nextCursor: hasMore ? Buffer.from(items.at(-1)!.id).toString('base64url') : null, hasMore, asOf: day.tsMs },
  };
}
