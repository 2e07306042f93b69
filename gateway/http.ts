/** One wrapper for all HTTP routes: Host and Origin checked, aborts survived, errors as RFC 9457 problems. */
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { type ErrorCode, errorCodes, FenshiError } from '../contracts/errors.ts';

export type Request = {
  readonly path: (index: number) => string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string;
};
export type Answer = {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};
export type Handler = (request: Request) => Answer | Promise<Answer>;

const answerMs = 5000;

export const json = (value: unknown, status = 200): Answer => ({ status, type: 'application/json', body: JSON.stringify(value) });

export const problem = (code: ErrorCode, detail: string): Answer => ({
  status: errorCodes[code].status,
  type: 'application/problem+json',
  body: JSON.stringify({
    type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
    title: errorCodes[code].meaning,
    status: errorCodes[code].status,
    detail,
    code,
  }),
});

/** Names under which this server may be asked: a foreign Host means DNS rebinding. */
export class Gatekeeper {
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number) {
    this.#hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`));
  }

  /** Null when both are ours; an absent Origin is a program, not a page. */
  refusal(host: string, origin: string): ErrorCode | null {
    if (!this.#hosts.has(host)) return 'HOST_REFUSED';
    return origin === '' || (origin.startsWith('http://') && this.#hosts.has(origin.slice('http://'.length))) ? null : 'ORIGIN_REFUSED';
  }
}

/** Told of what no handler expected. */
export type OnFault = (error: unknown) => void;

export function route(app: TemplatedApp, pattern: string, gatekeeper: Gatekeeper, handler: Handler, onFault: OnFault): void {
  app.get(pattern, (response, request) => {
    const wanted = copy(request);
    const refused = gatekeeper.refusal(request.getHeader('host'), request.getHeader('origin'));
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    const work = refused === null ? run(handler, wanted, onFault) : Promise.resolve(problem(refused, 'Host or Origin header not allowed'));
    void work.then((answer) => {
      if (!aborted) write(response, answer);
    });
  });
}

/** The request object dies with its callback: what is needed is copied first. */
function copy(request: HttpRequest): Request {
  const parameters = [request.getParameter(0), request.getParameter(1)];
  const query = new URLSearchParams(request.getQuery());
  const headers = new Map<string, string>();
  request.forEach((name, value) => headers.set(name, value));
  return { path: (index) => decodeURIComponent(parameters[index] ?? ''), query, header: (name) => headers.get(name) ?? '' };
}

async function run(handler: Handler, request: Request, onFault: OnFault): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(problem('DEADLINE', 'no answer in time')), answerMs);
  });
  try {
    return await Promise.race([Promise.resolve(handler(request)), late]);
  } catch (error) {
    if (error instanceof FenshiError) return problem(error.code, error.message);
    onFault(error);
    return problem('INTERNAL', 'a fault of ours; it stands in the log');
  } finally {
    clearTimeout(timer);
  }
}

export function write(response: HttpResponse, { status = 200, type = 'text/plain; charset=utf-8', body, headers = {} }: Answer): void {
  response.cork(() => {
    response.writeStatus(String(status));
    response.writeHeader('content-type', type);
    response.writeHeader('cache-control', 'no-store');
    response.writeHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
    response.end(body);
  });
}
