/** The designed states of the cockpit: before there is a day, after the close, where a token is needed, and where an address leads nowhere. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tokens } from '../contracts/process/tokens.ts';
import { Answers } from '../engine/query/answers.ts';
import { DayTable } from '../engine/query/day-table.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { chromiumOrWhy, launch, listedRows, lookAt } from '../scenarios/support/browser.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { Access } from './auth/access.ts';
import { DayState } from './day-state.ts';
import { type Gateway, type GatewayOptions, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const [chromium, uws] = await Promise.all([chromiumOrWhy(), loadUws().catch((error: Error) => error)]);
const reason = [chromium, uws].find((each) => each instanceof Error)?.message ?? '';
const why = { zh: '没有网络', en: 'There is no network' };

describe.skipIf(reason !== '')(`the cockpit’s states${reason === '' ? '' : ` (${reason})`}`, () => {
  let browser: Browser;
  const open: Gateway[] = [];
  beforeAll(async () => {
    browser = await launch(chromium as string);
  });
  afterAll(async () => {
    await browser?.close();
    for (const gateway of open) await gateway.close();
  });

  async function over(day: DayState, change: Partial<GatewayOptions> = {}): Promise<string> {
    const port = await freePort();
    day.caughtUp = true;
    const report = () => ({
      run: 'test-1',
      origin: null,
      ready: false,
      code: 'NO_NETWORK',
      why,
      tapeMs: null,
      roles: [],
      assumed: [],
      day: { epoch: day.epoch, tradeDate: day.date, step: day.step, tsMs: day.tsMs },
    });
    open.push(await startGateway(uws as Uws, gatewayOptions(day, port, { report, ...change })));
    return `http://127.0.0.1:${port}`;
  }

  test('before there is a day: says so, with the engine’s reason, in both languages', async () => {
    const url = await over(new DayState('test-1'));
    for (const [language, title] of [
      ['zh', '还没有交易日'],
      ['en', 'No trading day yet'],
    ] as const) {
      const { page } = await lookAt(browser, url, { language });
      await expect.poll(() => page.innerText('body')).toContain(title);
      await expect.poll(() => page.innerText('body')).toContain(why[language]);
      expect(await page.innerText('.strip')).not.toMatch(/刹车 关|brake off/);
      await page.context().close();
    }
  });

  test.each([
    ['09:20', '还没有开盘', '09:30 连续竞价'],
    ['11:40', '午间休市', '13:00 继续'],
  ])('at %s nothing lives because of the hour, and that is said', async (until, title, next) => {
    const made = generatedDay({ count: 3, until });
    const day = new DayState('test-1');
    const { steps } = foldDay(
      made.bundle,
      made.entries.filter(({ type }) => type !== 'day.close'),
    );
    for (const step of steps) day.apply(made.bundle.tradeDate, step);
    const { page } = await lookAt(browser, await over(day));
    await expect.poll(() => page.innerText('.list')).toContain(title);
    expect(await page.innerText('.list')).toContain(next);
    await page.context().close();
  });

  test('after the close: how the session ended stands there, nothing lives, and nothing claims to be now', async () => {
    const made = generatedDay({ count: 60 });
    const day = new DayState('test-1');
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply(made.bundle.tradeDate, step);
    expect(day.phase).toBe('CLOSED');
    const { page } = await lookAt(browser, await over(day));
    await expect.poll(() => page.innerText('.tabs')).toMatch(/活跃\s*0/);
    await page.goto(`${page.url()}?state=all`);
    await expect
      .poll(async () => [...(await listedRows(page)).keys()].sort())
      .toEqual(
        day.book
          .list()
          .map(({ id }) => id)
          .sort(),
      );
    expect(await page.locator('.st:not(.off)').count()).toBe(0);
    await page.context().close();
  });

  test('where reading takes a token: says how to get one, and shows nothing', async () => {
    const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-states-')));
    const url = await over(new DayState('test-1'), { tokens, access: new Access(tokens, { needsToken: true, code: null }) });
    const { page } = await lookAt(browser, url);
    await expect.poll(() => page.innerText('body')).toContain('fenshi token create');
    const { token } = await tokens.issue('me', 'viewer', 600_000);
    // in this very tab
    await page.evaluate(`location.hash = 'token=${token}'`);
    await expect.poll(() => page.innerText('body')).toContain('还没有交易日');
    expect(page.url()).not.toContain(token);
    await page.context().close();
  });

  test('where the query role does not answer: says so in each panel that asks it, and nowhere that there is none', async () => {
    const made = generatedDay({ count: 60, until: '09:50' });
    const day = new DayState('test-1');
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply(made.bundle.tradeDate, step);
    const url = await over(day);
    const { instrument } = day.book.list().find(({ entity }) => entity.kind === 'symbol')!;
    for (const [path, panel] of [
      ['/heat', '板块热力'],
      ['/limit', '连板梯队'],
      [`/s/${instrument}`, '分时'],
    ] as const) {
      const { page } = await lookAt(browser, url + path);
      const section = page.locator(`section[aria-label="${panel}"]`).first();
      await expect.poll(() => section.innerText(), { message: path }).toContain('它此刻没有回答');
      expect(await section.innerText(), path).not.toContain('暂无');
      await page.context().close();
    }
  });

  test('an opportunity that is none: says so and leads back', async () => {
    const made = generatedDay({ count: 20, until: '09:40' });
    const day = new DayState('test-1');
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply(made.bundle.tradeDate, step);
    const url = await over(day);
    const { page } = await lookAt(browser, `${url}/o/${made.bundle.tradeDate}.SH.600519.up.momentum.1`);
    await expect.poll(() => page.innerText('body')).toContain('这个机会在此刻还不存在');
    await page.click('.empty .btn');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/');
    await page.context().close();
  });

  test('names that a vendor sends are text, whatever stands in them', async () => {
    const made = generatedDay({ count: 60, until: '10:30' });
    const hostile = [
      '<img src=x onerror="globalThis.hit=1">',
      '\u202eabc',
      'x'.repeat(10_000),
      '</script><script>globalThis.hit=1</script>',
    ];
    const instruments = made.bundle.instruments.map((each, i) => ({ ...each, name: hostile[i % hostile.length]! }));
    const table = new DayTable({ ...made.bundle, instruments });
    for (const [n, entry] of made.entries.entries()) table.apply(n, entry);
    const answers = new Answers({ day: () => table, store: () => null });
    const day = new DayState('test-1');
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply(made.bundle.tradeDate, step);
    const url = await over(day, { ask: ((name: never, request: never) => answers.answer(name, request)) as never });
    const { id, instrument } = day.book.list().find(({ entity }) => entity.kind === 'symbol')!;
    for (const path of ['/?state=all', '/heat', '/limit', `/o/${id}`, `/s/${instrument}`]) {
      const { page } = await lookAt(browser, url + path);
      await expect.poll(() => page.innerText('body'), { message: path }).toMatch(/<img src=x|\u202eabc|xxxxxxxx|<script>/);
      expect([await page.evaluate('globalThis.hit'), await page.locator('img[src="x"]').count()], path).toEqual([undefined, 0]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${path} is no wider than the window`).toBe(true);
      await page.context().close();
    }
  });
});
