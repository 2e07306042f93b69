/**
 * The table on uWebSockets: every path of it answers every method, with a deadline, limits, a log line and a metric; what it does not hold is a
 * problem as well.
 *
 * Aborted   onAborted is attached before anything else, and nothing is written after it
 * Request   dies with its callback: what is needed is copied first
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { createHash, randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { z } from 'zod';
import { type ErrorCode, errorCodes, FenshiError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/process/tokens.ts';
import { type Method, mayAct, type ProblemPart, problemOf, type Reply, type Route } from './table.ts';

const squeezed = promisify(gzip);
/** Labels of a metric: any word may come as a method. */
const knownMethods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
const bodyMax = 64 * 1024;
const gzipMin = 1024;
const defaultDeadlineMs = 5000;
/** Of every answer: reliability against being framed, sniffed, or told to others. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

export type ServeHooks = {
  /** Why a request may not come in by its Host and Origin. */
  readonly refusal: (host: string, origin: string) => ErrorCode | null;
  /** Milliseconds for which an address is to wait; 0: it may go on. */
  readonly wait: (address: string) => number;
  /** Who asks. @throws FenshiError UNAUTHORIZED */
  readonly caller: (authorization: string) => Caller | Promise<Caller>;
  /** Whether this caller may read at all. */
  readonly mayRead: (caller: Caller) => boolean;
  readonly onDone: (route: string, method: string, status: number, seconds: number) => void;
  /** Told of what no handler expected. */
  readonly onFault: (error: unknown) => void;
  /** Told of each request that may change something, once it has been answered. */
  readonly onAct: (what: { readonly id: string; readonly route: string; readonly caller: Caller; readonly status: number }) => void;
};

type Incoming = {
  readonly id: string;
  readonly method: string;
  readonly address: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, string>;
};

export function serve(app: TemplatedApp, routes: readonly Route[], hooks: ServeHooks): void {
  for (const [path, rows] of groupedByPath(routes)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.any(pattern, (response, request) => take(response, request, names, path, rows, hooks));
  }
  app.any('/*', (response, request) => take(response, request, [], '/*', [], hooks));
}

const groupedByPath = (routes: readonly Route[]): Map<string, Route[]> => {
  const grouped = new Map<string, Route[]>();
  for (const each of routes) grouped.set(each.path, [...(grouped.get(each.path) ?? []), each]);
  return grouped;
};

function take(
  response: HttpResponse,
  request: HttpRequest,
  names: readonly string[],
  path: string,
  rows: readonly Route[],
  hooks: ServeHooks,
): void {
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const startedMs = performance.now();
  const headers = new Map<string, string>();
  request.forEach((name, value) => headers.set(name, value));
  const method = request.getMethod().toUpperCase();
  const incoming: Incoming = {
    id: randomBytes(8).toString('hex'),
    method,
    address: Buffer.from(response.getRemoteAddressAsText()).toString(),
    parameters: Object.fromEntries(names.map((name, i) => [name, request.getParameter(i) ?? ''])),
    rawQuery: request.getQuery() ?? '',
    headers,
  };
  const body =
    method === 'POST' || method === 'PUT' ? bodyOf(response, Number(headers.get('content-length') ?? '0')) : Promise.resolve(null);
  void body
    .then((bytes) => answer(incoming, bytes, path, rows, hooks))
    .catch((error: unknown) => refused(incoming, error, hooks))
    .then(async (reply) => {
      const ready = await finished(incoming, reply, hooks);
      hooks.onDone(path, knownMethods.includes(method) ? method : 'OTHER', ready.status, (performance.now() - startedMs) / 1000);
      if (!aborted) write(response, method, ready);
    });
}

/** @throws FenshiError BODY_TOO_LARGE without reading on */
function bodyOf(response: HttpResponse, told: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let over = told > bodyMax;
    if (over) reject(new FenshiError('BODY_TOO_LARGE', `${told} bytes, at most ${bodyMax}`));
    response.onData((chunk, isLast) => {
      size += chunk.byteLength;
      if (size > bodyMax && !over) {
        over = true;
        reject(new FenshiError('BODY_TOO_LARGE', `more than ${bodyMax} bytes`));
      }
      // the chunk's memory is not ours after this call
      if (!over) chunks.push(Buffer.from(chunk.slice(0)));
      if (isLast && !over) resolve(Buffer.concat(chunks));
    });
  });
}

