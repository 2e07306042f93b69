import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayConfig } from '../../contracts/bundle.ts';
import { decode } from '../../contracts/codec.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { JournalStep } from '../../contracts/journal.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { collect } from '../../scenarios/support/collect.ts';
import { foldedDay } from '../../scenarios/support/days.ts';
import { RoleProcess, roleStart } from '../../scenarios/support/role-process.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { sha256 } from '../log/hash.ts';
import { JetStreamTapeWriter } from '../log/jetstream-tape.ts';
import { ensureStreams } from '../log/streams.ts';

let broker: TestBroker;
let running: RoleProcess;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(async () => {
  await running.kill();
  await broker.stop();
});

async function open() {
  const nc = await connectBroker(broker.access('engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  return { nc, js, jsm };
}
const until = async (met: () => Promise<boolean>): Promise<void> => {
  while (!(await met())) await sleep(50);
};

describe('day after day', () => {
  test('a cell that was away while a day closed and the next opened folds both, and waits after the last', async () => {
    const { nc, js, jsm } = await open();
    const friday = foldedDay({ date: '20261120', day: 0, count: 12, until: '10:15' });
    const monday = foldedDay({ date: '20261123', day: 1, count: 12, until: '10:15', closes: friday.market.closes() });
    const bundles = `${broker.dir}/bundles`;
    for (const { bundle, market, entries } of [friday, monday]) {
      saveBundle(bundles, bundle);
      const writer = new JetStreamTapeWriter(js, jsm, broker.run, market.date);
      for (const [n, entry] of entries.entries()) await writer.append(n, entry);
      await writer.close();
    }
    running = new RoleProcess('engine', await roleStart(broker, 'engine', bundles));
    const steps = async (date: string): Promise<JournalStep[]> => {
      const all = await collect(js, jsm, streams(broker.run).journal, (body) => JournalStep.parse(decode(body)));
      const last = await jsm.streams.getMessage(streams(broker.run).journal, { last_by_subj: subjects(broker.run).journal(date) });
      return last === null ? [] : all.filter((_, i) => (date === '20261120') === i < friday.steps.length);
    };
    const total = friday.steps.length + monday.steps.length;
    running.start();
    await until(async () => (await jsm.streams.info(streams(broker.run).journal)).state.messages >= total);
    // once more from the start: nothing may be added to either day
    await running.kill();
    running.start();
    await running.atRest();

    expect((await steps('20261120')).map(({ hash }) => hash)).toEqual(friday.steps.map(({ hash }) => hash));
    expect((await steps('20261123')).map(({ hash }) => hash)).toEqual(monday.steps.map(({ hash }) => hash));
    expect(running.ended).toBeNull();
    await nc.close();
  });

  test('a pacer that is restarted in its second day, with another seed and date asked for, goes on with the market it began', async () => {
    const { nc, js, jsm } = await open();
    const demo = { seed: 5, count: 10, date: '20261120', startAt: '09:15', speed: 1e9, config: dayConfig(defaultConfig) };
    const start = { ...(await roleStart(broker, 'scenarios', `${broker.dir}/bundles`)), demo };
    const days = async (): Promise<TapeEntry[]> =>
      (await collect(js, jsm, streams(broker.run).tape, decodeTape)).filter(({ type }) => type.startsWith('day.'));
    running = new RoleProcess('scenarios', start);
    running.start();
    const daySubject = `tape.v1.${broker.run}.day`;
    const written = async (): Promise<number> =>
      (await jsm.streams.info(streams(broker.run).tape, { subjects_filter: daySubject })).state.subjects?.[daySubject] ?? 0;
    await until(async () => (await written()) >= 3);
    await running.kill();
    running = new RoleProcess('scenarios', { ...start, demo: { ...demo, seed: 6, date: '20261124' } });
    running.start();
    await until(async () => (await written()) >= 5);
    await running.kill();

    const found = (await days()).slice(0, 5);
    expect(found.map(({ type }) => type)).toEqual(['day.open', 'day.close', 'day.open', 'day.close', 'day.open']);
    expect(found.map((entry) => ('tradeDate' in entry ? entry.tradeDate : ''))).toEqual([
      '20261120',
      '20261120',
      '20261123',
      '20261123',
      '20261124',
    ]);
    const friday = foldedDay({ seed: 5, date: '20261120', day: 0, count: 10 });
    const counted = friday.market.boards(friday.market.boardsBefore());
    const monday = foldedDay({ seed: 5, date: '20261123', day: 1, count: 10, closes: friday.market.closes(), counted });
    expect(found.flatMap((entry) => (entry.type === 'day.open' ? [entry.bundle] : [])).slice(0, 2)).toEqual([friday.sha, monday.sha]);
    const tape = await collect(js, jsm, streams(broker.run).tape, (body) => sha256(body));
    const wanted = [friday, monday].flatMap(({ entries }) => entries.map((entry) => sha256(encodeTape(entry))));
    const opens = [0, friday.entries.length]; // these name the version of the code
    expect(tape.slice(0, wanted.length).filter((_, i) => !opens.includes(i))).toEqual(wanted.filter((_, i) => !opens.includes(i)));
    await nc.close();
  });
});
