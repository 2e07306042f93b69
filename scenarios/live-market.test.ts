import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayConfig } from '../contracts/bundle.ts';
import { decode } from '../contracts/codec.ts';
import { defaultConfig } from '../contracts/config.ts';
import { JournalStep } from '../contracts/journal.ts';
import { clockOf } from '../contracts/session.ts';
import { streams } from '../contracts/subjects.ts';
import { decodeTape, type TapeEntry } from '../contracts/tape.ts';
import { loadBundle } from '../engine/log/bundle-store.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { testDate } from './support/days.ts';
import { RoleProcess, roleStart } from './support/role-process.ts';
import { startTestBroker, type TestBroker } from './support/test-broker.ts';

/** A demo of 60 symbols, handed over at 09:31, collected through the emulated vendors. */
describe('a demo collected by the real adapters', () => {
  let broker: TestBroker;
  let bundles: string;
  let roles: Record<'engine' | 'scenarios' | 'feed', RoleProcess>;
  let nc: Awaited<ReturnType<typeof connectBroker>>;

  beforeAll(async () => {
    broker = await startTestBroker();
    bundles = mkdtempSync(join(tmpdir(), 'fenshi-bundles-'));
    const demo = { seed: 1, count: 60, date: testDate, startAt: '09:31', speed: 1, config: dayConfig(defaultConfig) };
    const feed = { order: ['tencent' as const, 'sina' as const], cadenceMs: 3000, watch: [] };
    roles = {
      engine: new RoleProcess('engine', await roleStart(broker, 'engine', bundles)),
      scenarios: new RoleProcess('scenarios', { ...(await roleStart(broker, 'scenarios', bundles)), demo }),
      feed: new RoleProcess('feed', { ...(await roleStart(broker, 'feed', bundles)), feed }),
    };
    for (const role of Object.values(roles)) role.start();
    nc = await connectBroker(broker.access('engine'), 'test');
  });
  afterAll(async () => {
    for (const role of ['scenarios', 'feed', 'engine'] as const) await roles[role].stop();
    await nc.close();
    await broker.stop();
    rmSync(bundles, { recursive: true });
  });

  async function tape(): Promise<TapeEntry[]> {
    const jsm = await jetstreamManager(nc);
    const { state } = await jsm.streams.info(streams(broker.run).tape);
    const entries: TapeEntry[] = [];
    const consumer = await jetstream(nc).consumers.get(streams(broker.run).tape);
    for await (const message of await consumer.consume({ max_messages: 500 })) {
      entries.push(decodeTape(message.data));
      if (message.seq >= state.last_seq) break;
    }
    return entries;
  }
  const collected = (entries: readonly TapeEntry[]) =>
    entries.filter((entry) => entry.type === 'quotes' && entry.batch.source === 'tencent');
  /** The tape once `more` sweeps are on it. */
  async function until(more: number): Promise<TapeEntry[]> {
    for (;;) {
      const entries = await tape().catch(() => []);
      if (collected(entries).length >= more) return entries;
      await sleep(500);
    }
  }

  test('goes on through a killed feed and a killed market; no second of the clock is lost or told twice; the journal is the fold of the tape', async () => {
    const first = collected(await until(2)).length;
    await roles.feed.kill();
    roles.feed.start();
    const second = collected(await until(first + 2)).length;
    await roles.scenarios.kill();
    roles.scenarios.start();
    const entries = await until(second + 2);

    const clocks = entries.filter(({ type }) => type === 'clock').map(({ tsMs }) => tsMs);
    expect(clocks.every((tsMs, i) => i === 0 || tsMs - clocks[i - 1]! === 1000)).toBe(true);
    const handedOver = entries.findIndex((entry) => entry.type === 'quotes' && entry.batch.source === 'tencent');
    expect(clockOf(entries[handedOver]!.tsMs) >= '09:31:00').toBe(true);
    expect(new Set(entries.slice(handedOver).flatMap((entry) => (entry.type === 'quotes' ? [entry.batch.source] : [])))).toEqual(
      new Set(['tencent']),
    );
    expect(entries.some((entry) => entry.type === 'index' && entry.batch.source === 'tencent')).toBe(true);

    await roles.feed.stop();
    await roles.scenarios.stop();
    await roles.engine.atRest();
    const whole = await tape();
    const open = whole[0]!;
    if (open.type !== 'day.open') throw new Error('the tape begins with another entry');
    const { steps } = foldDay(loadBundle(bundles, open.bundle), whole);
    const stored: JournalStep[] = [];
    const consumer = await jetstream(nc).consumers.get(streams(broker.run).journal);
    for await (const message of await consumer.consume()) {
      stored.push(JournalStep.parse(decode(message.data)));
      if (stored.length === steps.length) break;
    }
    expect(stored.map(({ hash }) => hash)).toEqual(steps.map(({ hash }) => hash));
  });
});
