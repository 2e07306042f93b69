/**
 * Two gateways side by side and five hundred clients; one is killed while both tell, and comes back with nothing but JOURNAL. It stays away for
 * `FENSHI_OUTAGE_SEC` seconds of clock, in which the other goes on telling: ten in `npm run torture`, none here.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type FoldedEvent, type ListedOpportunity, listed, OpportunityBook } from '../contracts/fold.ts';
import { FenshiClient, type SocketConstructor } from '../contracts/stream-client.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { loadUws } from './uws.ts';

const reason = await loadUws().then(
  () => '',
  (error: Error) => error.message,
);
const outageMs = Number(process.env.FENSHI_OUTAGE_SEC ?? 0) * 1000;
const byId = (items: Iterable<{ id: string }>) => [...items].sort((a, b) => (a.id < b.id ? -1 : 1));

/** One of the five hundred: what it was told, and what it holds. */
class Reader {
  readonly client: FenshiClient;
  snapshots = 0;
  breaks = 0;
  first = 0;
  readonly seqs: number[] = [];
  readonly held = new Map<string, ListedOpportunity>();

  constructor(url: readonly string[], told: () => void) {
    this.client = new FenshiClient({ url, WebSocket: WebSocket as unknown as SocketConstructor, mostWaitMs: 1000 });
    this.client.onState = (connected) => {
      if (!connected) this.breaks++;
      told();
    };
    this.client.subscribe('opportunities', {
      onSnapshot: (items, offset) => {
        this.snapshots++;
        this.first = offset;
        this.held.clear();
        for (const item of items as ListedOpportunity[]) this.held.set(item.id, item);
        told();
      },
      onEvents: (seq, events) => {
        this.seqs.push(seq);
        for (const { opportunity } of events as FoldedEvent[]) this.held.set(opportunity.id, opportunity);
        told();
      },
    });
  }
}

describe.skipIf(reason !== '')(`gateways side by side${reason === '' ? '' : ` (${reason})`}`, () => {
  const children: ChildProcess[] = [];
  const readers: Reader[] = [];
  afterEach(() => {
    for (const { client } of readers) client.stop();
    for (const child of children) child.kill('SIGKILL');
  });
  const serve = (port: number): ChildProcess => {
    const child = fork('engine/cli/launch.mjs', ['scenarios/support/gateway-process.ts', String(port)]);
    children.push(child);
    return child;
  };
  const tell = (child: ChildProcess, n: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const onMessage = (m: unknown): void => {
        if (m !== n) return;
        child.off('message', onMessage);
        resolve();
      };
      child.on('message', onMessage);
      child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
      child.send(n);
    });

  test('one is killed under 500 clients and comes back: each ends equal to JOURNAL, with no event twice and none left out', async () => {
    const { bundle, entries } = generatedDay({ count: 40, until: '10:30' });
    const { steps } = foldDay(bundle, entries);
    const own = steps
      .filter(({ entries: of }) => of.some(({ kind, actorId }) => kind === 'transition' && actorId.startsWith('opportunity.')))
      .map(({ step }) => step);
    const [start, middle, later] = [0.2, 0.4, 0.8].map((part) => Math.floor(steps.length * part)) as [number, number, number];
    const [portA, portB] = [await freePort(), await freePort()];
    const [a, b] = [`ws://127.0.0.1:${portA}/v1/stream`, `ws://127.0.0.1:${portB}/v1/stream`];
    let told = (): void => undefined;
    const until = (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        told = () => {
          if (isSo()) resolve();
        };
        told();
      });
    let killed = serve(portA);
    const stays = serve(portB);
    await Promise.all([tell(killed, start), tell(stays, start)]);
    // who knows both, who knows the one that stays, who knows the killed one alone
    const urls = [[a, b], [b], [a]];
    readers.push(...Array.from({ length: 500 }, (_, i) => new Reader(urls[i % 5] ?? urls[0]!, () => told())));
    for (const { client } of readers) client.start();
    await until(() => readers.every(({ snapshots }) => snapshots === 1));
    await Promise.all([tell(killed, middle), tell(stays, middle)]);

    const exit = new Promise((resolve) => killed.once('exit', resolve));
    void tell(killed, later).catch(() => undefined);
    const goesOn = tell(stays, later);
    await until(() => readers.some(({ seqs }) => (seqs.at(-1) ?? 0) > middle));
    killed.kill('SIGKILL');
    await Promise.all([exit, goesOn]);
    const last = own.filter((step) => step <= later).at(-1)!;
    const knowsTheOther = (_: Reader, i: number): boolean => i % 5 !== 2;
    await until(() => readers.filter(knowsTheOther).every(({ seqs }) => seqs.at(-1) === last));

    let reached = later;
    for (const back = performance.now() + outageMs; performance.now() < back; await sleep(100)) {
      reached = Math.min(reached + 1, steps.length - 1);
      await tell(stays, reached);
    }
    killed = serve(portA);
    await tell(killed, reached);
    await Promise.all([tell(killed, steps.length), tell(stays, steps.length)]);
    await until(() => readers.every(({ seqs }) => seqs.at(-1) === own.at(-1)));

    const book = new OpportunityBook();
    for (const step of steps) book.apply(step);
    const truth = JSON.stringify(byId(book.list().map(listed)));
    expect(readers.filter(({ breaks }) => breaks > 0).length).toBeGreaterThanOrEqual(400);
    const wrong = readers.filter(
      ({ snapshots, first, seqs, held }) =>
        snapshots !== 1 || seqs.join() !== own.filter((step) => step > first).join() || JSON.stringify(byId(held.values())) !== truth,
    );
    expect(wrong.map(({ snapshots, first, seqs }) => ({ snapshots, first, seqs }))).toEqual([]);
  });
});
