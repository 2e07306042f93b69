/**
 * One table of what can be asked over HTTP: method, path, who may, what goes in and comes out. Routes are served from it and OpenAPI is made from
 * it, so that neither says more than the other.
 */
import type { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../contracts/errors.ts';
import { type Caller, type CallerRole, callerRoles } from '../../contracts/process/tokens.ts';

export const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof methods)[number];
export const mayAct = (role: CallerRole, wanted: CallerRole): boolean => callerRoles.indexOf(role) >= callerRoles.indexOf(wanted);

export type Asked<P, Q, B> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  readonly header: (name: string) => string;
  /** Of the request, for the log and `instance`. */
  readonly id: string;
  /** What it came to, for the log of acts; the newest stands. */
  readonly did: (what: Did) => void;
};
export type Did = Readonly<Record<string, string | number | boolean | null>>;
/** A body that is no JSON says its type itself. `next`: query of the page that follows, for the Link header. */
export type Reply = {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly next?: string | null;
};

export type Route = {
  readonly method: Method;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  /** Null: for everybody, a token or none. */
  readonly role: CallerRole | null;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Of status 200; absent where it is no JSON. */
  readonly answer?: z.ZodType;
  /** Under which other statuses the same body comes: a command that the cell refuses, a gateway that is not ready. */
  readonly alsoAt?: readonly number[];
  /** Codes it may be refused with, besides those of every route. */
  readonly codes?: readonly ErrorCode[];
  readonly deadlineMs?: number;
  /** Largest body in bytes, where it is not the usual 64 KiB. */
  readonly bodyMax?: number;
  readonly handle: (asked: Asked<never, never, never>) => Reply | Promise<Reply>;
};

type Given<S> = S extends z.ZodType ? z.output<S> : undefined;
type Typed<P, Q, B> = Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly handle: (asked: Asked<Given<P>, Given<Q>, Given<B>>) => Reply | Promise<Reply>;
};
/** A row of the table whose handler is typed by its own schemas. */
export const route = <P extends z.ZodType | undefined, Q extends z.ZodType | undefined, B extends z.ZodType | undefined>(
  row: Typed<P, Q, B>,
): Route => row as unknown as Route;

export const ok = (body: unknown): Reply => ({ body });

export type ProblemPart = { readonly pointer: string; readonly message: string };

/** RFC 9457. */
export const problemOf = (
  code: ErrorCode,
  detail: string,
  instance: string,
  errors: readonly ProblemPart[] = [],
): Record<string, unknown> => ({
  type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
  title: errorCodes[code].meaning,
  status: errorCodes[code].status,
  detail,
  instance: `urn:fenshi:req:${instance}`,
  code,
  retryable: errorCodes[code].retryable,
  ...(errors.length === 0 ? {} : { errors }),
});
