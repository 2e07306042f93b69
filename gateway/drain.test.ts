/** A gateway that ends: what was asked is answered, what was said is heard, and nobody is kept waiting for ever. */
import { request, WebSocket } from 'undici';
import { expect, test } from 'vitest';
import { closeCodes } from '../contracts/frames.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { dayOf } from '../scenarios/support/stream.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

test.skipIf(reason !== '')(`a request under way, a listener of events and one of the stream each hear the end of it${reason}`, async () => {
  const port = await freePort();
  let answer = (_value: unknown): void => undefined;
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const ladder = new Promise((resolve) => {
    answer = resolve;
  });
  const gateway = await startGateway(
    loaded as Uws,
    gatewayOptions(dayOf(3), port, {
      ask: (() => {
        isAsked();
        return ladder;
      }) as never,
    }),
  );
  const base = `127.0.0.1:${port}`;
  const underWay = request(`http://${base}/v1/ladder`);
  const events = await request(`http://${base}/v1/events?ch=market`);
  const told = events.body.text();
  const socket = new WebSocket(`ws://${base}/v1/stream`, 'fenshi.v1.json');
  const frames: string[] = [];
  const welcomed = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      frames.push((JSON.parse(String(data)) as { op: string }).op);
      resolve();
    };
  });
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  await Promise.all([asked, welcomed]);

  const closing = gateway.close();
  answer({ ok: true, asOf: { tradeDate: '20261123', tsMs: 1, n: 1 }, rows: [] });
  expect((await underWay).statusCode).toBe(200);
  expect(await told).toMatch(/: the server ends\n\n$/);
  expect([frames, await closed]).toEqual([['welcome', 'bye'], closeCodes.shutdown]);
  await closing;
  await expect(request(`http://${base}/v1/ladder`)).rejects.toThrow();
});
