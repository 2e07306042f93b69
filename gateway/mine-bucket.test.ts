import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mineBucket, mineKey, nothingMine, ownerHere } from '../contracts/mine.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { ensureMineBucket } from '../engine/log/feed-bucket.ts';
import { ownLists } from '../engine/notify/own-lists.ts';
import { startTestBroker, type TestBroker } from '../scenarios/support/test-broker.ts';
import { type MineStore, mineStore } from './mine-bucket.ts';

describe('what a person keeps, with the rights of the gateway', () => {
  let broker: TestBroker;
  let engine: NatsConnection;
  let nc: NatsConnection;
  let mine: MineStore;
  const own = { ...nothingMine, lists: [{ name: '自选', symbols: ['600519.SH'] }] };

  beforeAll(async () => {
    broker = await startTestBroker();
    engine = await connectBroker(broker.access('engine'), 'test');
    nc = await connectBroker(broker.access('gateway'), 'test');
    mine = mineStore(() => nc, broker.run);
  });
  afterAll(async () => {
    await nc.close();
    await engine.close();
    await broker.stop();
  });

  test('is refused by its code before there is a bucket, and works once there is', async () => {
    await expect(mine.read('wang')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await ensureMineBucket(jetstream(engine), broker.run);
    expect(await mine.read('wang')).toBeNull();
  });

  test('is replaced only at the revision that stands, and nobody reads another’s', async () => {
    const first = await mine.write('wang', own, 0);
    expect(await mine.read('wang')).toEqual({ revision: first, mine: own });
    expect(await mine.write('wang', nothingMine, 0)).toBeNull();
    expect(await mine.write('wang', nothingMine, first! + 1)).toBeNull();
    const second = await mine.write('wang', { ...own, marks: { 'o.1': { pinned: true } } }, first!);
    expect(second).toBeGreaterThan(first!);
    expect(await mine.read('li')).toBeNull();
    expect((await mine.read('wang'))!.mine.marks).toEqual({ 'o.1': { pinned: true } });
  });

  test('of who sits at this machine is read by the notify role, with its own rights', async () => {
    const reader = await connectBroker(broker.access('notify'), 'test');
    const lists = ownLists(reader, broker.run);
    expect(await lists()).toBeNull();
    await mine.write(ownerHere, own, 0);
    expect((await lists())!.lists).toEqual(own.lists);
    await expect(
      jetstream(reader).publish(`$KV.${mineBucket(broker.run)}.${mineKey(ownerHere)}`, new Uint8Array(), { timeout: 1000, retries: 1 }),
      'and never written by it',
    ).rejects.toThrow();
    await reader.close();
  });

  test('of a name with any signs in it is somebody’s own', async () => {
    expect(await mine.write('a.*>b c', own, 0)).toBeGreaterThan(0);
    expect((await mine.read('a.*>b c'))!.mine).toEqual(own);
    expect(await mine.read('a.*')).toBeNull();
  });

  test('is all that the gateway may write: no other key of any bucket', async () => {
    await expect(
      jetstream(nc).publish(`$KV.${mineBucket(broker.run)}.other`, new Uint8Array(), { timeout: 1000, retries: 1 }),
    ).rejects.toThrow();
    expect(await mine.read('wang')).not.toBeNull();
  });
});
