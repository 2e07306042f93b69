import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decode } from '../../contracts/codec.ts';
import { makeLog } from '../../contracts/process/log.ts';
import { RoleStatus } from '../../contracts/status.ts';
import { subjects } from '../../contracts/subjects.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from '../log/connect.ts';
import { type Verdict, Vitals } from './vitals.ts';

let broker: TestBroker;
let dir: string;
beforeAll(async () => {
  broker = await startTestBroker();
  dir = mkdtempSync(join(tmpdir(), 'fenshi-vitals-'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a role says what it judges of itself; without its broker nothing else counts, and that passes', async () => {
  const nc = await connectBroker(broker.access('engine'), 'test');
  const listener = await connectBroker(broker.access('gateway'), 'test-listener');
  const heard = listener.subscribe(subjects(broker.run).allStatus);
  let own: Verdict = { code: 'NO_DAY' };
  const vitals = new Vitals(nc, 'engine', { run: broker.run, dir }, makeLog('test', 'silent'), () => own);
  for await (const message of heard) {
    expect(RoleStatus.parse(decode(message.data))).toMatchObject({ role: 'engine', ready: false, code: 'NO_DAY' });
    break;
  }
  expect(vitals.readiness()).toEqual({ ready: false, code: 'NO_DAY', why: 'There is no trading day yet', checks: {} });
  own = { code: null, facts: { step: 7 } };
  expect(vitals.readiness()).toEqual({ ready: true, checks: { step: 7 } });

  const words: string[] = [];
  const back = (async () => {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect') words.push(vitals.status().code ?? 'ready');
      if (type === 'reconnect') return;
    }
  })();
  await broker.killAndRestart();
  await back;
  await expect.poll(() => vitals.status().code, { timeout: 60_000 }).toBeNull();
  expect(words).toEqual(['BROKER_UNREACHABLE']);
  vitals.stop();
  await Promise.all([nc.close(), listener.close()]);
});

test('a permission that the broker refuses stays the verdict', async () => {
  const nc = await connectBroker(broker.access('subscriber'), 'test');
  const vitals = new Vitals(nc, 'subscriber', { run: broker.run, dir }, makeLog('test', 'silent'), () => ({ code: null }));
  nc.publish(`tape.v1.${broker.run}.clock`, new Uint8Array(1));
  await expect.poll(() => vitals.status().code, { timeout: 60_000 }).toBe('ACCESS_REFUSED');
  vitals.stop();
  await nc.close();
});
