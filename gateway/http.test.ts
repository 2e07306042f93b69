/** The door over real sockets: what every address does, who may, and that answers are what OpenAPI says. */

import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { request, WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FenshiError } from '../contracts/errors.ts';
import { closeCodes } from '../contracts/frames.ts';
import { Tokens } from '../contracts/process/tokens.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { Access } from './auth/access.ts';
import { DayState } from './day-state.ts';
import { routesOf } from './rest/routes.ts';
import { type Gateway, type GatewayOptions, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const code = 'a-code-that-is-used-once';

describe.skipIf(reason !== '')(`the door${reason === '' ? '' : ` (${reason})`}`, () => {
  const day = new DayState('test-1');
  let port: number;
  let gateway: Gateway;
  let options: GatewayOptions;
  let tokens: Tokens;
  let dir: string;
  const acts: string[] = [];
  const commands: { commandId: string; command: { name: string } }[] = [];
  const rows = [
    { symbol: '600519.SH', name: '贵州茅台', board: 'MAIN' },
    { symbol: '000001.SZ', name: '平安银行', board: 'MAIN' },
    { symbol: '601318.SH', name: '中国平安', board: 'MAIN' },
  ].map((each) => ({
    ...each,
    riskWarning: false,
    listing: 'seasoned',
    suspended: false,
    preCloseMilli: 10_000,
    limitUpMilli: 11_000,
    limitDownMilli: 9000,
    boards: 0,
    sectors: [],
  }));

  beforeAll(async () => {
    const made = generatedDay({ count: 120 });
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply('20261123', step);
    day.caughtUp = true;
    dir = mkdtempSync(join(tmpdir(), 'fenshi-door-'));
    tokens = new Tokens(dir);
    port = await freePort();
    const asOf = { tradeDate: '20261123', tsMs: 1, n: 1 };
    options = gatewayOptions(day, port, {
      tokens,
      access: new Access(tokens, { needsToken: false, code }),
      onAct: ({ route, caller, status }) => acts.push(`${route} ${caller.role} ${status}`),
      ask: ((name: string, asked: { instruments?: string[] }) => {
        if (name === 'instruments') {
          const found = rows.filter(({ symbol }) => asked.instruments?.includes(symbol) ?? true);
          return found.length === 0
            ? Promise.reject(new FenshiError('NOT_FOUND', 'no such instrument'))
            : Promise.resolve({ ok: true, asOf, rows: found });
        }
        if (name === 'ladder') throw new Error('a bug');
        return Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'nobody'));
      }) as never,
      command: (asked) => {
        commands.push(asked as never);
        const accepted = asked.command.name !== 'disable';
        return Promise.resolve({ ok: true, tradeDate: '20261123', step: 7, accepted, code: accepted ? null : 'NOT_FOUND' });
      },
    });
    gateway = await startGateway(loaded as Uws, options);
  });
  afterAll(() => gateway.close());

  type Asked = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };
  const ask = async (path: string, { method = 'GET', headers = {}, body }: Asked = {}) => {
    const answer = await request(`http://127.0.0.1:${port}${path}`, {
      method: method as 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      bytes,
      json: () => JSON.parse(bytes.toString()) as Record<string, never>,
    };
  };
  const bearer = async (role: 'viewer' | 'operator' | 'admin', ms = 60_000) => ({
    authorization: `Bearer ${(await tokens.issue(`a ${role}`, role, ms)).token}`,
  });
  const posted = (body: unknown, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

  describe('every address', () => {
    test('tells a method it has not which it has, and HEAD as GET without the body', async () => {
      const wrong = await ask('/v1/opportunities', { method: 'DELETE' });
      expect([wrong.status, wrong.headers.allow, wrong.json().code]).toEqual([405, 'GET, HEAD, OPTIONS', 'METHOD_NOT_ALLOWED']);
      const options = await ask('/v1/tokens', { method: 'OPTIONS' });
      expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
      const [head, get] = [await ask('/v1/opportunities', { method: 'HEAD' }), await ask('/v1/opportunities')];
      expect([head.status, head.bytes.length, head.headers['content-length'], head.headers.etag]).toEqual([
        200,
        0,
        String(get.bytes.length),
        get.headers.etag,
      ]);
    });

    test('is answered once to who has it: 304 by its ETag', async () => {
      const { etag } = (await ask('/v1/opportunities')).headers;
      const again = await ask('/v1/opportunities', { headers: { 'if-none-match': `"other", ${etag}` } });
      expect([again.status, again.bytes.length]).toEqual([304, 0]);
    });

    test('is squeezed for who can take it, and has its headers', async () => {
      const { bytes, headers } = await ask('/v1/opportunities', { headers: { 'accept-encoding': 'gzip' } });
      expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'accept-encoding']);
      expect(JSON.parse(gunzipSync(bytes).toString())).toEqual((await ask('/v1/opportunities')).json());
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    });

    test.each<[string, string, Asked, number, string]>([
      ['nothing is there', '/v1/nothing', {}, 404, 'NOT_FOUND'],
      ['nothing is there for any method', '/nothing', { method: 'PATCH' }, 404, 'NOT_FOUND'],
      ['an escape that is none', '/v1/opportunities/%E0%A4%A', {}, 400, 'BAD_REQUEST'],
      ['a state that is none', '/v1/opportunities?state=bogus', {}, 400, 'BAD_REQUEST'],
      ['a name that is none', '/v1/opportunities?foo=1', {}, 400, 'BAD_REQUEST'],
      ['a limit beyond its bound', '/v1/opportunities?limit=501', {}, 400, 'BAD_REQUEST'],
      ['a limit of text', '/v1/opportunities?limit=ten', {}, 400, 'BAD_REQUEST'],
      ['a cursor of nobody', '/v1/opportunities?cursor=bm9uZQ', {}, 400, 'BAD_REQUEST'],
      ['something asked where nothing can be', '/v1/market?x=1', {}, 400, 'BAD_REQUEST'],
      ['a symbol that is none', '/v1/symbols/ABC', {}, 400, 'BAD_REQUEST'],
      ['a symbol the day has not', '/v1/symbols/600000.SH', {}, 404, 'NOT_FOUND'],
      ['an opportunity the day has not', '/v1/opportunities/nothing', {}, 404, 'NOT_FOUND'],
      ['the stream without an upgrade', '/v1/stream', {}, 426, 'UPGRADE_REQUIRED'],
      ['a fault of ours', '/v1/ladder', {}, 500, 'INTERNAL'],
      ['nobody answers', '/v1/sectors', {}, 503, 'SERVICE_UNAVAILABLE'],
      ['another Host', '/v1/opportunities', { headers: { host: 'evil.example' } }, 403, 'HOST_REFUSED'],
      ['another page', '/v1/opportunities', { headers: { origin: 'http://evil.example' } }, 403, 'ORIGIN_REFUSED'],
      ['another page with no address', '/v1/opportunities', { headers: { origin: 'null' } }, 403, 'ORIGIN_REFUSED'],
    ])('%s', async (_what, path, asked, status, problem) => {
      const answer = await ask(path, asked);
      expect([answer.status, answer.headers['content-type'], answer.json().code, answer.json().status]).toEqual([
        status,
        'application/problem+json',
        problem,
        status,
      ]);
      expect(String(answer.json().instance)).toMatch(/^urn:fenshi:req:[0-9a-f]{16}$/);
    });

    test('a problem points at what is wrong, and its page says what it means', async () => {
      const { errors, type } = (await ask('/v1/opportunities?state=bogus&limit=0')).json() as unknown as {
        errors: { pointer: string }[];
        type: string;
      };
      expect(errors.map(({ pointer }) => pointer)).toEqual(['/state/0', '/limit']);
      expect((await ask(type)).json()).toMatchObject({ code: 'BAD_REQUEST', retryable: false, status: 400 });
    });
  });

  describe('opportunities', () => {
    test('page by page, each once, with a link to the next, and without their histories', async () => {
      const seen: string[] = [];
      for (let path: string | null = '/v1/opportunities?limit=3'; path !== null; ) {
        const answer = await ask(path);
        const { items, page } = answer.json() as unknown as { items: { id: string }[]; page: { hasMore: boolean } };
        seen.push(...items.map(({ id }) => id));
        for (const item of items) expect(item).not.toHaveProperty('transitions');
        path = /<(.+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1] ?? null;
        expect(path !== null).toBe(page.hasMore);
      }
      expect(seen).toEqual(day.book.list().map(({ id }) => id));
    });

    test('by filters, a list with commas or twice', async () => {
      const states = async (query: string) =>
        new Set(
          ((await ask(`/v1/opportunities?limit=500&${query}`)).json().items as unknown as { state: string }[]).map(({ state }) => state),
        );
      expect([...(await states('state=archived'))]).toEqual(['archived']);
      expect([...(await states('state=discovered'))]).toEqual([]);
      expect(await states('state=ended,archived')).toEqual(await states('state=ended&state=archived'));
    });

    test('one with its history, its changes, its evidence with margins, and its states at an instant', async () => {
      const view = day.book.list().find(({ transitions }) => transitions.length > 4)!;
      const get = async (tail: string) => (await ask(`/v1/opportunities/${view.id}${tail}`)).json() as Record<string, unknown>;
      expect((await get('')).item).toEqual(JSON.parse(JSON.stringify(view)));
      expect((await get('/transitions')).items).toHaveLength(view.transitions.length);
      const all = ((await get('/evidence')).items as { evidence: { value: number; threshold: number; margin: number }[] }[]).flatMap(
        ({ evidence }) => evidence,
      );
      const held = all.find(({ margin }) => margin !== null)!;
      expect(held.margin).toBeCloseTo(held.value - held.threshold, 12);
      const second = view.transitions.filter(({ region }) => region === 'lifecycle')[1]!;
      expect(await get(`/state?at=${second.tsMs - 1}`)).toMatchObject({ state: 'discovered' });
      expect(((await get(`/state?at=${second.tsMs}`)).regions as { lifecycle: { state: string } }).lifecycle.state).toBe(second.to);
      expect(await get(`/state?at=${view.openedMs - 1}`)).toMatchObject({ state: null, regions: {} });
    });
  });

  test.each([
    ['600519', ['600519.SH']],
    ['pa', ['000001.SZ', '601318.SH']], // begins with it, then holds it
    ['平安', ['000001.SZ', '601318.SH']],
    ['zgpa', ['601318.SH']],
    ['6', ['600519.SH', '601318.SH']],
    ['zz', []],
  ])('symbols are found by code, name or initials: %s', async (q, wanted) => {
    const { items } = (await ask(`/v1/symbols?q=${encodeURIComponent(q)}`)).json() as unknown as { items: { symbol: string }[] };
    expect(items.map(({ symbol }) => symbol)).toEqual(wanted);
  });

  describe('who may', () => {
    const command = { name: 'risk', scope: 'market', level: 1, policy: 'hold' };

    test('read without a token, command with an operator’s, make tokens with an admin’s', async () => {
      const status = async (path: string, asked: Asked) => (await ask(path, asked)).status;
      expect(await status('/v1/commands', posted(command))).toBe(401);
      expect(await status('/v1/commands', posted(command, await bearer('viewer')))).toBe(403);
      expect(await status('/v1/commands', posted(command, await bearer('operator')))).toBe(200);
      expect(await status('/v1/tokens', { headers: await bearer('operator') })).toBe(403);
      expect(await status('/v1/tokens', { headers: await bearer('admin') })).toBe(200);
      expect(acts.filter((line) => line.startsWith('POST /v1/commands'))).toEqual(['POST /v1/commands operator 200']);
    });

    test.each<[string, () => Promise<string> | string]>([
      ['no token', () => 'Bearer'],
      ['another scheme', () => 'Basic dXNlcjpwYXNz'],
      [
        'another key',
        async () => `Bearer ${(await new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-other-'))).issue('x', 'admin', 60_000)).token}`,
      ],
      [
        'one without a signature',
        () =>
          `Bearer ${[{ alg: 'none' }, { jti: 'x', sub: 'x', role: 'admin' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
      ],
      ['one that has expired', async () => (await bearer('admin', -1000)).authorization],
      [
        'one that was revoked',
        async () => {
          const { token, issued } = await tokens.issue('x', 'admin', 60_000);
          tokens.revoke(issued.id);
          return `Bearer ${token}`;
        },
      ],
    ])('%s is nobody', async (_what, authorization) => {
      const answer = await ask('/v1/opportunities', { headers: { authorization: await authorization() } });
      expect([answer.status, answer.json().code, answer.headers['www-authenticate']]).toEqual([
        401,
        'UNAUTHORIZED',
        'Bearer realm="fenshi"',
      ]);
    });

    test('the code of the link gives one admin’s token once, also after a restart; a wrong one gives none', async () => {
      expect((await ask('/v1/session', posted({ code: 'a-wrong-code' }))).status).toBe(401);
      const made = await ask('/v1/session', posted({ code }));
      expect([made.status, made.headers['cache-control']]).toEqual([200, 'no-store']);
      const headers = { authorization: `Bearer ${made.json().token}` };
      expect((await ask('/v1/me', { headers })).json()).toMatchObject({ role: 'admin' });
      expect((await ask('/v1/session', posted({ code }))).status).toBe(401);
      await expect(new Access(tokens, { needsToken: false, code }).exchange(code)).rejects.toThrow('UNAUTHORIZED');
    });

    test('ten wrong codes void the right one', async () => {
      const access = new Access(new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-codes-'))), { needsToken: false, code: 'the-right-one' });
      for (let i = 0; i < 10; i++) await expect(access.exchange('wrong-one')).rejects.toThrow('UNAUTHORIZED');
      await expect(access.exchange('the-right-one')).rejects.toThrow('UNAUTHORIZED');
    });

    test('keys are their owner’s alone, and a list shows no token', async () => {
      for (const name of ['key.json', 'tokens.json']) expect(statSync(join(dir, 'auth', name)).mode & 0o077).toBe(0);
      const secret = (await tokens.issue('listed', 'viewer', 60_000)).token;
      expect(readFileSync(join(dir, 'auth', 'tokens.json'), 'utf8')).not.toContain(secret);
      const { id } = (
        JSON.parse((await ask('/v1/tokens', { headers: await bearer('admin') })).bytes.toString()) as {
          items: { id: string; name: string }[];
        }
      ).items.find(({ name }) => name === 'listed')!;
      expect((await ask(`/v1/tokens/${id}`, { method: 'DELETE', headers: await bearer('admin') })).status).toBe(200);
      expect((await ask('/v1/me', { headers: { authorization: `Bearer ${secret}` } })).status).toBe(401);
    });
  });

  describe('commands', () => {
    test('are answered by their step, refused with 409 and the cell’s code, and one by their key', async () => {
      const headers = await bearer('operator');
      const good = await ask('/v1/commands', posted({ name: 'enable', detector: 'rally' }, { ...headers, 'idempotency-key': 'k1' }));
      expect([good.status, good.json()]).toEqual([
        200,
        { commandId: expect.stringMatching(/^api:[\w-]{12}:[0-9a-f]{32}$/), tradeDate: '20261123', step: 7, accepted: true, code: null },
      ]);
      await ask('/v1/commands', posted({ name: 'enable', detector: 'rally' }, { ...headers, 'idempotency-key': 'k1' }));
      await ask('/v1/commands', posted({ name: 'enable', detector: 'rotation' }, { ...headers, 'idempotency-key': 'k1' }));
      const ids = commands.slice(-3).map(({ commandId }) => commandId);
      // the same again is the same; another under its key is another
      expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
      const refused = await ask('/v1/commands', posted({ name: 'disable', detector: 'nobody' }, headers));
      expect([refused.status, refused.json().code]).toEqual([409, 'NOT_FOUND']);
      await ask('/v1/opportunities/some.id/dismiss', posted({}, headers));
      expect(commands.at(-1)!.command).toEqual({ name: 'dismiss', opportunity: 'some.id' });
    });

    test.each<[string, Asked, number, string]>([
      ['no command', posted({ name: 'buy' }), 400, 'BAD_REQUEST'],
      ['one of the machine’s own', posted({ name: 'skip', tradeDate: '20261123', n: 1 }), 403, 'FORBIDDEN'],
      ['no JSON', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }, 400, 'BAD_REQUEST'],
      ['another type', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 415, 'UNSUPPORTED_TYPE'],
      [
        'too long',
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(70_000)}"` },
        413,
        'BODY_TOO_LARGE',
      ],
      ['a key that is none', posted({ name: 'enable', detector: 'x' }, { 'idempotency-key': 'a key' }), 400, 'BAD_REQUEST'],
    ])('%s', async (_what, asked, status, problem) => {
      const answer = await ask('/v1/commands', { ...asked, headers: { ...asked.headers, ...(await bearer('operator')) } });
      expect([answer.status, answer.json().code]).toEqual([status, problem]);
    });
  });

  describe('the stream', () => {
    const closed = (protocols: string[], headers: Record<string, string> = {}): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, { protocols, headers });
        socket.onclose = ({ code: own }) => resolve(own);
        socket.onmessage = () => {
          resolve(0);
          socket.close();
        };
      });

    test.each<[string, string[], Record<string, string>, number]>([
      ['no protocol in common', ['other'], {}, closeCodes.badProtocol],
      ['another page', ['fenshi.v1.json'], { origin: 'http://evil.example' }, closeCodes.notAllowed],
      ['a token that is none', ['fenshi.v1.json', 'fenshi.token.abcdefghijklmnopqrstuvwxyz'], {}, closeCodes.unauthorized],
      ['a guest', ['fenshi.v1.json'], {}, 0],
    ])('%s: accepted, and closed with the reason', async (_what, protocols, headers, wanted) =>
      expect(await closed(protocols, headers)).toBe(wanted),
    );
  });

  test('where reading takes a token too, a guest sees health and nothing else', async () => {
    const own = await freePort();
    const locked = await startGateway(loaded as Uws, {
      ...options,
      port: own,
      access: new Access(tokens, { needsToken: true, code: null }),
    });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await request(`http://127.0.0.1:${own}${path}`, { headers })).statusCode;
    expect([await status('/v1/opportunities'), await status('/v1/status'), await status('/healthz'), await status('/')]).toEqual([
      401, 401, 200, 200,
    ]);
    expect(await status('/v1/opportunities', await bearer('viewer'))).toBe(200);
    await locked.close();
  });

  test('too much from one address is told when to come again', async () => {
    const own = await freePort();
    const busy = await startGateway(loaded as Uws, { ...options, port: own });
    const many = await Promise.all(Array.from({ length: 700 }, async () => (await request(`http://127.0.0.1:${own}/v1/me`)).statusCode));
    const last = await request(`http://127.0.0.1:${own}/v1/me`);
    expect(many.filter((status) => status === 200).length).toBeGreaterThanOrEqual(400);
    if (last.statusCode === 429) expect(last.headers['retry-after']).toBe('1');
    await busy.close();
  });

  test('OpenAPI has every route, each with an id of its own, and its answers are what it says', async () => {
    const spec = (await ask('/v1/openapi.json')).json() as unknown as { paths: Record<string, Record<string, { operationId: string }>> };
    const routes = routesOf(options);
    const ids = Object.values(spec.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(routes.map(({ id }) => id).sort());
    expect(new Set(ids).size).toBe(ids.length);
    const id = day.book.list()[0]!.id;
    const asked = routes.filter((row) => row.method === 'GET' && row.answer !== undefined && row.role !== 'admin');
    let held = 0;
    for (const row of asked) {
      const path = row.path.replace('{id}', id).replace('{symbol}', '600519.SH').replace('{code}', 'not-found');
      const { status, json } = await ask(row.id === 'stateAt' ? `${path}?at=${day.tsMs}` : path);
      if (status !== 200) continue;
      held += 1;
      const parsed = row.answer!.safeParse(json());
      expect(parsed.success ? '' : `${row.id}: ${parsed.error.message}`).toBe('');
    }
    expect(held).toBeGreaterThan(14);
    expect((await ask('/docs')).bytes.toString()).toContain('/v1/opportunities/{id}/evidence');
  });
});
