/** Every page of the cockpit in Chromium over a generated market: what it shows is what the API says, in each theme and width. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumOrWhy, cutTexts, launch, listedRows, lookAt, type Settings, seriousOf } from '../scenarios/support/browser.ts';
import { type CockpitDay, openCockpitDay } from '../scenarios/support/cockpit-day.ts';
import { isLong } from '../scenarios/support/long.ts';
import { loadUws, type Uws } from './uws.ts';

const [chromium, uws] = await Promise.all([chromiumOrWhy(), loadUws().catch((error: Error) => error)]);
const reason = [chromium, uws].find((each) => each instanceof Error)?.message ?? '';

describe.skipIf(reason !== '')(`the cockpit’s pages${reason === '' ? '' : ` (${reason})`}`, () => {
  let market: CockpitDay;
  let browser: Browser;
  let pages: readonly (readonly [name: string, path: string])[];

  beforeAll(async () => {
    market = await openCockpitDay(uws as Uws, { count: 800, notifies: true, hasFriday: true, until: '10:00', told: '09:55' });
    browser = await launch(chromium as string);
    const tracked = market.day.book.list().find(({ family, state }) => family === 'momentum' && state === 'tracking')!;
    pages = [
      ['home', '/'],
      ['all', '/?state=all'],
      ['detail', `/o/${tracked.id}`],
      ['symbol', `/s/${tracked.instrument}`],
      ['heat', '/heat'],
      ['limit', '/limit'],
      ['eval', '/eval'],
      ['risk', '/risk'],
      ['data', '/data'],
      ['watch', '/watch'],
      ['quotes', '/quotes'],
      ['notify', '/notify'],
      ['replay', '/?day=2026-11-23&t=09:50:00'],
    ];
  });
  afterAll(async () => {
    await browser?.close();
    await market?.close();
  });

  const ready = '.opps tbody tr, .machine, .bt, .tmx .tl, .lc, .rk .sg tbody tr, .kp, .watch, .gp, .evt tbody tr, .qt .scroll .qr';
  const looks: readonly (readonly [string, Settings, readonly [number, number]])[] = [
    ['dark en', { language: 'en' }, [1440, 900]],
    ['light zh, colour-vision', { theme: 'light', colors: 'cvd' }, [1440, 900]],
    // English is the wider one
    ['light en at 390', { theme: 'light', language: 'en' }, [390, 844]],
  ];
  const moreLooks: typeof looks = [
    ['dark zh', {}, [1440, 900]],
    ['light zh', { theme: 'light' }, [1440, 900]],
    ['light en, colour-vision', { theme: 'light', language: 'en', colors: 'cvd' }, [1440, 900]],
    ['dark zh at 390', {}, [390, 844]],
  ];

  test.each(isLong ? [...looks, ...moreLooks] : looks)(
    '%s: nothing serious for axe, no complaint, no word of the machine’s, nothing beside the page or cut off',
    async (_name, settings, size) => {
      const found: Record<string, unknown> = {};
      const { page, complaints } = await lookAt(browser, market.url, settings, size);
      for (const [name, path] of pages) {
        await page.goto(market.url + path);
        await page.waitForSelector(ready);
        const text = await page.innerText('body');
        const machineWords = text.match(/\b(tracking\.\w+|signal\.\w+|timer\.\w+|undefined|NaN|\[object)/g) ?? [];
        const sideways = Math.max(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'), 0);
        const wrong = {
          complaints: complaints.splice(0),
          machineWords,
          serious: await seriousOf(page),
          sideways,
          cut: await cutTexts(page),
        };
        if (wrong.complaints.length + machineWords.length + wrong.serious.length + wrong.cut.length + sideways > 0) found[name] = wrong;
        expect(text).toContain(settings.language === 'en' ? 'Simulated' : '模拟行情');
      }
      await page.context().close();
      expect(found).toEqual({});
    },
  );

  test('rows are the opportunities of the API, in the states, prices and plans that it has', async () => {
    const { page } = await lookAt(browser, `${market.url}/?state=all`);
    await page.waitForSelector('.opps tbody tr');
    const { items } = (await (await fetch(`${market.url}/v1/opportunities?limit=500`)).json()) as {
      items: { id: string; facts: { plan: { entryMilli: number } | null; confirmedMs: number | null }; state: string; path: string }[];
    };
    expect(items.length).toBeGreaterThan(20);
    const words: Record<string, string> = {
      discovered: '发现',
      confirmed: '确认',
      tracking: '跟踪',
      suspended: '停牌',
      ended: '结束',
      archived: '归档',
    };
    const listed = await listedRows(page);
    // those that are not seen are not drawn, and none lies under what stands below the list
    expect(await page.locator('.opps tbody tr[id]').count()).toBeLessThan(items.length);
    for (const path of ['/?state=all', '/?state=all&day=2026-11-23&t=09:54:00']) {
      await page.goto(market.url + path);
      await page.waitForSelector('.opps tbody tr[id]');
      const edges =
        '[document.querySelector(".list > .scroll").getBoundingClientRect().bottom, document.querySelector(".sb").getBoundingClientRect().top]';
      const [bottom, below] = await page.evaluate<[number, number]>(edges);
      expect(bottom).toBeLessThanOrEqual(below + 1);
    }
    await page.goto(`${market.url}/?state=all`);
    await page.waitForSelector('.opps tbody tr[id]');
    expect([...listed.keys()].sort()).toEqual(items.map(({ id }) => id).sort());
    for (const { id, path, facts, state } of items) {
      const row = listed.get(id)!;
      expect(row).toContain(words[path.split('.')[0]!]);
      const isShown = facts.plan !== null && (facts.confirmedMs !== null || ['discovered', 'confirmed'].includes(state));
      if (isShown) expect(row).toContain((facts.plan!.entryMilli / 1000).toFixed(2));
    }
    const counts = (await page.innerText('.tabs')).match(/\d+/g)!.map(Number);
    const of = (wanted: string): number => items.filter(({ state }) => state === wanted).length;
    const active = items.length - of('ended') - of('archived');
    expect(active).toBeGreaterThanOrEqual(20);
    // few live in this market, of many sectors: all of them are among the thirty
    expect(counts).toEqual([active, active, of('discovered'), of('confirmed'), of('tracking'), of('ended'), of('archived'), items.length]);
    await page.context().close();
  });

  test('the evaluation counts for each strategy what the API has, and says of each what was fitted', async () => {
    const { page } = await lookAt(browser, `${market.url}/eval?strategy=rally`);
    await page.waitForSelector('.evt tbody tr.sel');
    const all = async <T>(path: string): Promise<T> => (await (await fetch(market.url + path)).json()) as T;
    type Item = { strategies: string[]; facts: { confirmedMs: number | null } };
    const { items } = await all<{ items: Item[] }>('/v1/opportunities?limit=500');
    const { rows } = await all<{ rows: { id: string; forecasts: unknown[] }[] }>('/v1/strategies/running');
    expect(rows.length).toBeGreaterThan(3);
    for (const { id, forecasts } of rows) {
      const own = items.filter(({ strategies }) => strategies.includes(id));
      const row = await page.innerText(`.evt tbody tr:has-text("${id} v")`);
      const [opened, confirmed] = row.split('\t').slice(-3).map(Number);
      expect([id, opened, confirmed]).toEqual([id, own.length, own.filter(({ facts }) => facts.confirmedMs !== null).length]);
      expect(row.includes('没有拟合')).toBe(forecasts.length === 0);
    }
    const rally = items.filter(({ strategies }) => strategies.includes('rally'));
    expect(await page.innerText('.ev3 section:first-child .fs:nth-of-type(2) b')).toBe(String(rally.length));
    await page.keyboard.press('k');
    await expect.poll(() => page.innerText('.ev3 section:first-child .fs:nth-of-type(2) b')).toBe(String(items.length));
    await page.context().close();
  });

  test('breadth, limits and the heat map are those of the overview', async () => {
    const { page } = await lookAt(browser, `${market.url}/heat`);
    await page.waitForSelector('.tmx .tl');
    const { rows } = (await (await fetch(`${market.url}/v1/heatmap`)).json()) as {
      rows: { kind: string; name: string; amountYuan: number }[];
    };
    const largest = rows.filter(({ kind }) => kind === 'industry').sort((a, b) => b.amountYuan - a.amountYuan)[0]!;
    expect(await page.innerText('.sx >> nth=0')).toContain(largest.name);
    await page.goto(market.url);
    await page.waitForSelector('.ld');
    // one word, one meaning: the strip’s rate is that of the page of the limits
    const rateOf = (text: string): string | undefined => /封板率[^%]*?([\d.]+%)/.exec(text)?.[1];
    await expect.poll(async () => rateOf(await page.innerText('.strip'))).toBeDefined();
    const rate = rateOf(await page.innerText('.strip'));
    await page.goto(`${market.url}/limit`);
    await expect.poll(async () => rateOf(await page.innerText('.s-limit'))).toBe(rate);
    await page.goto(market.url);
    await page.waitForSelector('.ld');
    const { up, down, flat, atLimitUp } = (await (await fetch(`${market.url}/v1/overview`)).json()) as Record<string, number>;
    await expect.poll(() => page.innerText('.strip')).toContain(`${up} / ${flat} / ${down}`);
    expect((await page.innerText('.ld >> nth=0')).replace(/\s/g, '')).toBe(`${atLimitUp}涨停`);
    await page.context().close();
  });

  test('limits: the ladder with its first seals, a curve for each that was sealed, and the auction nearest to its limit first', async () => {
    const { page } = await lookAt(browser, `${market.url}/limit`);
    await page.waitForSelector('.fl tbody tr');
    const read = async (path: string) => ((await (await fetch(market.url + path)).json()) as { rows: Record<string, never>[] }).rows;
    const [ladder, auction] = [await read('/v1/ladder'), await read('/v1/auction?order=limit&limit=20')];
    const sealed = ladder.filter(({ firstSealMs }) => firstSealMs !== null);
    expect(sealed.length).toBeGreaterThan(0);
    await expect.poll(() => page.locator('.cv li').count()).toBe(Math.min(12, sealed.length));
    await expect.poll(() => page.locator('.cv polyline').count()).toBeGreaterThan(0);
    const locked = ladder.filter(({ state }) => state === 'locked').sort((a, b) => b.sealYuan! - a.sealYuan!)[0]!;
    const clock = new Date(locked.firstSealMs! + 28_800_000).toISOString().slice(11, 16);
    expect(await page.innerText('.lc li >> nth=0')).toMatch(new RegExp(`^${locked.name}\\s+${clock}`));
    const facts = (await (await fetch(`${market.url}/v1/next-open`)).json()) as { strata: Record<string, { netBp: number }[]> };
    const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`;
    const cells = (column: number) =>
      page.$$eval(`.no .strata tbody td:nth-child(${column})`, (all) => all.map((each) => each.textContent));
    expect(await cells(3)).toEqual(['first-seal', 'seal-share'].flatMap((kind) => facts.strata[kind]!.map(({ netBp }) => signed(netBp))));
    // each that is sealed now, below its limit before, stands in one stratum by its first seal
    const held = ladder.filter(({ state, lowMilli, limitUpMilli }) => state === 'locked' && lowMilli !== limitUpMilli).length;
    expect(held).toBeGreaterThan(0);
    expect(ladder.every(({ lowMilli, limitUpMilli }) => lowMilli! > 0 && lowMilli! <= limitUpMilli!)).toBe(true);
    await expect.poll(async () => (await cells(4)).slice(0, 6).reduce((sum, count) => sum + Number(count), 0)).toBe(held);
    expect(await page.innerText('.no .tag')).toBe('暂列');
    expect(await page.locator('.fl tbody tr').count()).toBe(auction.length);
    expect(await page.innerText('.fl tbody tr >> nth=0')).toContain(auction[0]!.name);
    const names = await page.$$eval('.fl tbody tr td:nth-child(2)', (cells) => cells.map((each) => each.textContent));
    // looked back at from 09:30 on it is the same list; before, nothing of how it came out is told
    await page.goto(`${market.url}/limit?day=2026-11-23&t=09:30:00`);
    await page.waitForSelector('.fl tbody tr');
    expect(await page.$$eval('.fl tbody tr td:nth-child(2)', (cells) => cells.map((each) => each.textContent))).toEqual(names);
    await page.goto(`${market.url}/limit?day=2026-11-23&t=09:29:59`);
    await expect.poll(() => page.innerText('.s-limit')).toContain('此刻竞价尚未结束');
    expect(await page.locator('.fl tbody tr').count()).toBe(0);
    await page.context().close();
  });

  test('a stored day is looked back at whole, once its tape is read: its own market, limits and auctions, and nothing of later', async () => {
    const friday = market.friday!;
    const { page, complaints } = await lookAt(browser, `${market.url}/heat?day=2026-11-20&t=10:00:00`);
    // what is not read yet is no empty market
    await expect.poll(() => page.innerText('body')).toMatch(/正在读取行情记录\s+已读到 \d\d:\d\d:\d\d/);
    friday.read();
    await page.waitForSelector('.tmx .tl');
    // refusals by their code while it was read
    complaints.splice(0);
    const at = Date.parse('2026-11-20T10:00:00+08:00');
    const ask = async <T>(path: string): Promise<T> => (await (await fetch(market.url + path)).json()) as T;
    const { rows } = await ask<{ rows: { kind: string; name: string; amountYuan: number }[] }>(`/v1/heatmap?date=${friday.date}&at=${at}`);
    const largest = rows.filter(({ kind }) => kind === 'industry').sort((a, b) => b.amountYuan - a.amountYuan)[0]!;
    expect(await page.innerText('.sx >> nth=0')).toContain(largest.name);
    const { up, down } = await ask<{ up: number; down: number }>(`/v1/overview?date=${friday.date}&at=${at}`);
    expect(up + down).toBeGreaterThan(60);
    await page.goto(`${market.url}/?day=2026-11-20&t=10:00:00`);
    await expect.poll(() => page.innerText('.strip')).toMatch(new RegExp(`\\b${up}\\b[^]*\\b${down}\\b`));

    // as that day had it: the limit stands in the room that its ladder says
    const ladder = async (ms: number) =>
      (await ask<{ rows: { symbol: string; name: string; state: string }[] }>(`/v1/ladder?date=${friday.date}&at=${ms}`)).rows;
    const close = Date.parse('2026-11-20T15:10:00+08:00');
    const sealed = (await ladder(close)).filter(({ state }) => state === 'locked');
    expect(sealed.length).toBeGreaterThan(0);
    await page.goto(`${market.url}/limit?day=2026-11-20&t=15:10:00`);
    await page.waitForSelector('.fl tbody tr');
    for (const { name } of sealed.slice(0, 3)) expect(await page.innerText('.s-limit')).toContain(name);
    const auction = await ask<{ which: string; rows: { name: string }[] }>(
      `/v1/auction?date=${friday.date}&order=limit&limit=20&which=close`,
    );
    expect(auction.rows.length).toBeGreaterThan(5);
    expect(await page.$$eval('.fl tbody tr td:nth-child(2)', (cells) => cells.map((each) => each.textContent))).toEqual(
      auction.rows.map(({ name }) => expect.stringContaining(name)),
    );
    await page.goto(`${market.url}/limit?day=2026-11-20&t=14:59:59`);
    await page.waitForSelector('.fl tbody tr');
    const opening = await ask<typeof auction>(`/v1/auction?date=${friday.date}&order=limit&limit=20&which=open`);
    expect(await page.innerText('.fl tbody tr >> nth=0')).toContain(opening.rows[0]!.name);
    // back from one of its opportunities the list is there, in a past where no clock ticks; of then nobody says why not
    await page.goto(`${market.url}/?state=all&day=2026-11-20&t=14:59:59`);
    await page.waitForSelector('.opps tbody tr[id]');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.machine .node');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.opps tbody tr[id]');
    await page.click('.opps tbody tr[id] a.nm');
    await page.waitForSelector('.machine .node');
    await page.goto(`${market.url}/s/${sealed[0]!.symbol}?day=2026-11-20&t=14:59:59`);
    await expect.poll(() => page.innerText('.s-symbol')).toContain('特征不随日志保存');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the statechart has the states of the definition, and stands where the opportunity stands', async () => {
    const [, path] = pages[2]!;
    const { page } = await lookAt(browser, market.url + path);
    await page.waitForSelector('.machine .node');
    const active = await page.innerText('.node.active');
    const opportunity = market.day.book.get(path.slice(3))!;
    const words: Record<string, string> = { rising: '上行', holding: '盘整', pulling: '回落', locked: '封板' };
    expect(active).toContain(words[opportunity.path.split('.')[1]!]);
    expect(await page.locator('.node').count()).toBe(8);
    // close up: a mark for each change, the plan's lines at its prices
    const { transitions, facts } = opportunity;
    const changes = transitions.filter(({ region, from, to, note }) => region === 'lifecycle' && (from !== to || note !== null));
    await page.waitForSelector('.fx canvas');
    expect(await page.locator('.fxm').count()).toBe(changes.length);
    const { entryMilli, target2Milli } = facts.plan as { entryMilli: number; target2Milli: number };
    for (const milli of [entryMilli, target2Milli]) expect(await page.innerText('.fx')).toContain((milli / 1000).toFixed(2));
    // what ends it stands with how far off it is
    expect(await page.innerText('.lane')).toMatch(/止损\s+[+−\d.]+%/);
    await page.context().close();
  });
});
