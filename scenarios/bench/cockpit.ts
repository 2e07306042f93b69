/**
 * The cockpit in Chromium on this machine: from a step's sending to the picture that shows it, at two hundred changes a second; the first row after
 * the address is asked for; and the heap while a morning is looked back at.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { JournalStep, Transition } from '../../contracts/journal.ts';
import { chromiumOrWhy, launch, lookAt } from '../support/browser.ts';
import { type CockpitDay, loadUws, openCockpitDay } from '../support/cockpit-day.ts';
import { type QuoteTableFigures, quoteTableBench } from './cockpit-quotes.ts';

export type CockpitFigures = {
  readonly shellGzBytes: number;
  readonly firstRowMs: number;
  readonly changes: number;
  readonly perSec: number;
  readonly p50: number;
  readonly p95: number;
  /** After a collection: megabytes a third of the way, and at the end. */
  readonly heapMb: readonly [early: number, late: number];
  readonly table: QuoteTableFigures;
};
type Options = { readonly perSec: number; readonly seconds: number; readonly replaySec: number; readonly tableSec: number };

export async function cockpitBench(options: Options): Promise<CockpitFigures | string> {
  const chromium = await chromiumOrWhy();
  if (chromium instanceof Error) return chromium.message;
  const market = await openCockpitDay(await loadUws(), { count: 300, until: '10:02', told: '10:00' });
  const browser = await launch(chromium);
  try {
    const shellGzBytes = await shellOf(market.url);
    const { firstRowMs, page } = await firstRow(browser, market);
    const paint = await paintOf(page, market, options);
    const heapMb = await heapOf(browser, market, options.replaySec);
    const table = await quoteTableBench(browser, options.tableSec);
    return { shellGzBytes, firstRowMs, ...paint, heapMb, table };
  } finally {
    await browser.close();
    await market.close();
  }
}

/** What the page names before anything of it is asked for. */
async function shellOf(url: string): Promise<number> {
  const text = async (path: string): Promise<Buffer> => Buffer.from(await (await fetch(url + path)).arrayBuffer());
  const html = await text('/');
  const named = new Set([...html.toString().matchAll(/\/assets\/[\w.-]+/g)].map(([path]) => path));
  let bytes = gzipSync(html).length;
  for (const path of named) bytes += gzipSync(await text(path)).length;
  return bytes;
}

async function firstRow(browser: Browser, market: CockpitDay): Promise<{ readonly firstRowMs: number; readonly page: Page }> {
  const { page } = await lookAt(browser, 'about:blank');
  const before = performance.now();
  await page.goto(`${market.url}/?state=all`);
  await page.waitForSelector('.opps tbody tr[id]');
  return { firstRowMs: performance.now() - before, page };
}

/** The page notes in each of its frames which step it shows; one machine has one clock. */
const watcher = `(() => {
  const seen = (globalThis.__seen = []);
  let last = 0;
  const look = () => {
    const step = Number(document.querySelector('.sb')?.innerText.match(/步\\s*([\\d,]+)/)?.[1].replaceAll(',', '') ?? 0);
    if (step > last) { last = step; seen.push([step, performance.timeOrigin + performance.now()]); }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

async function paintOf(page: Page, market: CockpitDay, { perSec, seconds }: Options) {
  await page.evaluate(watcher);
  const sent: (readonly [step: number, atMs: number])[] = [];
  const begunMs = Date.now();
  const total = perSec * seconds;
  for (let i = 0; i < total; i++) {
    const step = changeOf(market, i);
    market.push(step);
    sent.push([step.step, performance.timeOrigin + performance.now()]);
    const dueMs = begunMs + ((i + 1) * 1000) / perSec;
    if (Date.now() < dueMs) await sleep(dueMs - Date.now());
  }
  const tookSec = (Date.now() - begunMs) / 1000;
  while ((await page.evaluate<number>('globalThis.__seen.at(-1)?.[0] ?? 0')) < sent.at(-1)![0]) await sleep(50);
  const seen = await page.evaluate<[number, number][]>('globalThis.__seen');
  const spans = sent.map(([step, atMs]) => seen.find(([shown]) => shown >= step)![1] - atMs).sort((a, b) => a - b);
  await page.context().close();
  const at = (share: number): number => spans[Math.min(Math.floor(share * spans.length), spans.length - 1)]!;
  return { changes: total, perSec: total / tookSec, p50: at(0.5), p95: at(0.95) };
}

/** A change of the data region of one that is there, as the engine would journal it. */
function changeOf({ day }: CockpitDay, i: number): JournalStep {
  const items = day.book.list();
  const { id, facts, dataState } = items[i % items.length]!;
  const [from, to] = dataState === 'fresh' ? ['fresh', 'degraded'] : ['degraded', 'fresh'];
  const entry: Transition = {
    kind: 'transition',
    actorId: `opportunity.${id}`,
    actorSeq: 10_000 + i,
    tsMs: day.tsMs,
    machine: 'opportunity',
    region: 'data',
    from,
    to,
    event: `data.${to}`,
    note: null,
    evidence: [],
    data: { ...facts },
  };
  const step = day.step + 1;
  return { v: 2, step, n: step, prevHash: '0'.repeat(64), hash: '0'.repeat(64), origin: 'simulated', entries: [entry] };
}

async function heapOf(browser: Browser, market: CockpitDay, seconds: number): Promise<readonly [number, number]> {
  const { page } = await lookAt(browser, `${market.url}/?day=2026-11-23&t=09:30:00`);
  await page.waitForSelector('.rp .pl');
  const session = await page.context().newCDPSession(page);
  await page.click('.rp .pl');
  await sleep((1000 * seconds) / 3);
  const early = await heapMb(session);
  await sleep((2000 * seconds) / 3);
  const late = await heapMb(session);
  await page.context().close();
  return [early, late];
}

async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}