async function answer(incoming: Incoming, bytes: Buffer | null, path: string, rows: readonly Route[], hooks: ServeHooks): Promise<Reply> {
  const { headers, method } = incoming;
  const refusal = hooks.refusal(headers.get('host') ?? '', headers.get('origin') ?? '');
  if (refusal !== null) throw new FenshiError(refusal, 'Host or Origin header not allowed');
  const waitMs = hooks.wait(incoming.address);
  if (waitMs > 0) throw new Held(waitMs);
  if (rows.length === 0) throw new FenshiError('NOT_FOUND', 'no such address');
  const allowed = [...new Set([...rows.flatMap((row) => (row.method === 'GET' ? ['GET', 'HEAD'] : [row.method])), 'OPTIONS'])]
    .sort()
    .join(', ');
  if (method === 'OPTIONS')
    return {
      status: 204,
      body: null,
      headers: { allow: allowed, 'access-control-allow-methods': allowed, 'access-control-allow-headers': allowedHeaders },
    };
  const row = rows.find((each) => each.method === ((method === 'HEAD' ? 'GET' : method) as Method));
  if (row === undefined) throw new NotAllowed(allowed);
  const caller = await hooks.caller(headers.get('authorization') ?? '');
  if (row.role !== null && (!hooks.mayRead(caller) || !mayAct(caller.role, row.role)))
    throw new FenshiError(caller.id === null ? 'UNAUTHORIZED' : 'FORBIDDEN', `${row.role} only`);
  const asked = {
    params: parsed(row.params, decoded(incoming.parameters), ''),
    query: parsed(row.query, queryOf(incoming.rawQuery, row.query !== undefined), ''),
    body: row.body === undefined ? undefined : parsed(row.body, jsonOf(bytes, headers.get('content-type') ?? ''), ''),
    caller,
    header: (name: string) => headers.get(name) ?? '',
    id: incoming.id,
  };
  let status: number = errorCodes.INTERNAL.status;
  try {
    const reply = await withDeadline(row.deadlineMs ?? defaultDeadlineMs, Promise.resolve(row.handle(asked as never)));
    status = reply.status ?? 200;
    return reply;
  } catch (error) {
    if (error instanceof FenshiError) status = errorCodes[error.code].status;
    throw error;
  } finally {
    // what was refused or is still pending may have changed something all the same
    if (row.method !== 'GET') hooks.onAct({ id: incoming.id, route: `${row.method} ${path}`, caller, status });
  }
}

