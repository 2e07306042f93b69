/** `/v1/events` over a real socket: what a plain reader of lines makes of it, and where it goes on. */
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalStep } from '../contracts/journal.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { DayState } from './day-state.ts';
import { type Gateway, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const date = '20261123';
type Told = { readonly id: string | null; readonly data: Record<string, never> };

describe.skipIf(reason !== '')(`server-sent events${reason === '' ? '' : ` (${reason})`}`, () => {
  const day = new DayState('test-1');
  let steps: readonly JournalStep[];
  let next = 0;
  let port: number;
  let gateway: Gateway;
  const apply = (count: number): void => {
    for (const step of steps.slice(next, next + count)) {
      const { delta, newDay } = day.apply(date, step);
      gateway?.broadcast(delta, newDay);
    }
    next += count;
  };

  beforeAll(async () => {
    const made = generatedDay({ count: 60 });
    steps = foldDay(made.bundle, made.entries).steps;
    apply(100);
    day.caughtUp = true;
    port = await freePort();
    gateway = await startGateway(loaded as Uws, gatewayOptions(day, port, { snapshotPart: 5 }));
  });
  afterAll(() => gateway.close());

  /** The first events until `isEnough`, then it hangs up. */
  async function read(
    path: string,
    headers: Record<string, string>,
    isEnough: (all: readonly Told[]) => boolean,
    onFirst = (): void => undefined,
  ): Promise<Told[]> {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { headers });
    expect(statusCode).toBe(200);
    const all: Told[] = [];
    let text = '';
    for await (const chunk of body) {
      text += String(chunk);
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const data = lines.find((line) => line.startsWith('data: '));
        if (data === undefined) continue;
        all.push({ id: lines.find((line) => line.startsWith('id: '))?.slice(4) ?? null, data: JSON.parse(data.slice(6)) as Told['data'] });
        if (all.length === 1) onFirst();
      }
      if (isEnough(all)) break;
    }
    body.destroy();
    return all;
  }
  const seqs = (all: readonly Told[]) => all.flatMap(({ data }) => (data as { seq?: number }).seq ?? []);

  test('a snapshot, then each step; who comes back with the last id gets what he missed, and nothing twice', async () => {
    const first = await read(
      '/v1/events?ch=opportunities',
      {},
      (all) => seqs(all).length >= 3,
      () => apply(200),
    );
    expect(first[0]!.data).toMatchObject({ ok: true, recovered: false, offset: 100, part: 1 });
    const last = first.filter(({ id }) => id !== null).at(-1)!;
    expect(last.id).toBe(`test-1/${date}/simulated@${seqs(first).at(-1)}`);
    apply(100);
    const again = await read('/v1/events?ch=opportunities', { 'last-event-id': last.id! }, (all) => all.length >= 1);
    const { recovered, events, offset } = again[0]!.data as unknown as { recovered: boolean; events: { seq: number }[]; offset: number };
    expect([recovered, offset, events.every(({ seq }) => seq > seqs(first).at(-1)!)]).toEqual([true, 400, true]);
    const expected = steps
      .slice(0, 400)
      .filter(({ step, entries }) => step > seqs(first).at(-1)! && entries.some(({ actorId }) => actorId.startsWith('opportunity.')));
    expect(events.map(({ seq }) => seq)).toEqual(expected.map(({ step }) => step));
  });

  test.each([
    ['/v1/events?ch=quotes', {}, 404, 'UNKNOWN_CHANNEL'],
    ['/v1/events?state=bogus', {}, 400, 'BAD_REQUEST'],
    ['/v1/events?ch=market&state=ended', {}, 400, 'BAD_REQUEST'],
    ['/v1/events', { host: 'evil.example' }, 403, 'HOST_REFUSED'],
    ['/v1/events', { authorization: 'Bearer abcdefghijklmnopqrstuvwxyz' }, 401, 'UNAUTHORIZED'],
    ['/v1/events', { 'last-event-id': `test-1/${date}/simulated@999999` }, 503, 'NOT_READY'],
  ])('%s %o is %i %s', async (path, headers, status, code) => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { headers: headers as Record<string, string> });
    expect([statusCode, ((await body.json()) as { code: string }).code]).toEqual([status, code]);
  });

  test('a browser, which gives up for ever on anything but 200, is told to come again', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': `test-1/${date}/simulated@999999` };
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/v1/events`, { headers });
    expect([statusCode, await body.text()]).toEqual([200, 'retry: 2000\n: the journal is being read\n\n']);
  });

  test('a filter and a channel of its own', async () => {
    const [{ data }] = (await read('/v1/events?ch=market', {}, (all) => all.length > 0)) as [Told];
    expect((data as unknown as { snapshot: { actor: string }[] }).snapshot.some(({ actor }) => actor === 'market')).toBe(true);
    const [narrow] = (await read('/v1/events?state=tracking', {}, (all) => all.length > 0)) as [Told];
    expect((narrow.data as unknown as { snapshot: { state: string }[] }).snapshot.every(({ state }) => state === 'tracking')).toBe(true);
  });
});
