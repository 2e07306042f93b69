import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streams, subjects } from '../../contracts/subjects.ts';
import { freePort, natsServer } from '../../scenarios/support/test-broker.ts';
import { accessFor } from './broker.ts';
import { BrokerKeeper } from './broker-keeper.ts';
import { connectBroker } from './connect.ts';
import { ensureStreams } from './streams.ts';

let dir: string;
let keeper: BrokerKeeper;
const said: string[] = [];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-keeper-'));
  said.length = 0;
  keeper = await BrokerKeeper.start({ program: natsServer, configFile: 'nats.conf', dir, run: 'test-1', port: await freePort() }, (line) =>
    said.push(line),
  );
});
afterEach(async () => {
  await keeper.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a broker that is killed comes back on its port and store, its clients by themselves, and every time is told and counted', async () => {
  const nc = await connectBroker(accessFor(dir, keeper.port, 'engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, 'test-1');
  const subject = `${subjects('test-1').allJournal.replace('*', '20261123')}`;
  const { port } = keeper;
  for (let i = 1; i <= 3; i++) {
    await js.publish(subject, new Uint8Array([i]), { timeout: 60_000 });
    const pid = keeper.pid;
    const back = (async () => {
      for await (const { type } of nc.status()) if (type === 'reconnect') return;
    })();
    process.kill(pid, 'SIGKILL');
    await back;
    expect([keeper.pid === pid, keeper.port, keeper.restarts]).toEqual([false, port, i]);
  }
  await js.publish(subject, new Uint8Array([4]), { timeout: 60_000 });
  expect((await jsm.streams.info(streams('test-1').journal)).state.messages).toBe(4);
  expect(said).toEqual(Array.from({ length: 3 }, () => 'nats-server ended (by a signal); it is started again'));
  await nc.close();
});

test('one that is stopped on purpose stays so', async () => {
  const { pid } = keeper;
  await keeper.stop();
  expect([said, keeper.restarts, keeper.pid]).toEqual([[], 0, pid]);
  expect(() => process.kill(pid, 0)).toThrow();
});
