/**
 * Frames and requests made from the contract and broken at random: none crashes the door, none is a fault of ours, each answer is what the contract
 * says, and none holds a secret. `FENSHI_FUZZ=50000 npm test -- gateway/fuzz.test.ts` for the long form.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request, WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decode, encode } from '../contracts/codec.ts';
import { type ErrorCode, errorCodes, FenshiError } from '../contracts/errors.ts';
import { frameLimits, ServerFrame } from '../contracts/frames.ts';
import { Tokens } from '../contracts/process/tokens.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay, lcg } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { Access } from './auth/access.ts';
import { DayState } from './day-state.ts';
import type { Route } from './http/table.ts';
import { refusalsOf } from './rest/open-api.ts';
import { routesOf } from './rest/routes.ts';
import { type Gateway, type GatewayOptions, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const count = Number(process.env.FENSHI_FUZZ ?? '3000');
const canary = 'canary-5f1d3c-secret';
const Problem = z.strictObject({
  type: z.string().startsWith('/problems/'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().startsWith('urn:fenshi:req:'),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode]),
  retryable: z.boolean(),
  errors: z.array(z.strictObject({ pointer: z.string(), message: z.string() })).optional(),
});
const patternOf = ({ path }: Route): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

describe.skipIf(reason !== '')(`fuzz${reason === '' ? '' : ` (${reason})`}`, () => {
  const day = new DayState('test-1');
  const faults: unknown[] = [];
  let gateway: Gateway;
  let options: GatewayOptions;
  let port: number;
  let admin: string;
  let viewer: string;
  let ids: string[];

  beforeAll(async () => {
    const made = generatedDay({ count: 40, until: '10:30' });
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply('20261123', step);
    day.caughtUp = true;
    ids = day.book.list().map(({ id }) => id);
    const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-fuzz-')));
    [admin, viewer] = [(await tokens.issue('fuzz', 'admin', 3_600_000)).token, (await tokens.issue('guest', 'viewer', 3_600_000)).token];
    const asOf = { tradeDate: '20261123', tsMs: 1, n: 1 };
    const row = {
      symbol: '600519.SH',
      name: '贵州茅台',
      board: 'MAIN',
      riskWarning: false,
      listing: 'seasoned',
      suspended: false,
      preCloseMilli: 1,
      limitUpMilli: null,
      limitDownMilli: null,
      boards: 0,
      sectors: [],
    };
    port = await freePort();
    options = gatewayOptions(day, port, {
      tokens,
      access: new Access(tokens, { needsToken: false, code: canary }),
      onFault: (error) => faults.push(error),
      requests: { perSec: 1e6, burst: 1e6 },
      connectionsPerAddress: 100_000,
      ask: ((name: string) => {
        if (name === 'instruments') return Promise.resolve({ ok: true, asOf, rows: [row] });
        if (name === 'auction') return Promise.resolve({ ok: true, asOf, which: 'open', stage: 'over', rows: [] });
        if (['ladder', 'seals', 'sectors', 'heatmap', 'sparks', 'strategies'].includes(name))
          return Promise.resolve({ ok: true, asOf, rows: [] });
        return Promise.reject(new FenshiError('NOT_FOUND', 'no such instrument'));
      }) as never,
      lanes: () => Promise.resolve({ ok: true, asOf, settings: { opportunities: {}, universe: {}, changed: [] }, lanes: [] }),
      why: () => Promise.reject(new FenshiError('NOT_FOUND', 'no such instrument')),
      notify: ((name: string) =>
        name === 'notifications'
          ? Promise.resolve({ ok: true, channels: [], rules: [], revision: 0, rulesFault: null, quiet: [], digestSec: 60, deliveries: [] })
          : Promise.reject(new FenshiError('NOT_FOUND', 'no channel'))) as never,
      command: () => Promise.resolve({ ok: true, tradeDate: '20261123', step: 7, accepted: true, code: null }),
    });
    gateway = await startGateway(loaded as Uws, options);
  });
  afterAll(() => gateway.close());

  const junk = [
    '',
    '0',
    '-1',
    '1e999',
    '%',
    '%00',
    '../../etc/passwd',
    "' OR 1=1 --",
    '<img src=x onerror=1>',
    '\u202e',
    'x'.repeat(3000),
    '__proto__',
    'constructor',
    'null',
    '[]',
    '{}',
    '全角',
    '600519.SH',
    '99999999999999999999',
  ];

  test(`${count} requests: no fault of ours, every answer by the contract, eleven codes`, async () => {
    const random = lcg(7);
    const pick = <T>(of: readonly T[]): T => of[random(of.length)]!;
    const routes = routesOf({ ...options, consumers: () => [] });
    /** Whose address it has become. */
    const routeOf = (method: string, path: string): Route | undefined => {
      const [pathname = ''] = path.split('?');
      const own = routes.filter((each) => each.method === method && patternOf(each).test(pathname));
      return own.find((each) => each.path === pathname) ?? own[0];
    };
    const agent = new Agent({ connections: 32, pipelining: 1 });
    const codes = new Set<string>();
    let good = 0;
    const valid: Readonly<Record<string, () => string>> = {
      q: () => pick(['6', 'gz', '茅台']),
      limit: () => String(1 + random(500)),
      state: () => pick(['confirmed', 'ended,archived', 'discovered']),
      family: () => pick(['momentum', 'board']),
      detector: () => 'rally',
      symbol: () => '600519.SH',
      pMin: () => pick(['0', '0.5', '1']),
      at: () => String(day.tsMs),
      from: () => '1000',
      to: () => '2000',
      period: () => '60',
      date: () => '20261123',
    };
    const bodies: Readonly<Record<string, () => unknown>> = {
      postCommand: () =>
        pick([
          { name: 'risk', scope: 'market', level: 1, policy: 'hold' },
          { name: 'enable', detector: 'rally' },
          { name: 'watch', instruments: [1_600_519] },
        ]),
      dismissOpportunity: () => ({}),
      putMine: () => ({ revision: random(2), mine: { v: 1, lists: [{ name: '自选', symbols: ['600519.SH'] }], marks: {} } }),
      postParams: () => ({ params: { r3: 0.02 } }),
      postTestNotification: () => ({ channel: 'hook' }),
      postSession: () => ({ code: 'not-the-code-it-is' }),
      postToken: () => ({ name: 'fuzz', role: 'viewer', days: 1 }),
    };
    const made = ({ path, method, id, query }: Route) => {
      const broken = random(3) === 0;
      const params: Readonly<Record<string, string>> = { id: pick(ids), symbol: '600519.SH', code: 'not-found' };
      const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
        encodeURIComponent(broken && random(2) === 0 ? pick(junk) : params[name]!),
      );
      const known = query === undefined ? [] : Object.keys((query as unknown as { shape: Record<string, unknown> }).shape);
      const needed = known.filter((name) => name === 'at' || name === 'from' || name === 'to');
      const asked = [...new Set([...needed, ...known.filter((name) => valid[name] !== undefined && random(3) === 0)])].map((name) => [
        name,
        broken && random(2) === 0 ? pick(junk) : valid[name]!(),
      ]);
      if (broken && random(4) === 0) asked.push([pick(junk), pick(junk)]);
      const headers: Record<string, string> = {};
      if (random(3) > 0)
        headers.authorization =
          broken && random(3) === 0
            ? `Bearer ${pick(junk).replaceAll(/[^\w]/g, '')}aaaaaaaaaaaaaaaaaaaaaaaa`
            : `Bearer ${random(8) === 0 ? viewer : admin}`;
      if (broken && random(12) === 0) headers.origin = 'http://evil.example';
      if (broken && random(12) === 0) headers.host = 'evil.example';
      const body =
        bodies[id] === undefined
          ? undefined
          : broken && random(2) === 0
            ? pick([
                ...junk,
                JSON.stringify({ name: pick(junk) }),
                '{"name":"skip","tradeDate":"20261123","n":1}',
                `"${'x'.repeat(70_000)}"`,
                `"${'x'.repeat(70_000)}"`,
                `"${'x'.repeat(70_000)}"`,
              ])
            : JSON.stringify(bodies[id]!());
      if (body !== undefined) headers['content-type'] = broken && random(3) === 0 ? 'text/plain' : 'application/json';
      const search = asked.length === 0 ? '' : `?${new URLSearchParams(asked as [string, string][])}`;
      const other = broken && random(10) === 0 ? pick(['PATCH', 'DELETE', 'PUT', 'OPTIONS', 'HEAD', 'TRACE']) : method;
      return { path: `${filled.startsWith('/') ? filled : '/'}${search}`, method: other, headers, body };
    };
    for (let done = 0; done < count; done += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, count - done) }, async () => {
          const { path, method, headers, body } = made(pick(routes));
          if (path.startsWith('/v1/events')) return; // it goes on for ever
          const answer = await request(`http://127.0.0.1:${port}${path}`, {
            method: method as 'GET',
            headers,
            dispatcher: agent,
            ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
          });
          const text = await answer.body.text();
          expect(text.includes(canary) || text.includes(admin), `${method} ${path}`).toBe(false);
          expect(answer.statusCode, `${method} ${path}: ${text.slice(0, 200)}`).toBeLessThan(500);
          if (answer.statusCode < 300) good += 1;
          if (method === 'HEAD' || method === 'OPTIONS' || text === '') return;
          const said = `${method} ${path} ${answer.statusCode}: ${text.slice(0, 300)}`;
          if (answer.headers['content-type'] === 'application/problem+json') {
            const problem = Problem.parse(JSON.parse(text));
            codes.add(problem.code);
            expect(problem.status, said).toBe(answer.statusCode);
            const own = routeOf(method, path);
            if (own !== undefined) expect([...refusalsOf(own)], `${own.id} ${said}`).toContain(problem.code);
            return;
          }
          const own = routeOf(method, path);
          expect(own, said).toBeDefined();
          if (own!.answer === undefined) return;
          expect([200, ...(own!.alsoAt ?? [])], said).toContain(answer.statusCode);
          const parsed = own!.answer.safeParse(JSON.parse(text));
          expect(parsed.success ? '' : `${own!.id} ${path}: ${parsed.error.message}`).toBe('');
        }),
      );
    }
    await agent.close();
    expect(faults).toEqual([]);
    expect(good / count).toBeGreaterThan(0.3);
    expect([...codes].sort()).toEqual(
      [
        'BAD_REQUEST',
        'BODY_TOO_LARGE',
        'CONFLICT',
        'FORBIDDEN',
        'HOST_REFUSED',
        'METHOD_NOT_ALLOWED',
        'NOT_FOUND',
        'ORIGIN_REFUSED',
        'UNAUTHORIZED',
        'UNSUPPORTED_TYPE',
        'UPGRADE_REQUIRED',
      ].sort(),
    );
  });

  test(`${count} frames, half of them MessagePack: each is answered as the contract says, whatever it was`, async () => {
    const random = lcg(11);
    const pick = <T>(of: readonly T[]): T => of[random(of.length)]!;
    const codes = new Set<string>();
    let [good, answered] = [0, 0];
    const frame = (): string => {
      const ch = pick(['opportunities', 'market', 'risk', 'signals', 'quotes', 'live', `opportunity:${pick(ids)}`, 'symbol:600519.SH']);
      if (random(50) === 0) return JSON.stringify({ op: 'ping', id: 'x'.repeat(5000) });
      const whole: Record<string, unknown> = pick([
        { op: 'ping', id: random(1000) },
        { op: 'sub', id: random(1000), ch, ...(ch === 'quotes' ? { filter: { symbol: ['600519.SH'] } } : {}) },
        {
          op: 'sub',
          id: random(1000),
          ch: 'opportunities',
          filter: { state: ['ended'], pMin: 0.5 },
          since: { epoch: day.epoch, offset: random(day.step) },
        },
        { op: 'unsub', id: random(1000), ch },
      ]);
      if (random(4) > 0) return JSON.stringify(whole);
      const text = JSON.stringify({
        ...whole,
        [pick(Object.keys(whole))]: pick([null, -1, {}, [], 'x'.repeat(200), pick(junk), { state: [pick(junk)] }]),
      });
      return random(4) === 0 ? text.slice(0, random(text.length)) : text;
    };
    /** The same as MessagePack, sometimes cut; what is no JSON as bytes. */
    const packed = (text: string): Uint8Array<ArrayBuffer> => {
      try {
        const bytes = new Uint8Array(encode(JSON.parse(text)));
        return random(16) === 0 ? bytes.slice(0, random(bytes.length)) : bytes;
      } catch {
        return new Uint8Array(Buffer.from(text));
      }
    };
    // a few more than a burst: the last are refused, and end it
    const perSocket = frameLimits.framesBurst + 4;
    for (let done = 0; done < count; done += perSocket * 16) {
      await Promise.all(
        Array.from(
          { length: Math.min(16, Math.ceil((count - done) / perSocket)) },
          (_, i) =>
            new Promise<void>((resolve, reject) => {
              const isPacked = i % 2 === 1;
              const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, isPacked ? 'fenshi.v1.msgpack' : 'fenshi.v1.json');
              socket.binaryType = 'arraybuffer';
              socket.onmessage = ({ data }) => {
                const raw: unknown = isPacked ? decode(new Uint8Array(data as ArrayBuffer)) : JSON.parse(String(data));
                const text = JSON.stringify(raw);
                const known = ServerFrame.safeParse(raw);
                if (!known.success || text.includes(canary) || text.includes(admin))
                  return reject(new Error(`not of the contract: ${text.slice(0, 300)}`));
                const told = known.data;
                if ('op' in told && told.op === 'welcome') {
                  const say = (one: string): void => socket.send(isPacked ? packed(one) : one);
                  for (let k = 0; k < perSocket; k++) say(frame());
                  // the last word, and its answer the end
                  say('{"op":"ping","id":"end"}');
                }
                if ('error' in told) {
                  codes.add(told.error.code);
                  if (told.error.code === 'RATE_LIMITED') socket.close();
                } else if ('ok' in told) good += 1;
                answered += 1;
                if ('re' in told && told.re === 'end') socket.close();
              };
              socket.onclose = () => resolve();
              socket.onerror = () => reject(new Error('the socket broke'));
            }),
        ),
      );
    }
    expect(faults).toEqual([]);
    expect(good / answered).toBeGreaterThan(0.3);
    expect([...codes].sort()).toEqual(['BAD_FRAME', 'FRAME_TOO_LARGE', 'RATE_LIMITED', 'UNKNOWN_CHANNEL', 'UNKNOWN_OP']);
  });
});