/** More than may be asked at once. */
class Held extends FenshiError {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('TOO_MANY_REQUESTS', `again in ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}
class NotAllowed extends FenshiError {
  readonly allowed: string;

  constructor(allowed: string) {
    super('METHOD_NOT_ALLOWED', `allowed: ${allowed}`);
    this.allowed = allowed;
  }
}
/** What does not match a schema, part by part. */
class Invalid extends FenshiError {
  readonly parts: readonly ProblemPart[];

  constructor(parts: readonly ProblemPart[]) {
    super('BAD_REQUEST', parts.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '));
    this.parts = parts;
  }
}

function refused({ id }: Incoming, error: unknown, hooks: ServeHooks): Reply {
  if (!(error instanceof FenshiError)) {
    hooks.onFault(error);
    return problemReply('INTERNAL', 'a fault of ours; it stands in the log', id);
  }
  const detail = error.message.replace(`${error.code}: `, '');
  if (error instanceof Invalid) return problemReply('BAD_REQUEST', detail, id, {}, error.parts);
  if (error instanceof NotAllowed) return problemReply('METHOD_NOT_ALLOWED', detail, id, { allow: error.allowed });
  if (error instanceof Held)
    return problemReply('TOO_MANY_REQUESTS', detail, id, { 'retry-after': String(Math.ceil(error.waitMs / 1000)) });
  return problemReply(error.code, detail, id, error.code === 'UNAUTHORIZED' ? { 'www-authenticate': 'Bearer realm="fenshi"' } : {});
}

const problemReply = (
  code: ErrorCode,
  detail: string,
  id: string,
  headers: Readonly<Record<string, string>> = {},
  parts: readonly ProblemPart[] = [],
): Reply => ({
  status: errorCodes[code].status,
  type: 'application/problem+json',
  body: problemOf(code, detail, id, parts),
  headers: { ...headers, 'cache-control': 'no-store' },
});

/** @throws Invalid */
function parsed(schema: z.ZodType | undefined, raw: unknown, under: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new Invalid(result.error.issues.slice(0, 20).map(({ path, message }) => ({ pointer: `${under}/${path.join('/')}`, message })));
}

/** @throws FenshiError BAD_REQUEST on a percent sign that escapes nothing */
function decoded(parameters: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new FenshiError('BAD_REQUEST', 'the address holds an escape that is none');
  }
}

/** A name that is given twice is a list. @throws Invalid where nothing may be asked */
function queryOf(raw: string, mayAsk: boolean): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(raw)) {
    const was = found[name];
    found[name] = was === undefined ? value : [...(Array.isArray(was) ? was : [was]), value];
  }
  const names = Object.keys(found);
  if (!mayAsk && names.length > 0) throw new Invalid(names.map((name) => ({ pointer: `/${name}`, message: 'nothing can be asked here' })));
  return { ...found };
}

/** @throws FenshiError BAD_REQUEST, UNSUPPORTED_TYPE */
function jsonOf(bytes: Buffer | null, type: string): unknown {
  if (bytes === null || bytes.length === 0) return {};
  if (!/^application\/json\b/i.test(type))
    throw new FenshiError('UNSUPPORTED_TYPE', `${type || 'no content-type'}; application/json is read`);
  try {
    return JSON.parse(bytes.toString('utf8'), (key, value: unknown) => (key === '__proto__' || key === 'constructor' ? undefined : value));
  } catch {
    throw new FenshiError('BAD_REQUEST', 'the body is no JSON');
  }
}

async function withDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new FenshiError('DEADLINE', 'no answer in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const allowedHeaders = 'authorization, content-type, idempotency-key, last-event-id';
/** For a page that may ask. */
export function corsOf(asked: ReadonlyMap<string, string>, { refusal }: Pick<ServeHooks, 'refusal'>): Record<string, string> {
  const origin = asked.get('origin') ?? '';
  if (origin === '' || refusal(asked.get('host') ?? '', origin) !== null) return {};
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}

type Ready = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };

/** Bytes, validator and encoding of a reply. */
async function finished(
  { headers: asked }: Incoming,
  { status = 200, type, body, headers = {}, next }: Reply,
  hooks: ServeHooks,
): Promise<Ready> {
  const isBytes = body instanceof Uint8Array;
  const bytes = body === null ? Buffer.alloc(0) : isBytes ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const own: Record<string, string> = {
    ...commonHeaders,
    ...corsOf(asked, hooks),
    'cache-control': 'no-cache',
    ...(body === null ? {} : { 'content-type': type ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json') }),
    ...(next == null ? {} : { link: `<${next}>; rel="next"` }),
    ...headers,
  };
  if (status === 200) {
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    own.etag = etag;
    if (
      asked
        .get('if-none-match')
        ?.split(',')
        .some((each) => each.trim().replace(/^W\//, '') === etag) === true
    )
      return { status: 304, headers: own, body: Buffer.alloc(0) };
  }
  if (bytes.length < gzipMin || !/\bgzip\b/.test(asked.get('accept-encoding') ?? '')) return { status, headers: own, body: bytes };
  return {
    status,
    headers: { ...own, 'content-encoding': 'gzip', vary: own.vary === undefined ? 'accept-encoding' : `${own.vary}, accept-encoding` },
    body: await squeezed(bytes),
  };
}

function write(response: HttpResponse, method: string, { status, headers, body }: Ready): void {
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
    if (method === 'HEAD') response.endWithoutBody(body.byteLength);
    else if (status === 204 || status === 304) response.endWithoutBody();
    else response.end(body);
  });
}
