import { jetstream } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { feedBucket } from '../../contracts/feed.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from './connect.ts';
import { ensureFeedBucket, SourceLeases } from './feed-bucket.ts';

describe('leases of sources', () => {
  let broker: TestBroker;
  let nc: NatsConnection;
  let kv: KV;

  beforeAll(async () => {
    broker = await startTestBroker();
    nc = await connectBroker(broker.access('engine'), 'test');
  });
  afterAll(async () => {
    await nc.close();
    await broker.stop();
  });
  beforeEach(async () => {
    await ensureFeedBucket(jetstream(nc), broker.run);
    kv = await new Kvm(jetstream(nc)).open(feedBucket(broker.run));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await kv.destroy();
  });

  test('one owner has all of them, in whatever order the sources are preferred', async () => {
    const ours = new SourceLeases(kv, ['tencent', 'sina'], 'ours');
    const theirs = new SourceLeases(kv, ['sina', 'tencent'], 'theirs');
    const renewed = await Promise.all([ours.renew(), theirs.renew()]);
    expect(renewed.filter(Boolean)).toHaveLength(1);
    expect([ours.isHeld, theirs.isHeld].filter(Boolean)).toHaveLength(1);
  });

  test('feeds of other sources do not wait for each other', async () => {
    const ours = new SourceLeases(kv, ['tencent', 'sina'], 'ours');
    const theirs = new SourceLeases(kv, ['eastmoney'], 'theirs');
    expect([await ours.renew(), await theirs.renew()]).toEqual([true, true]);
  });

  test('one source that another asks keeps all of them back until it is released', async () => {
    const theirs = new SourceLeases(kv, ['tencent'], 'theirs');
    await theirs.renew();
    const ours = new SourceLeases(kv, ['tencent', 'sina'], 'ours');
    expect(await ours.renew()).toBe(false);
    expect(ours.isHeld).toBe(false);
    await theirs.release();
    expect(await ours.renew()).toBe(true);
  });

  test('what is not renewed runs out, for its owner before it does for others', async () => {
    const ours = new SourceLeases(kv, ['tencent'], 'ours');
    const theirs = new SourceLeases(kv, ['tencent'], 'theirs');
    await ours.renew();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 4200 });
    expect(ours.isHeld).toBe(false);
    expect(await theirs.renew()).toBe(false);
    vi.setSystemTime(now + 5100);
    expect(await theirs.renew()).toBe(true);
    expect(await ours.renew()).toBe(false);
  });
});
