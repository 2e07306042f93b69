/**
 * The table on uWebSockets: every path of it answers every method, with a deadline, limits, a log line and a metric; what it does not hold is a
 * problem as well.
 *
 * Aborted   onAborted is attached before anything else, and nothing is written after it
 * Request   dies with its callback: what is needed is copied first
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { errorCodes, FenshiError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/process/tokens.ts';
import { finished, type Gate, held, Refusal, replyOf, write } from './reply.ts';
import { bodyOf, decoded, jsonOf, parsed, queryOf, usualBody } from './request.ts';
import { type Did, type Method, mayAct, type Reply, type Route } from './table.ts';

/** Labels of a metric: any word may come as a method. */
const knownMethods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
const defaultDeadlineMs = 5000;
const allowedHeaders = 'authorization, content-type, idempotency-key, if-none-match, last-event-id';

export type ServeHooks = Gate & {
  /** Milliseconds for which an address is to wait; 0: it may go on. */
  readonly wait: (address: string) => number;
  /** Who asks. @throws FenshiError UNAUTHORIZED */
  readonly caller: (authorization: string) => Caller | Promise<Caller>;
  /** Whether this caller may read at all. */
  readonly mayRead: (caller: Caller) => boolean;
  readonly onDone: (route: string, method: string, status: number, seconds: number) => void;
  /** Told of what no handler expected. */
  readonly onFault: (error: unknown) => void;
  /** Told of each request that may change something, once it has been answered or its caller was turned away. */
  readonly onAct: (what: Act) => void;
};
export type Act = {
  readonly id: string;
  readonly route: string;
  /** Null: who it was is not known. */
  readonly caller: Caller | null;
  readonly status: number;
  readonly did: Did | null;
};

type Incoming = {
  readonly id: string;
  readonly method: string;
  readonly address: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, string>;
};

/** `answering`: how many requests have no answer yet. */
export type Serving = { answering: number };

export function serve(app: TemplatedApp, routes: readonly Route[], hooks: ServeHooks): Serving {
  const serving: Serving = { answering: 0 };
  for (const [path, rows] of groupedByPath(routes)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.any(pattern, (response, request) => take(response, request, names, path, rows, hooks, serving));
  }
  app.any('/*', (response, request) => take(response, request, [], '/*', [], hooks, serving));
  return serving;
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
  serving: Serving,
): void {
  serving.answering += 1;
  let [aborted, isCounted] = [false, true];
  const over = (): void => {
    if (isCounted) serving.answering -= 1;
    isCounted = false;
  };
  response.onAborted(() => {
    aborted = true;
    over();
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
    method === 'POST' || method === 'PUT'
      ? bodyOf(response, Number(headers.get('content-length') ?? '0'), rows.find((row) => row.method === method)?.bodyMax ?? usualBody)
      : Promise.resolve(null);
  void body
    .then((bytes) => answer(incoming, bytes, path, rows, hooks))
    .catch((error: unknown) => replyOf(error, incoming.id, hooks.onFault))
    .then(async (reply) => {
      const ready = await finished(incoming.headers, reply, hooks);
      hooks.onDone(path, knownMethods.includes(method) ? method : 'OTHER', ready.status, (performance.now() - startedMs) / 1000);
      if (!aborted) write(response, method, ready);
    })
    .finally(over);
}

async function answer(incoming: Incoming, bytes: Buffer | null, path: string, rows: readonly Route[], hooks: ServeHooks): Promise<Reply> {
  const { headers, method } = incoming;
  const refusal = hooks.refusal(headers.get('host') ?? '', headers.get('origin') ?? '');
  if (refusal !== null) throw new FenshiError(refusal, 'Host or Origin header not allowed');
  const waitMs = hooks.wait(incoming.address);
  if (waitMs > 0) throw held(waitMs);
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
  if (row === undefined) throw new Refusal('METHOD_NOT_ALLOWED', `allowed: ${allowed}`, { headers: { allow: allowed } });
  const act = (who: Caller | null, status: number, did: Did | null = null): void => {
    if (row.method !== 'GET') hooks.onAct({ id: incoming.id, route: `${row.method} ${path}`, caller: who, status, did });
  };
  const caller = await admitted(row, headers.get('authorization') ?? '', hooks, act);
  let did: Did | null = null;
  const asked = {
    params: parsed(row.params, decoded(incoming.parameters), ''),
    query: parsed(row.query, queryOf(incoming.rawQuery, row.query !== undefined), ''),
    body: row.body === undefined ? undefined : parsed(row.body, jsonOf(bytes, headers.get('content-type') ?? ''), ''),
    caller,
    header: (name: string) => headers.get(name) ?? '',
    id: incoming.id,
    did: (what: Did) => {
      did = what;
    },
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
    act(caller, status, did);
  }
}

/** Who asks, where he may. @throws FenshiError UNAUTHORIZED, FORBIDDEN, told of as an act that was refused */
async function admitted(
  row: Route,
  authorization: string,
  hooks: ServeHooks,
  act: (who: Caller | null, status: number) => void,
): Promise<Caller> {
  let caller: Caller | null = null;
  try {
    caller = await hooks.caller(authorization);
    if (row.role !== null && (!hooks.mayRead(caller) || !mayAct(caller.role, row.role)))
      throw new FenshiError(caller.id === null ? 'UNAUTHORIZED' : 'FORBIDDEN', `${row.role} only`);
    return caller;
  } catch (error) {
    act(caller, error instanceof FenshiError ? errorCodes[error.code].status : errorCodes.INTERNAL.status);
    throw error;
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
