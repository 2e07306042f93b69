/** What goes back: problems, headers of every answer, validator, encoding. */
import type { HttpResponse } from 'uWebSockets.js';
import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ErrorCode, errorCodes, FenshiError } from '../../contracts/errors.ts';
import { type ProblemPart, problemOf, type Reply } from './table.ts';

/** Why a request may not come in by its Host and Origin. */
export type Gate = { readonly refusal: (host: string, origin: string) => ErrorCode | null };

const squeezed = promisify(gzip);
const gzipMin = 1024;
/** Of every answer: reliability against being framed, sniffed, or told to others. */
const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

type More = { readonly headers?: Readonly<Record<string, string>>; readonly parts?: readonly ProblemPart[] };
/** A refusal that says more than its code: by headers, or part by part. */
export class Refusal extends FenshiError {
  readonly more: More;

  constructor(code: ErrorCode, detail: string, more: More) {
    super(code, detail);
    this.more = more;
  }
}
export const held = (waitMs: number): Refusal =>
  new Refusal('TOO_MANY_REQUESTS', `again in ${waitMs} ms`, { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
const whoAreYou = { 'www-authenticate': 'Bearer realm="fenshi"' };

/** What a request that failed is told; what nobody expected is told to `onFault` alone. */
export function replyOf(error: unknown, id: string, onFault: (error: unknown) => void): Reply {
  const known = error instanceof FenshiError ? error : new FenshiError('INTERNAL', 'a fault of ours; it stands in the log');
  if (known !== error) onFault(error);
  const { headers = {}, parts }: More = known instanceof Refusal ? known.more : {};
  return {
    status: errorCodes[known.code].status,
    type: 'application/problem+json',
    body: problemOf(known.code, known.message.replace(`${known.code}: `, ''), id, parts),
    headers: { ...(known.code === 'UNAUTHORIZED' ? whoAreYou : {}), ...headers, 'cache-control': 'no-store' },
  };
}

/** Of every answer; more for a page that may ask. */
export function headersFor(asked: ReadonlyMap<string, string>, { refusal }: Gate): Record<string, string> {
  const origin = asked.get('origin') ?? '';
  if (origin === '' || refusal(asked.get('host') ?? '', origin) !== null) return commonHeaders;
  return {
    ...commonHeaders,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, link, retry-after',
    vary: 'origin',
  };
}

export type Ready = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };

/** Bytes, validator and encoding of a reply. */
export async function finished(
  asked: ReadonlyMap<string, string>,
  { status = 200, type, body, headers = {}, next }: Reply,
  gate: Gate,
): Promise<Ready> {
  const isBytes = body instanceof Uint8Array;
  const bytes = body === null ? Buffer.alloc(0) : isBytes ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const own: Record<string, string> = {
    ...headersFor(asked, gate),
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

export function write(response: HttpResponse, method: string, { status, headers, body }: Ready): void {
  response.cork(() => {
    writeHead(response, status, headers);
    if (method === 'HEAD') response.endWithoutBody(body.byteLength);
    else if (status === 204 || status === 304) response.endWithoutBody();
    else response.end(body);
  });
}

/** To be called corked. */
export function writeHead(response: HttpResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
}
