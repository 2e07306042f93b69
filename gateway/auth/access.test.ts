/** Who may read, command and make tokens, over real sockets; and what a command is answered. */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request, WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeCodes } from '../../contracts/frames.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { type Asked, type Door, doorCode, openDoor, posted } from '../../scenarios/support/door.ts';
import { freePort } from '../../scenarios/support/test-broker.ts';
import { startGateway } from '../server.ts';
import { loadUws, type Uws } from '../uws.ts';
import { Access } from './access.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

describe.skipIf(reason !== '')(`who may${reason === '' ? '' : ` (${reason})`}`, () => {
  let door: Door;
  const ask: Door['ask'] = (path, asked) => door.ask(path, asked);
  beforeAll(async () => {
    door = await openDoor(loaded as Uws);
  });
  afterAll(() => door.close());

  describe('by role', () => {
    const command = { name: 'risk', scope: 'market', level: 1, policy: 'hold' };

    test('read without a token, command with an operator’s, make tokens with an admin’s', async () => {
      const status = async (path: string, asked: Asked) => (await ask(path, asked)).status;
      expect(await status('/v1/commands', posted(command))).toBe(401);
      expect(await status('/v1/commands', posted(command, await door.bearer('viewer')))).toBe(403);
      expect(await status('/v1/commands', posted(command, await door.bearer('operator')))).toBe(200);
      expect(await status('/v1/tokens', { headers: await door.bearer('operator') })).toBe(403);
      expect(await status('/v1/tokens', { headers: await door.bearer('admin') })).toBe(200);
      expect(door.acts.filter((line) => line.startsWith('POST /v1/commands'))).toEqual([
        'POST /v1/commands viewer 401',
        'POST /v1/commands viewer 403',
        'POST /v1/commands operator 200 risk market 7',
      ]);
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
      ['one that has expired', async () => (await door.bearer('admin', -1000)).authorization],
      [
        'one that was revoked',
        async () => {
          const { token, issued } = await door.tokens.issue('x', 'admin', 60_000);
          await door.tokens.revoke(issued.id);
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
      const made = await ask('/v1/session', posted({ code: doorCode }));
      expect([made.status, made.headers['cache-control']]).toEqual([200, 'no-store']);
      const headers = { authorization: `Bearer ${made.json().token}` };
      expect((await ask('/v1/me', { headers })).json()).toMatchObject({ role: 'admin' });
      expect((await ask('/v1/session', posted({ code: doorCode }))).status).toBe(401);
      await expect(new Access(door.tokens, { needsToken: false, code: doorCode }).exchange(doorCode)).rejects.toThrow('UNAUTHORIZED');
    });

    test('ten wrong codes void the right one', async () => {
      const access = new Access(new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-codes-'))), { needsToken: false, code: 'the-right-one' });
      for (let i = 0; i < 10; i++) await expect(access.exchange('wrong-one')).rejects.toThrow('UNAUTHORIZED');
      await expect(access.exchange('the-right-one')).rejects.toThrow('UNAUTHORIZED');
    });

    test('a code for which no token could be made is not used up', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'fenshi-codes-'));
      const access = new Access(new Tokens(dir), { needsToken: false, code: 'the-right-one' });
      writeFileSync(join(dir, 'auth'), ''); // no folder can be made there
      await expect(access.exchange('the-right-one')).rejects.toThrow();
      rmSync(join(dir, 'auth'));
      expect((await access.exchange('the-right-one')).role).toBe('admin');
    });

    test('keys are their owner’s alone, and a list shows no token', async () => {
      for (const name of ['key.json', 'tokens.json']) expect(statSync(join(door.dir, 'auth', name)).mode & 0o077).toBe(0);
      const secret = (await door.tokens.issue('listed', 'viewer', 60_000)).token;
      expect(readFileSync(join(door.dir, 'auth', 'tokens.json'), 'utf8')).not.toContain(secret);
      const { id } = (
        JSON.parse((await ask('/v1/tokens', { headers: await door.bearer('admin') })).bytes.toString()) as {
          items: { id: string; name: string }[];
        }
      ).items.find(({ name }) => name === 'listed')!;
      expect((await ask(`/v1/tokens/${id}`, { method: 'DELETE', headers: await door.bearer('admin') })).status).toBe(200);
      expect((await ask('/v1/me', { headers: { authorization: `Bearer ${secret}` } })).status).toBe(401);
    });
  });

  describe('commands', () => {
    test('are answered by their step, refused with 409 and the cell’s code, and one by their key', async () => {
      const headers = await door.bearer('operator');
      const good = await ask('/v1/commands', posted({ name: 'enable', detector: 'rally' }, { ...headers, 'idempotency-key': 'k1' }));
      expect([good.status, good.json()]).toEqual([
        200,
        { commandId: expect.stringMatching(/^api:[\w-]{12}:[0-9a-f]{32}$/), tradeDate: '20261123', step: 7, accepted: true, code: null },
      ]);
      await ask('/v1/commands', posted({ name: 'enable', detector: 'rally' }, { ...headers, 'idempotency-key': 'k1' }));
      await ask('/v1/commands', posted({ name: 'enable', detector: 'rotation' }, { ...headers, 'idempotency-key': 'k1' }));
      const ids = door.commands.slice(-3).map(({ commandId }) => commandId);
      // the same again is the same; another under its key is another
      expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
      const refused = await ask('/v1/commands', posted({ name: 'disable', detector: 'nobody' }, headers));
      expect([refused.status, refused.json().code]).toEqual([409, 'NOT_FOUND']);
      await ask('/v1/opportunities/some.id/dismiss', posted({}, headers));
      expect(door.commands.at(-1)!.command).toEqual({ name: 'dismiss', opportunity: 'some.id' });
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
      const answer = await ask('/v1/commands', { ...asked, headers: { ...asked.headers, ...(await door.bearer('operator')) } });
      expect([answer.status, answer.json().code]).toEqual([status, problem]);
    });
  });

  describe('the stream', () => {
    const closed = (protocols: string[], headers: Record<string, string> = {}): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${door.port}/v1/stream`, { protocols, headers });
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

  test('while the list of tokens cannot be read nobody comes in by one, and whoever tries may come back', async () => {
    const { token } = await door.tokens.issue('a friend', 'viewer', 60_000);
    const file = join(door.dir, 'auth', 'tokens.json');
    const kept = readFileSync(file);
    const code = (): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${door.port}/v1/stream`, ['fenshi.v1.json', `fenshi.token.${token}`]);
        socket.onclose = (event) => resolve(event.code);
        socket.onmessage = () => {
          resolve(0);
          socket.close();
        };
      });
    writeFileSync(file, '[{');
    utimesSync(file, new Date(), new Date(Date.now() + 9000));
    expect(await code()).toBe(closeCodes.shutdown);
    expect((await ask('/v1/opportunities', { headers: { authorization: `Bearer ${token}` } })).status).toBe(500);
    writeFileSync(file, kept);
    utimesSync(file, new Date(), new Date(Date.now() + 12_000));
    expect(await code()).toBe(0);
  });

  test('where reading takes a token too, a guest sees health, the page and the reference, and nothing of the market or the run', async () => {
    const own = await freePort();
    const locked = await startGateway(loaded as Uws, {
      ...door.options,
      port: own,
      access: new Access(door.tokens, { needsToken: true, code: null }),
    });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await request(`http://127.0.0.1:${own}${path}`, { headers })).statusCode;
    expect([await status('/v1/opportunities'), await status('/v1/status'), await status('/metrics')]).toEqual([401, 401, 401]);
    expect([await status('/healthz'), await status('/'), await status('/docs'), await status('/v1/me')]).toEqual([200, 200, 200, 200]);
    expect(await status('/v1/opportunities', await door.bearer('viewer'))).toBe(200);
    await locked.close();
  });
});
