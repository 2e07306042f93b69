/** The table of every stock in Chromium: 5,500 rows, four frames of prices a second, a twelfth of them changed in each, sorted by gain. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { lookAt } from '../support/browser.ts';
import { loadUws, openCockpitDay, pricesOf } from '../support/cockpit-day.ts';

export type QuoteTableFigures = {
  readonly rows: number;
  readonly framesPerSec: number;
  /** Of a core: the renderer whole, and its main thread. */
  readonly processShare: number;
  readonly mainThreadShare: number;
  /** The same page with nothing told, for what it costs to be there. */
  readonly idleShare: number;
};
const everyMs = 250;
const changedOf = 12;

export async function quoteTableBench(browser: Browser, seconds: number): Promise<QuoteTableFigures> {
  const market = await openCockpitDay(await loadUws(), { count: 5500, until: '09:31', told: '09:31' });
  try {
    const { page } = await lookAt(browser, `${market.url}/quotes`);
    await page.waitForSelector('.qt .scroll .qr');
    await sleep(3000); // names and sectors have come
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const clock = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
      return { process: of('ProcessTime'), main: of('TaskDuration'), atSec: performance.now() / 1000 };
    };
    const share = (a: Awaited<ReturnType<typeof clock>>, b: typeof a, of: 'process' | 'main'): number =>
      (b[of] - a[of]) / (b.atSec - a.atSec);
    const quiet = await clock();
    await sleep((1000 * seconds) / 2);
    const before = await clock();
    const frames = Math.round((1000 * seconds) / everyMs);
    const prices = Array.from({ length: changedOf }, (_, k) =>
      pricesOf(market.table, market.day.tsMs, (last, i) => (i % changedOf === k ? last + 10 * (1 + (i % 5)) : last)),
    );
    const begunMs = Date.now();
    for (let k = 0; k < frames; k++) {
      market.values.symbols({ ...prices[k % changedOf]!, tsMs: market.day.tsMs + k * everyMs });
      await sleep(Math.max(0, begunMs + (k + 1) * everyMs - Date.now()));
    }
    const after = await clock();
    const rows = Number(await page.getAttribute('.qt', 'aria-rowcount')) - 1;
    await page.context().close();
    return {
      rows,
      framesPerSec: frames / (after.atSec - before.atSec),
      processShare: share(before, after, 'process'),
      mainThreadShare: share(before, after, 'main'),
      idleShare: share(quiet, before, 'process'),
    };
  } finally {
    await market.close();
  }
}
