/** The door over real sockets: what every address does, and that answers are what OpenAPI says. */
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHistory } from '../contracts/fold.ts';
import { type Asked, type Door, openDoor } from '../scenarios/support/door.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { routesOf } from './rest/routes.ts';
import { startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

describe.skipIf(reason !== '')(`the door${reason === '' ? '' : ` (${reason})`}`, () => {
  let door: Door;
  const ask: Door['ask'] = (path, asked) => door.ask(path, asked);
  beforeAll(async () => {
    door = await openDoor(loaded as Uws);
  });
  afterAll(() => door.close());

  describe('every address', () => {
    test('tells a method it has not which it has, and HEAD as GET without the body', async () => {
      const wrong = await ask('/v1/opportunities', { method: 'DELETE' });
      expect([wrong.status, wrong.headers.allow, wrong.json().code]).toEqual([405, 'GET, HEAD, OPTIONS', 'METHOD_NOT_ALLOWED']);
      const options = await ask('/v1/tokens', { method: 'OPTIONS' });
      expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
      const [head, get] = [await ask('/v1/opportunities', { method: 'HEAD' }), await ask('/v1/opportunities')];
      expect([head.status, head.bytes.length, head.headers['content-length'], head.headers.etag]).toEqual([
        200,
        0,
        String(get.bytes.length),
        get.headers.etag,
      ]);
    });

    test('is answered once to who has it: 304 by its ETag', async () => {
      const { etag } = (await ask('/v1/opportunities')).headers;
      const again = await ask('/v1/opportunities', { headers: { 'if-none-match': `"other", ${etag}` } });
      expect([again.status, again.bytes.length]).toEqual([304, 0]);
    });

    test('is squeezed for who can take it, and has its headers', async () => {
      const { bytes, headers } = await ask('/v1/opportunities', { headers: { 'accept-encoding': 'gzip' } });
      expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'accept-encoding']);
      expect(JSON.parse(gunzipSync(bytes).toString())).toEqual((await ask('/v1/opportunities')).json());
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    });

    test.each<[string, string, Asked, number, string]>([
      ['nothing is there', '/v1/nothing', {}, 404, 'NOT_FOUND'],
      ['nothing is there for any method', '/nothing', { method: 'PATCH' }, 404, 'NOT_FOUND'],
      ['an escape that is none', '/v1/opportunities/%E0%A4%A', {}, 400, 'BAD_REQUEST'],
      ['a state that is none', '/v1/opportunities?state=bogus', {}, 400, 'BAD_REQUEST'],
      ['a name that is none', '/v1/opportunities?foo=1', {}, 400, 'BAD_REQUEST'],
      ['a limit beyond its bound', '/v1/opportunities?limit=501', {}, 400, 'BAD_REQUEST'],
      ['a limit of text', '/v1/opportunities?limit=ten', {}, 400, 'BAD_REQUEST'],
      ['a cursor of nobody', '/v1/opportunities?cursor=bm9uZQ', {}, 400, 'BAD_REQUEST'],
      ['something asked where nothing can be', '/v1/market?x=1', {}, 400, 'BAD_REQUEST'],
      ['a symbol that is none', '/v1/symbols/ABC', {}, 400, 'BAD_REQUEST'],
      ['a symbol the day has not', '/v1/symbols/600000.SH', {}, 404, 'NOT_FOUND'],
      ['an opportunity the day has not', '/v1/opportunities/nothing', {}, 404, 'NOT_FOUND'],
      ['the stream without an upgrade', '/v1/stream', {}, 426, 'UPGRADE_REQUIRED'],
      ['a fault of ours', '/v1/ladder', {}, 500, 'INTERNAL'],
      ['nobody answers', '/v1/sectors', {}, 503, 'SERVICE_UNAVAILABLE'],
      ['another Host', '/v1/opportunities', { headers: { host: 'evil.example' } }, 403, 'HOST_REFUSED'],
      ['another page', '/v1/opportunities', { headers: { origin: 'http://evil.example' } }, 403, 'ORIGIN_REFUSED'],
      ['another page with no address', '/v1/opportunities', { headers: { origin: 'null' } }, 403, 'ORIGIN_REFUSED'],
    ])('%s', async (_what, path, asked, status, problem) => {
      const answer = await ask(path, asked);
      expect([answer.status, answer.headers['content-type'], answer.json().code, answer.json().status]).toEqual([
        status,
        'application/problem+json',
        problem,
        status,
      ]);
      expect(String(answer.json().instance)).toMatch(/^urn:fenshi:req:[0-9a-f]{16}$/);
    });

    test('a problem points at what is wrong, and its page says what it means', async () => {
      const { errors, type } = (await ask('/v1/opportunities?state=bogus&limit=0')).json() as unknown as {
        errors: { pointer: string }[];
        type: string;
      };
      expect(errors.map(({ pointer }) => pointer)).toEqual(['/state/0', '/limit']);
      expect((await ask(type)).json()).toMatchObject({ code: 'BAD_REQUEST', retryable: false, status: 400 });
    });
  });

  describe('opportunities', () => {
    test('page by page, each once, with a link to the next, and without their histories', async () => {
      const seen: string[] = [];
      for (let path: string | null = '/v1/opportunities?limit=3'; path !== null; ) {
        const answer = await ask(path);
        const { items, page } = answer.json() as unknown as { items: { id: string }[]; page: { hasMore: boolean } };
        seen.push(...items.map(({ id }) => id));
        for (const item of items) expect(item).not.toHaveProperty('transitions');
        path = /<(.+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1] ?? null;
        expect(path !== null).toBe(page.hasMore);
      }
      expect(seen).toEqual(door.day.book.list().map(({ id }) => id));
    });

    test('by filters, a list with commas or twice', async () => {
      const states = async (query: string) =>
        new Set(
          ((await ask(`/v1/opportunities?limit=500&${query}`)).json().items as unknown as { state: string }[]).map(({ state }) => state),
        );
      expect([...(await states('state=archived'))]).toEqual(['archived']);
      expect([...(await states('state=discovered'))]).toEqual([]);
      expect(await states('state=ended,archived')).toEqual(await states('state=ended&state=archived'));
    });

    test('one with its history, its changes, its evidence with margins, and its states at an instant', async () => {
      const view = door.day.book.list().find(({ transitions }) => transitions.length > 4)!;
      const get = async (tail: string) => (await ask(`/v1/opportunities/${view.id}${tail}`)).json() as Record<string, unknown>;
      expect((await get('')).item).toEqual(JSON.parse(JSON.stringify(withHistory(view))));
      expect((await get('/transitions')).items).toHaveLength(view.transitions.length);
      const all = ((await get('/evidence')).items as { evidence: { value: number; threshold: number; margin: number }[] }[]).flatMap(
        ({ evidence }) => evidence,
      );
      const held = all.find(({ margin }) => margin !== null)!;
      expect(held.margin).toBeCloseTo(held.value - held.threshold, 12);
      const second = view.transitions.filter(({ region }) => region === 'lifecycle')[1]!;
      expect(await get(`/state?at=${second.tsMs - 1}`)).toMatchObject({ state: 'discovered' });
      expect(((await get(`/state?at=${second.tsMs}`)).regions as { lifecycle: { state: string } }).lifecycle.state).toBe(second.to);
      expect(await get(`/state?at=${view.openedMs - 1}`)).toMatchObject({ state: null, regions: {} });
    });
  });

  test.each([
    ['600519', ['600519.SH']],
    ['pa', ['000001.SZ', '601318.SH']], // begins with it, then holds it
    ['平安', ['000001.SZ', '601318.SH']],
    ['zgpa', ['601318.SH']],
    ['6', ['600519.SH', '601318.SH']],
    ['zz', []],
  ])('symbols are found by code, name or initials: %s', async (q, wanted) => {
    const { items } = (await ask(`/v1/symbols?q=${encodeURIComponent(q)}`)).json() as unknown as { items: { symbol: string }[] };
    expect(items.map(({ symbol }) => symbol)).toEqual(wanted);
  });

  test('too much from one address is told when to come again', async () => {
    const port = await freePort();
    const busy = await startGateway(loaded as Uws, { ...door.options, port, requests: { perSec: 0.01, burst: 3 } });
    const me = () => request(`http://127.0.0.1:${port}/v1/me`);
    for (let i = 0; i < 3; i++) expect((await me()).statusCode).toBe(200);
    const { statusCode, headers } = await me();
    expect([statusCode, headers['retry-after']]).toEqual([429, '100']);
    await busy.close();
  });

  test('the configuration is shown to an operator alone', async () => {
    expect((await ask('/v1/config')).status).toBe(401);
    expect((await ask('/v1/config', { headers: await door.bearer('viewer') })).status).toBe(403);
    const shown = await ask('/v1/config', { headers: await door.bearer('operator') });
    expect([shown.status, shown.json()]).toEqual([200, { items: [{ key: 'server.port', value: 8787, from: 'default' }] }]);
  });

  test('the cockpit is one page under each of its addresses, and may run and load nothing but its own', async () => {
    const [first, other] = [await ask('/'), await ask('/o/anything?day=2026-11-23&t=10:00:00')];
    expect([first.status, other.status, other.bytes.equals(first.bytes)]).toEqual([200, 200, true]);
    expect(first.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    const asset = /assets\/[\w.-]+\.js/.exec(first.bytes.toString())![0];
    const script = await ask(`/${asset}`);
    expect([script.status, script.headers['content-type'], script.headers['cache-control']]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    for (const path of ['/assets/none.js', '/assets/..%2Findex.html', '/nowhere']) expect((await ask(path)).status).toBe(404);
  });

  test('OpenAPI has every route, each with an id of its own, and its answers are what it says', async () => {
    const spec = (await ask('/v1/openapi.json')).json() as unknown as { paths: Record<string, Record<string, { operationId: string }>> };
    const routes = routesOf({ ...door.options, consumers: () => [] });
    const ids = Object.values(spec.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(routes.map(({ id }) => id).sort());
    expect(new Set(ids).size).toBe(ids.length);
    const id = door.day.book.list()[0]!.id;
    const asked = routes.filter((row) => row.method === 'GET' && row.answer !== undefined && row.role !== 'admin');
    let held = 0;
    for (const row of asked) {
      const path = row.path.replace('{id}', id).replace('{symbol}', '600519.SH').replace('{code}', 'not-found');
      const { status, json } = await ask(row.id === 'stateAt' ? `${path}?at=${door.day.tsMs}` : path);
      if (status !== 200) continue;
      held += 1;
      const parsed = row.answer!.safeParse(json());
      expect(parsed.success ? '' : `${row.id}: ${parsed.error.message}`).toBe('');
    }
    expect(held).toBeGreaterThan(14);
    expect((await ask('/docs')).bytes.toString()).toContain('/v1/opportunities/{id}/evidence');
  });
});
