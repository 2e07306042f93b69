import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { serveOps } from './ops-server.ts';

const asked = (port: number, path: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
const opened = async (host: string) => {
  const server = await serveOps({ host, port: 0 }, new Registry(), () => ({ ready: false }));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

test('on loopback it is asked under this machine’s names alone: a page of another site that was given the address is refused', async () => {
  const { port, close } = await opened('127.0.0.1');
  const statuses: number[] = [];
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]', 'evil.example', `evil.example:${port}`, '127.0.0.1.evil.example'])
    statuses.push(await asked(port, '/metrics', host));
  expect(statuses).toEqual([200, 200, 200, 403, 403, 403]);
  expect([await asked(port, '/healthz', 'localhost'), await asked(port, '/readyz', 'localhost')]).toEqual([200, 503]);
  close();
});

test('opened to others it is asked under whatever name they have for it', async () => {
  const { port, close } = await opened('0.0.0.0');
  expect(await asked(port, '/metrics', 'fenshi-engine:9464')).toBe(200);
  close();
});
