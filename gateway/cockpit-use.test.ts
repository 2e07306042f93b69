/** The cockpit in use: by the keyboard alone, while the market goes on, through a break, and looking back. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { instrumentId } from '../contracts/units.ts';
import { chromiumOrWhy, launch, listedRows, lookAt } from '../scenarios/support/browser.ts';
import { type CockpitDay, cockpitCode, openCockpitDay, pricesOf } from '../scenarios/support/cockpit-day.ts';
import { loadUws, type Uws } from './uws.ts';

const [chromium, uws] = await Promise.all([chromiumOrWhy(), loadUws().catch((error: Error) => error)]);
const reason = [chromium, uws].find((each) => each instanceof Error)?.message ?? '';
const row = '.opps tbody tr[id]';

describe.skipIf(reason !== '')(`the cockpit in use${reason === '' ? '' : ` (${reason})`}`, () => {
  let market: CockpitDay;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    market = await openCockpitDay(uws as Uws, { count: 300, until: '10:30', told: '10:00', notifies: true });
    browser = await launch(chromium as string);
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser?.close();
    await market?.close();
  });
  const open = async (path: string, settings = {}): Promise<string[]> => {
    const looked = await lookAt(browser, market.url + path, settings);
    page = looked.page;
    await page.waitForSelector('.app');
    return looked.complaints;
  };
  const idsOf = (): Promise<string[]> => page.$$eval(row, (rows) => rows.map(({ id }) => id.slice(4)));

  test('the keyboard leads from the list to the detail, reads it, and from a name to the stock', async () => {
    const complaints = await open(`/#code=${cockpitCode}`);
    await page.waitForSelector(row);
    expect(new URL(page.url()).hash).toBe('');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const chosen = (await page.getAttribute('.opps tr.sel', 'id'))!.slice(4);
    expect(chosen).toBe((await idsOf())[1]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/o/${chosen}`);
    await page.waitForSelector('.machine');
    // where a page may not copy it is shown
    await page.keyboard.press('Shift+C');
    await expect.poll(() => page.innerText('.toast')).toMatch(/简报已复制|不构成投资建议/);
    await page.keyboard.press('a');
    await expect.poll(() => page.innerText('.op')).toContain('已读 ✓');
    // the second opportunity, and back
    await page.keyboard.press('x');
    // taken back within five seconds it is not done; left alone it is
    await page.click('.toast .btn');
    await page.keyboard.press('x');
    await expect.poll(() => market.commands).toEqual([{ name: 'dismiss', opportunity: chosen }]);
    // a stock by its code, typed anywhere
    const { instrument } = market.day.book.list()[0]!;
    await page.keyboard.type(instrument.slice(0, 6));
    await expect.poll(() => page.innerText('.pal [cmdk-item] >> nth=0')).toContain(instrument);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/s/${instrument}`);
    await page.waitForSelector('.bt');
    await page.keyboard.press('Escape');
    await page.waitForURL(`**/o/${chosen}`);
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.waitForURL('**/heat');
    expect(complaints).toEqual([]);
  });

  test('a code that is entered before its answer has come opens that stock, not what the letters before it had found', async () => {
    await open('/');
    await page.waitForSelector(row);
    const { items } = (await (await fetch(`${market.url}/v1/symbols?q=00&limit=8`)).json()) as { items: { symbol: string }[] };
    const { symbol } = items[3]!;
    const code = symbol.slice(0, 6);
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/symbols?*', async (route) => {
      if (new URL(route.request().url()).searchParams.get('q') === code) await held;
      await route.continue();
    });
    await page.keyboard.type(code.slice(0, 2));
    await expect.poll(() => page.innerText('.pal [cmdk-item] >> nth=3')).toContain(symbol);
    const asked = page.waitForRequest((request) => request.url().includes(`q=${code}`));
    await page.keyboard.type(code.slice(2));
    await asked;
    await page.keyboard.press('Enter');
    answer();
    await page.waitForURL(`**/s/${symbol}`);
  });

  test('a mark is there after a reload, and taken back it is gone', async () => {
    await open('/');
    await page.waitForSelector(row);
    await page.keyboard.press('j');
    await page.keyboard.press('p');
    await page.waitForSelector('.opps tr.sel .nm .life');
    await expect
      .poll(async () => ((await (await fetch(`${market.url}/v1/mine`)).json()) as { revision: number }).revision)
      .toBeGreaterThan(0);
    await page.reload();
    await page.waitForSelector('.opps .nm .life');
    await page.keyboard.press('j');
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('.opps .nm .life').count()).toBe(0);
    await page.click('.toast .btn');
    await page.waitForSelector('.opps .nm .life');
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('.opps .nm .life').count()).toBe(0);
    await expect.poll(async () => JSON.stringify(await (await fetch(`${market.url}/v1/mine`)).json())).not.toContain('pinned');
  });

  test('while the pointer is in the list nothing moves: what is new waits, and comes when asked for', async () => {
    await open('/?state=all');
    await page.waitForSelector(row);
    const before = await idsOf();
    await page.hover(`${row} >> nth=2`);
    const discovered = () => market.day.book.size;
    for (const sizeBefore = discovered(); discovered() < sizeBefore + 2; )
      if (market.tell(1).length === 0) throw new Error('the day has no more discoveries');
    await page.waitForSelector('.pill');
    expect(await idsOf()).toEqual(before);
    expect(await page.innerText('.pill')).toMatch(/↑ [12] 条新机会/);
    await page.click('.pill');
    await expect.poll(async () => (await idsOf()).length).toBe(before.length + 2);
    // newest change first
    expect((await idsOf())[0]).toBe(
      [...market.day.book.list()].sort((a, b) => b.updatedMs - a.updatedMs || b.openedMs - a.openedMs)[0]!.id,
    );
  });

  test('a break is said after three seconds, no price keeps its colour, and what was missed is filled in and counted', async () => {
    await open('/?state=all');
    await page.waitForSelector(row);
    await market.stop();
    await page.waitForSelector('.banner[role=alert]');
    expect(await page.innerText('.banner')).toContain('连接中断');
    const colours = await page.$$eval('.opps .pr', (prices) =>
      prices.map(
        (each) => (globalThis as unknown as { getComputedStyle: (of: unknown) => { color: string } }).getComputedStyle(each).color,
      ),
    );
    expect(new Set(colours).size).toBe(1);
    await market.begin();
    const missed = market.tell(15);
    const last = missed
      .flatMap(({ entries }) => entries)
      .filter((entry) => entry.kind === 'transition' && entry.actorId.startsWith('opportunity.')).length;
    expect(last).toBeGreaterThan(0);
    await page.waitForSelector('.banner', { state: 'detached' });
    await expect.poll(async () => (await page.innerText('.tabs')).match(/全部\s*(\d+)/)?.[1]).toBe(String(market.day.book.size));
    await expect.poll(() => page.innerText('.sb')).toContain(`步 ${market.day.step.toLocaleString('en')}`);
  });

  test.each(['09:41:07', '09:52:30', '09:58:59'])(
    'looked back at %s the list is what was known then, and nothing can be done',
    async (clock) => {
      await open(`/?state=all&day=2026-11-23&t=${clock}`);
      await page.waitForSelector(row);
      const at = Date.parse(`2026-11-23T${clock}+08:00`) + 999;
      const { items } = (await (await fetch(`${market.url}/v1/days/${market.date}/as-of?at=${at}`)).json()) as {
        items: { id: string; state: string; updatedMs: number }[];
      };
      expect([...(await listedRows(page)).keys()].sort()).toEqual(items.map(({ id }) => id).sort());
      expect(Math.max(...items.map(({ updatedMs }) => updatedMs))).toBeLessThanOrEqual(at);
      expect(await page.innerText('.clock')).toBe(clock);
      const told = market.commands.length;
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await expect.poll(() => page.innerText('.toast')).toContain('回放中不能操作');
      expect(market.commands.length).toBe(told);
      await page.keyboard.press('Shift+L');
      await page.waitForSelector('.rp', { state: 'detached' });
    },
  );

  test('the scrubber goes to the change before and after, and by minutes', async () => {
    await open('/?day=2026-11-23&t=09:50:00');
    await page.waitForSelector('.rp');
    const marks = (
      (await (await fetch(`${market.url}/v1/days/${market.date}/as-of?at=4102444800000`)).json()) as { marks: { tsMs: number }[] }
    ).marks.map(({ tsMs }) => tsMs);
    const at = Date.parse('2026-11-23T09:50:00+08:00') + 999;
    const clockOf = (ms: number): string => new Date(ms + 28_800_000).toISOString().slice(11, 19);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.innerText('.clock')).toBe(clockOf(Math.min(...marks.filter((ms) => ms > at))));
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await page.innerText('.clock')) <= '09:50:00').toBe(true);
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(async () => (await page.innerText('.clock')) > '09:50:00').toBe(true);
  });

  test('every stock has its price as it comes; the order stands still under the pointer, and a row leads to its stock', async () => {
    const complaints = await open('/quotes');
    const cells = (): Promise<string[][]> =>
      page.$$eval('.qt .scroll .qr', (rows) =>
        rows.map((each) => [...each.children].map((cell) => (cell as unknown as { innerText: string }).innerText)),
      );
    const codes = async (): Promise<string[]> => (await cells()).slice(0, 12).map(([code]) => code!);
    await page.waitForSelector('.qt .scroll .qr');
    expect(Number(await page.getAttribute('.qt', 'aria-rowcount'))).toBe(301);
    const [code, , shown, gain] = (await cells())[0]!;
    const { items } = (await (await fetch(`${market.url}/v1/symbols?q=${code}&limit=1`)).json()) as { items: { symbol: string }[] };
    const { item } = (await (await fetch(`${market.url}/v1/symbols/${items[0]!.symbol}/quote`)).json()) as {
      item: { lastMilli: number; preCloseMilli: number };
    };
    expect([shown, gain]).toEqual([
      (item.lastMilli / 1000).toFixed(2),
      `+${(100 * (item.lastMilli / item.preCloseMilli - 1)).toFixed(2)}%`,
    ]);

    // the leader halves: under the pointer it stays where it is, with its new price; after that it goes
    const before = await codes();
    await page.hover('.qt .scroll .qr >> nth=3');
    market.values.symbols(
      pricesOf(market.table, market.day.tsMs + 1000, (last, i) =>
        instrumentId(market.table.bundle.instruments[i]!.no).startsWith(code!) ? last / 2 : last,
      ),
    );
    await expect.poll(async () => (await cells())[0]![2]).toBe((Math.round(item.lastMilli / 2) / 1000).toFixed(2));
    expect(await codes()).toEqual(before);
    await page.hover('.hd');
    market.values.symbols(pricesOf(market.table, market.day.tsMs + 2000));
    await expect.poll(async () => (await cells())[0]![2], { message: 'and back with its price' }).toBe(shown);

    await page.click('.qt [role=columnheader] >> nth=0 >> button');
    await page.click('.qt [role=columnheader] >> nth=0 >> button');
    await expect.poll(async () => (await codes()).join()).toBe([...(await codes())].sort().join());
    await page.fill('.s-quotes .field', code!);
    await expect.poll(async () => (await cells()).map(([each]) => each)).toEqual([code]);
    await page.click('.qt .nm');
    await page.waitForURL(`**/s/${items[0]!.symbol}`);
    expect(complaints).toEqual([]);
  });

  test('a list of one’s own takes what people paste, and keeps it', async () => {
    await open('/watch');
    await page.fill('#paste', '1600001\n0002001\nSH600002, 300003.SZ 名称\n999999');
    await page.click('aside .btn.pri');
    await expect.poll(() => page.locator('.watch tr').count()).toBe(4);
    expect(await page.innerText('.toast')).toContain('1 项未识别');
    await page.reload();
    await expect.poll(() => page.locator('.watch tr').count()).toBe(4);
    expect(await page.$$eval('.watch .sub', (all) => all.map(({ innerHTML }) => innerHTML))).toEqual([
      '600001.SH',
      '002001.SZ',
      '600002.SH',
      '300003.SZ',
    ]);
  });

  test('a rule of one’s own is tried on the day, kept, changed and taken away; what was changed elsewhere is read again first', async () => {
    const { token } = await market.tokens.issue('me', 'operator', 600_000);
    const complaints = await open(`/notify#token=${token}`);
    const rules = '.s-notify section[aria-label="规则"]';
    await page.waitForSelector(`${rules} .rl li`);
    expect(await page.innerText(`${rules} .rl`)).toContain('来自配置文件');
    await page.click(`${rules} .h2 button`);
    await page.fill('.rf label:has-text("股票") input', '茅台');
    expect(await page.isDisabled('.rf button[type=submit]')).toBe(true);
    await page.fill('.rf label:has-text("股票") input', '');
    // of all states in place of confirmed alone
    await page.click('.rf fieldset:has-text("状态") button:has-text("确认")');
    await page.click('.rf .btn >> text=试算今日');
    const { rules: book } = market.stand!;
    await expect.poll(() => page.innerText('.rf .tried')).toMatch(/今日 (\d+) 条提醒中 \d+ 条符合/);
    expect(await page.locator('.rf .tried li').count()).toBe(10);
    await page.click('.rf button[type=submit]');
    await expect.poll(() => book.shown.map(({ id, own }) => `${id} ${own}`)).toEqual(['engine false', 'own-1 true']);
    await page.waitForSelector('.rf', { state: 'detached' });

    await page.click(`${rules} .rl li:has-text("own-1") button:has-text("修改")`);
    await page.fill('.rf label:has-text("冷却") input', '300');
    const [, own] = book.shown;
    const { own: _own, ...bare } = own!;
    await book.put([bare, { ...bare, id: 'elsewhere' }], book.revision);
    await page.click('.rf button[type=submit]');
    await expect.poll(() => page.innerText('.toast')).toContain('别处刚改过规则');
    await expect.poll(() => page.innerText(`${rules} .rl`)).toContain('elsewhere');
    await page.click('.rf button[type=submit]');
    await expect
      .poll(() => book.shown.map(({ id, cooldownSec }) => [id, cooldownSec]))
      .toEqual([
        ['engine', 0],
        ['own-1', 300],
        ['elsewhere', 0],
      ]);
    await page.click(`${rules} .rl li:has-text("elsewhere") button:has-text("删除")`);
    await expect.poll(() => book.shown.map(({ id }) => id)).toEqual(['engine', 'own-1']);
    expect(complaints.filter((each) => !each.includes('409'))).toEqual([]);
  });

  test('the tour begins with the honest headline, and stopped for good it does not come back', async () => {
    await open('/', { tourDone: false });
    await page.waitForSelector('.tour');
    expect(await page.innerText('.tour')).toContain('没有哪个形态被证明能稳定跑赢成本');
    await page.click('.tour .ghost');
    await page.reload();
    await page.waitForSelector(row);
    expect(await page.locator('.tour').count()).toBe(0);
  });

  test('an engine that is not ready is said, with its reason', async () => {
    market.state.ready = false;
    await open('/');
    await page.waitForSelector('.banner[role=alert]');
    expect(await page.innerText('.banner')).toContain('正在启动');
    market.state.ready = true;
    await page.waitForSelector('.banner', { state: 'detached' });
  });
});
