/** What came with a request, read against what the table says of it: path, query, JSON body. */
import type { HttpResponse } from 'uWebSockets.js';
import type { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { Refusal } from './reply.ts';
import type { ProblemPart } from './table.ts';

/** Of a request whose route takes no more. */
export const usualBody = 64 * 1024;

/** What does not match, part by part. */
const invalid = (parts: readonly ProblemPart[]): Refusal =>
  new Refusal('BAD_REQUEST', parts.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '), { parts });

/** @throws FenshiError BODY_TOO_LARGE without reading on */
export function bodyOf(response: HttpResponse, told: number, bodyMax: number): Promise<Buffer> {
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

/** @throws Refusal */
export function parsed(schema: z.ZodType | undefined, raw: unknown, under: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw invalid(result.error.issues.slice(0, 20).map(({ path, message }) => ({ pointer: `${under}/${path.join('/')}`, message })));
}

/** @throws FenshiError BAD_REQUEST on a percent sign that escapes nothing */
export function decoded(parameters: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new FenshiError('BAD_REQUEST', 'the address holds an escape that is none');
  }
}

/** A name that is given twice is a list. @throws Refusal where nothing may be asked */
export function queryOf(raw: string, mayAsk: boolean): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(raw)) {
    const was = found[name];
    found[name] = was === undefined ? value : [...(Array.isArray(was) ? was : [was]), value];
  }
  const names = Object.keys(found);
  if (!mayAsk && names.length > 0) throw invalid(names.map((name) => ({ pointer: `/${name}`, message: 'nothing can be asked here' })));
  return { ...found };
}

/** @throws FenshiError BAD_REQUEST, UNSUPPORTED_TYPE */
export function jsonOf(bytes: Buffer | null, type: string): unknown {
  if (bytes === null || bytes.length === 0) return {};
  if (!/^application\/json\b/i.test(type))
    throw new FenshiError('UNSUPPORTED_TYPE', `${type || 'no content-type'}; application/json is read`);
  try {
    return JSON.parse(bytes.toString('utf8'), (key, value: unknown) => (key === '__proto__' || key === 'constructor' ? undefined : value));
  } catch {
    throw new FenshiError('BAD_REQUEST', 'the body is no JSON');
  }
}
