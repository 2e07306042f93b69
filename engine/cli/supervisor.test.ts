import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, describe, expect, test } from 'vitest';
import { decode } from '../../contracts/codec.ts';
import { JournalStep } from '../../contracts/journal.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { encodeTape } from '../../contracts/tape.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { freePort, startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { ensureStreams } from '../log/streams.ts';
import { Position, readPosition } from '../runtime/position.ts';
import { PoisonWatch, skipOn } from './poison-watch.ts';
import { Supervisor } from './supervisor.ts';

describe('poison watch', () => {
  const watch = () => {
    const dir = mkdtempSync(join(tmpdir(), 'fenshi-position-'));
    const skipped: number[] = [];
    return { dir, skipped, poison: new PoisonWatch(dir, ({ n }) => Promise.resolve(void skipped.push(n))) };
  };
  const dieAt = (dir: string, n: number) => new Position(dir).enter({ tradeDate: '20261123', n });

  test('names the entry at the third crash in a row, and starts over', async () => {
    const { dir, skipped, poison } = watch();
    for (const n of [7, 7, 7, 7]) {
      dieAt(dir, n);
      await poison.crashed();
    }
    expect(skipped).toEqual([7]);
  });

  test('crashes at different entries, or between entries, accuse none', async () => {
    const { dir, skipped, poison } = watch();
    for (const n of [7, 7, 8, 7, 7]) {
      dieAt(dir, n);
      await poison.crashed();
    }
    const position = new Position(dir);
    position.enter({ tradeDate: '20261123', n: 7 });
    position.leave();
    expect(readPosition(dir)).toBeNull();
    await poison.crashed();
    dieAt(dir, 7);
    await poison.crashed();
    expect(skipped).toEqual([]);
  });
});

test('a role that ends before it says up, and comes up at its second try, is up', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-supervisor-'));
  const broker = await startTestBroker({ run: 'test-2' });
  const start = {
    run: 'test-2',
    ...broker.access('engine'),
    opsHost: '127.0.0.1',
    opsPort: await freePort(),
    dir,
    bundles: dir,
    logLevel: 'silent',
  };
  const blocked = join(dir, 'position'); // the first process cannot write there and ends
  mkdirSync(blocked);
  const supervisor = new Supervisor({
    starts: { engine: start },
    onFailure: () => undefined,
    onCrash: () => Promise.resolve(rmSync(blocked, { recursive: true, force: true })),
  });

  await supervisor.start('engine');

  expect([existsSync(blocked), supervisor.restarts('engine')]).toEqual([true, 1]);
  await supervisor.stop();
  await broker.stop();
});

describe('a role that will not do better', () => {
  const startOf = (more: object): RoleStart => ({
    run: 'test-2',
    servers: '127.0.0.1:9',
    user: 'x',
    password: 'x',
    opsHost: '127.0.0.1',
    opsPort: 1,
    dir: '/nowhere',
    bundles: '/nowhere',
    logLevel: 'silent',
    ...more,
  });

  test('its own sentence ends the run', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    const broker = await startTestBroker({ run: 'test-2' });
    const dir = mkdtempSync(join(tmpdir(), 'fenshi-supervisor-'));
    let supervisor!: Supervisor;
    const failed = new Promise<string>((resolve) => {
      const start = startOf({ ...broker.access('engine'), opsPort: port, dir });
      supervisor = new Supervisor({ starts: { engine: start }, onFailure: (role, why) => resolve(`${role}: ${why}`) });
      void supervisor.start('engine');
    });
    expect(await failed).toMatch(new RegExp(`^engine: PORT_IN_USE: .*${port}`));
    taken.close();
    await supervisor.stop();
    await broker.stop();
  });
});

describe('an entry that nobody can decode', () => {
  let broker: TestBroker;
  let supervisor: Supervisor;
  afterEach(async () => {
    await supervisor.stop();
    await broker.stop();
  });

  test('ends the engine three times, is skipped by a control entry, and the day goes on', async () => {
    broker = await startTestBroker();
    const day = generatedDay({ count: 12 });
    const poisoned = 300;
    const bundles = join(broker.dir, 'bundles');
    saveBundle(bundles, day.bundle);
    const nc = await connectBroker(broker.access('engine'), 'test');
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    await ensureStreams(jsm, broker.run);
    for (const [n, entry] of day.entries.slice(0, 2000).entries()) {
      const body = n === poisoned ? new Uint8Array([0xc1, 0xff]) : encodeTape(entry);
      await js.publish(subjects(broker.run).tape(entry), body, { msgID: `${broker.run}:${day.market.date}:p${n}` });
    }
    const start = {
      run: broker.run,
      ...broker.access('engine'),
      opsHost: '127.0.0.1',
      opsPort: await freePort(),
      dir: broker.dir,
      bundles,
      logLevel: 'silent',
    };
    const crashes: boolean[] = [];
    const poison = new PoisonWatch(broker.dir, skipOn(broker.access('control'), broker.run));
    const failed: string[] = [];
    supervisor = new Supervisor({
      starts: { engine: start },
      onFailure: (role, why) => failed.push(`${role} ${why}`),
      onCrash: async () => crashes.push(await poison.crashed()),
    });
    await supervisor.start('engine');

    const entries = [];
    for await (const { body } of streamFrom(js, streams(broker.run).journal, 1)) {
      const step = JournalStep.parse(decode(body));
      entries.push(...step.entries.map((entry) => ({ n: step.n, ...entry })));
      if (step.n >= 1900 || entries.some(({ kind }) => kind === 'control')) break;
    }
    await nc.close();

    expect(crashes).toEqual([false, false, true]);
    expect(failed).toEqual([]);
    expect(entries.filter(({ kind }) => kind === 'fault')).toMatchObject([{ n: poisoned, code: 'ENTRY_SKIPPED' }]);
    expect(entries.filter(({ kind }) => kind === 'control')).toMatchObject([
      { commandId: `skip-${day.market.date}-${poisoned}`, accepted: true },
    ]);
  });
});
