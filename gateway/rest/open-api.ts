/** OpenAPI 3.1 and a reference page, made from the table of routes. */
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../contracts/errors.ts';
import type { Route } from '../http/table.ts';

/** Every route may be refused with these. */
const always: readonly ErrorCode[] = ['HOST_REFUSED', 'ORIGIN_REFUSED', 'TOO_MANY_REQUESTS', 'TOKENS_UNREADABLE', 'INTERNAL', 'DEADLINE'];

type Json = Record<string, unknown>;
/** `io`: what is sent is described as a client writes it. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
};
const openedTo = (role: Route['role']): string => (role === null ? 'everybody' : role);

export function openApiOf(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const row of routes) {
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operationOf(row) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Fenshi',
      version,
      description:
        'Times are epoch milliseconds, prices Milli (a thousandth of a yuan), money yuan. What is unknown is null. Fields may be added; ignore those you do not know. No investment advice.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            instance: { type: 'string' },
            code: { type: 'string', enum: Object.keys(errorCodes) },
            retryable: { type: 'boolean' },
            errors: {
              type: 'array',
              items: { type: 'object', properties: { pointer: { type: 'string' }, message: { type: 'string' } } },
            },
          },
        },
      },
    },
  };
}

/** Every code that a route may be refused with. */
export function refusalsOf({ role, path, body, method, codes = [] }: Route): ReadonlySet<ErrorCode> {
  const refusals = new Set<ErrorCode>([...always, ...codes]);
  // a token that is none is refused wherever it is shown
  refusals.add('UNAUTHORIZED');
  if (role !== null) refusals.add('FORBIDDEN');
  // what a path, a query or a body holds may be none; where nothing can be asked, asking is wrong
  refusals.add('BAD_REQUEST');
  if (path.includes('{')) refusals.add('NOT_FOUND');
  if (body !== undefined) refusals.add('UNSUPPORTED_TYPE');
  if (method === 'POST' || method === 'PUT') refusals.add('BODY_TOO_LARGE');
  return refusals;
}

function operationOf(row: Route): Json {
  const { id, summary, tag, role, params, query, body, answer, alsoAt = [], method, path } = row;
  const refusals = refusalsOf(row);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of refusals) byStatus.set(errorCodes[code].status, [...(byStatus.get(errorCodes[code].status) ?? []), code]);
  const success =
    answer === undefined
      ? { description: summary }
      : { description: summary, content: { 'application/json': { schema: schemaOf(answer, 'output') } } };
  return {
    operationId: id,
    summary,
    tags: [tag],
    description: `Open to ${openedTo(role)}.`,
    ...(role === null ? {} : { security: [{ token: [] }, ...(role === 'viewer' ? [{}] : [])] }),
    parameters: [...parametersOf('path', params, path), ...parametersOf('query', query, path)],
    ...(body === undefined || method === 'GET'
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: {
      200: success,
      ...Object.fromEntries(
        [...new Set([...byStatus.keys(), ...alsoAt])].map((status) => {
          const each = byStatus.get(status) ?? [];
          const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
          const own = alsoAt.includes(status) && answer !== undefined ? { 'application/json': { schema: schemaOf(answer, 'output') } } : {};
          return [status, { description: each.join(', ') || 'the body of 200', content: { ...(each.length > 0 ? problem : {}), ...own } }];
        }),
      ),
    },
  };
}

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined, path: string): Json[] {
  if (schema === undefined)
    return where === 'path'
      ? [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: where, required: true, schema: { type: 'string' } }))
      : [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, own]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: own,
  }));
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The table as a page without a script: method, path, who may, what it takes and gives. */
export function docsOf(routes: readonly Route[], version: string): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const rowsOf = (tag: string): string =>
    routes
      .filter((row) => row.tag === tag)
      .map((row) => {
        const asked = [...parametersOf('path', row.params, row.path), ...parametersOf('query', row.query, row.path)]
          .map(({ name, required }) => `<code>${escaped(String(name))}${required === true ? '' : '?'}</code>`)
          .join(' ');
        const body =
          row.body === undefined
            ? ''
            : `<details><summary>body</summary><pre>${escaped(JSON.stringify(schemaOf(row.body, 'input'), null, 1))}</pre></details>`;
        const answer =
          row.answer === undefined
            ? ''
            : `<details><summary>200</summary><pre>${escaped(JSON.stringify(schemaOf(row.answer, 'output'), null, 1))}</pre></details>`;
        return `<tr><td><b>${row.method}</b> <code>${escaped(row.path)}</code><br><small>${openedTo(row.role)}</small></td><td>${escaped(row.summary)}<br>${asked}${body}${answer}</td></tr>`;
      })
      .join('\n');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Fenshi API</title>
<style>body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;max-width:960px;padding:16px;background:#14161a;color:#e4e6ea}table{width:100%;border-collapse:collapse}td{vertical-align:top;border-top:1px solid #262a31;padding:8px 8px 8px 0}code{color:#d9a441}pre{overflow:auto;background:#0e1013;padding:8px}small{color:#8b929e}a{color:#d9a441}</style>
<h1>Fenshi API <small>${escaped(version)}</small></h1>
<p><a href="/v1/openapi.json">openapi.json</a> · <a href="/v1/asyncapi.json">asyncapi.json</a> · WebSocket <code>/v1/stream</code>. No investment advice.</p>
${tags.map((tag) => `<h2>${escaped(tag)}</h2><table>${rowsOf(tag)}</table>`).join('\n')}</html>`;
}
