/** The client as another program has it: packed, on a real gateway, several channels on one socket, in either encoding. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, encode } from '../../contracts/codec.ts';
import { closeCodes } from '../../contracts/frames.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { gatewayOptions } from '../../scenarios/support/gateway.ts';
import { freePort } from '../../scenarios/support/test-broker.ts';
import { DayState } from '../day-state.ts';
import { type Gateway, startGateway } from '../server.ts';
import { loadUws, type Uws } from '../uws.ts';
import { FenshiApi, FenshiClient, type SocketConstructor } from './index.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const msgpack = { protocol: 'fenshi.v1.msgpack', encode, decode: (data: unknown) => decode(new Uint8Array(data as ArrayBuffer)) };

describe.skipIf(reason !== '')(`the client${reason === '' ? '' : ` (${reason})`}`, () => {
  const day = new DayState('test-1');
  let steps: ReturnType<typeof foldDay>['steps'];
  let gateway: Gateway;
  let port: number;
  let token: string;
  beforeAll(async () => {
    const made = generatedDay({ count: 40, until: '10:15' });
    ({ steps } = foldDay(made.bundle, made.entries));
    for (const step of steps.slice(0, -40)) day.apply('20261123', step);
    day.caughtUp = true;
    const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-client-')));
    token = (await tokens.issue('bot', 'operator', 60_000)).token;
    port = await freePort();
    const command = ({ command: { name } }: { command: { name: string } }) =>
      Promise.resolve({ ok: true as const, tradeDate: '20261123', step: 9, accepted: name === 'enable', code: null });
    gateway = await startGateway(loaded as Uws, gatewayOptions(day, port, { tokens, command }));
  });
  afterAll(() => gateway.close());
  const connect = (more: object = {}) =>
    new FenshiClient({ url: `ws://127.0.0.1:${port}/v1/stream`, WebSocket: WebSocket as unknown as SocketConstructor, ...more });

  test.each([
    ['JSON', {}],
    ['MessagePack', { codec: msgpack }],
  ])('several channels on one socket, in %s', async (_what, more) => {
    const client = connect(more);
    const seen = new Map<string, unknown>();
    await new Promise<void>((resolve) => {
      const got = (ch: string) => (told: unknown) => {
        seen.set(ch, told);
        if (seen.size === 4) resolve();
      };
      client.subscribe('opportunities', { onSnapshot: got('opportunities') }, { state: ['archived', 'ended'] });
      // typed by its channel
      client.subscribe('market', { onSnapshot: (items) => got('market')(items.map(({ actor, state }) => ({ actor, state }))) });
      client.subscribe('ops', { onValues: got('ops') });
      client.subscribe('weather', { onRefused: got('weather') });
      client.start();
    });
    expect(seen.get('weather')).toBe('UNKNOWN_CHANNEL');
    expect((seen.get('opportunities') as { state: string }[]).every(({ state }) => state === 'archived' || state === 'ended')).toBe(true);
    expect(seen.get('market')).toMatchObject([{ actor: 'market' }, {}, {}].slice(0, (seen.get('market') as unknown[]).length));
    client.stop();
  });

  test('a token that is none turns it away for good', async () => {
    const client = connect({ token: 'abcdefghijklmnopqrstuvwxyz' });
    const code = await new Promise((resolve) => {
      client.onTurnedAway = resolve;
      client.start();
    });
    expect(code).toBe(closeCodes.unauthorized);
  });

  test('the API page by page, commands by their key, and refusals as what the server calls them', async () => {
    const api = new FenshiApi(`http://127.0.0.1:${port}/`, token);
    const ids: string[] = [];
    for await (const { id } of api.all<{ id: string }>('/v1/opportunities', { limit: 2 })) ids.push(id);
    expect(ids).toEqual(day.book.list().map(({ id }) => id));
    expect(await api.command({ name: 'enable', detector: 'rally' }, 'k')).toMatchObject({ step: 9, accepted: true });
    expect(await api.command({ name: 'disable', detector: 'rally' })).toMatchObject({ accepted: false });
    await expect(api.get('/v1/opportunities/nothing')).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404, retryable: false });
    await expect(new FenshiApi(`http://127.0.0.1:${port}`).command({ name: 'enable', detector: 'rally' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });

  test('it can be packed: one file without an import', async () => {
    await import('./build.ts');
    const packed = (await import(join(import.meta.dirname, 'dist', 'index.js'))) as Record<string, unknown>;
    expect(Object.keys(packed).sort()).toEqual(['FenshiApi', 'FenshiClient', 'FenshiProblem', 'StreamClient', 'Subscription']);
  });
});
