/** Health, metrics, and what the API says of itself. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ErrorCode, errorCodes, FenshiError } from '../../contracts/errors.ts';
import { ok, type Route, route } from '../http/table.ts';
import { clientScript } from '../page/client.ts';
import type { RestContext } from './context.ts';

const docsPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const asyncApi = readFileSync(new URL('../../contracts/schemas/asyncapi.json', import.meta.url));

/** `openApi` and `docs` are made from the whole table, which these rows are part of. */
export function systemRoutes(context: RestContext, openApi: () => unknown, docs: () => string): Route[] {
  const common = { method: 'GET', tag: 'system', role: null } as const;
  return [
    route({
      ...common,
      path: '/client.js',
      id: 'getClient',
      summary: 'The stream client for browsers',
      handle: () => ({ type: 'text/javascript; charset=utf-8', body: clientScript }),
    }),
    route({ ...common, path: '/healthz', id: 'getHealth', summary: 'The process lives', handle: () => ({ body: 'ok\n' }) }),
    route({
      ...common,
      path: '/readyz',
      id: 'getReady',
      summary: 'Entries are read, stored and served; 503 with the reason where not',
      answer: z.object({
        ready: z.boolean(),
        code: z.string().optional(),
        why: z.string().optional(),
        checks: z.record(z.string(), z.unknown()),
      }),
      alsoAt: [503],
      handle: () => {
        const ready = context.ready();
        return { status: ready.ready ? 200 : 503, body: ready };
      },
    }),
    route({
      ...common,
      path: '/metrics',
      role: 'viewer',
      id: 'getMetrics',
      summary: 'Prometheus',
      handle: async () => {
        const { type, text } = await context.metrics();
        return { type, body: text };
      },
    }),
    route({
      ...common,
      role: 'viewer',
      path: '/v1/status',
      id: 'getStatus',
      summary: 'What each role says of itself, and one verdict for all',
      answer: z.record(z.string(), z.unknown()),
      handle: () => ok(context.report()),
    }),
    route({
      ...common,
      role: 'operator',
      path: '/v1/config',
      id: 'getConfig',
      summary: 'The configuration in force: each value and where it came from; secrets are hidden',
      answer: z.object({ items: z.array(z.object({ key: z.string(), value: z.unknown(), from: z.string() })) }),
      handle: async () => ok({ items: await configInForce(context) }),
    }),
    route({
      ...common,
      path: '/v1/stream',
      id: 'getStream',
      summary: 'The WebSocket; see protocol.md',
      codes: ['UPGRADE_REQUIRED'],
      handle: () => {
        throw new FenshiError('UPGRADE_REQUIRED', 'a WebSocket with subprotocol fenshi.v1.json or fenshi.v1.msgpack');
      },
    }),
    // served by http/events.ts, which answers GET before this row is asked
    route({
      ...common,
      role: 'viewer',
      path: '/v1/events',
      id: 'getEvents',
      summary: 'A journaled channel as server-sent events (`ch`, filters as of opportunities); Last-Event-ID resumes',
      codes: ['NOT_READY', 'UNKNOWN_CHANNEL'],
      handle: () => {
        throw new FenshiError('BAD_REQUEST', 'GET with Accept: text/event-stream');
      },
    }),
    route({ ...common, path: '/v1/openapi.json', id: 'getOpenApi', summary: 'This API as OpenAPI 3.1', handle: () => ok(openApi()) }),
    route({
      ...common,
      path: '/v1/asyncapi.json',
      id: 'getAsyncApi',
      summary: 'The subjects and the stream as AsyncAPI',
      handle: () => ({ type: 'application/json', body: asyncApi }),
    }),
    route({ ...common, path: '/docs', id: 'getDocs', summary: 'This API as a page', handle: () => html(docs(), docsPolicy) }),
    route({
      ...common,
      path: '/problems/{code}',
      id: 'getProblem',
      summary: 'What a problem means',
      params: z.strictObject({ code: z.string().max(60) }),
      answer: z.object({ code: z.string(), meaning: z.string(), retryable: z.boolean(), status: z.int() }),
      codes: ['NOT_FOUND'],
      handle: ({ params: { code } }) => {
        const known = code.toUpperCase().replaceAll('-', '_') as ErrorCode;
        if (!Object.hasOwn(errorCodes, known)) throw new FenshiError('NOT_FOUND', code);
        return ok({ code: known, ...errorCodes[known] });
      },
    }),
  ];
}

const html = (body: string, policy: string) => ({ type: 'text/html; charset=utf-8', body, headers: { 'content-security-policy': policy } });

/** As the run began, and over it what the day goes by: by its bundle (`day`), or by a command. While the engine is away, what it began with. */
async function configInForce({ config, lanes }: RestContext): Promise<RestContext['config']> {
  const settings = await lanes().then(
    (answer) => answer.settings,
    () => null,
  );
  if (settings === null) return config;
  const { changed, ...sections } = settings;
  const now = new Map<string, unknown>(
    Object.entries(sections).flatMap(([section, values]) => Object.entries(values).map(([name, value]) => [`${section}.${name}`, value])),
  );
  return config.map((item) => {
    if (changed.includes(item.key)) return { ...item, value: now.get(item.key), from: 'control' };
    return now.has(item.key) && now.get(item.key) !== item.value ? { ...item, value: now.get(item.key), from: 'day' } : item;
  });
}
