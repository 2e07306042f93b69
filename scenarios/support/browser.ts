/** Chromium for tests of the pages: what it complains of is kept, and settings are those that a test names. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

type Found = { readonly findChromium: (say: (line: string) => void) => Promise<string> };
/** Path of one, or why there is none. */
export async function chromiumOrWhy(): Promise<string | Error> {
  const { findChromium } = (await import(new URL('../../engine/cli/setup/chromium.mjs', import.meta.url).href)) as Found;
  return findChromium(() => undefined).catch((error: Error) => error);
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });

export type Settings = { readonly theme?: string; readonly colors?: string; readonly language?: string; readonly tourDone?: boolean };
export type Looked = { readonly page: Page; readonly complaints: string[] };

/** A page of its own; `complaints`: errors and warnings of its console, answers of 400 and more, and what it threw. */
export async function lookAt(
  browser: Browser,
  url: string,
  settings: Settings = {},
  [width, height]: readonly [number, number] = [1440, 900],
): Promise<Looked> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('response', (answer) => answer.status() >= 400 && complaints.push(`${answer.status()} ${answer.url()}`));
  const state = JSON.stringify({ state: { theme: 'dark', language: 'zh', tourDone: true, ...settings }, version: 1 });
  await page.addInitScript(`localStorage.getItem('fenshi.settings') ?? localStorage.setItem('fenshi.settings', ${JSON.stringify(state)})`);
  await page.goto(url);
  return { page, complaints };
}

/** Every row of the list of opportunities by its id, as text: those that are seen are drawn, so it is scrolled through. */
export async function listedRows(page: Page): Promise<ReadonlyMap<string, string>> {
  const list = page.locator('.list > .scroll');
  const found = new Map<string, string>();
  for (let top = 0; ; ) {
    await list.evaluate((box, to) => box.scrollTo({ top: to }), top);
    // the rows there are drawn with the next frame but one
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    for (const [id, text] of await page.$$eval('.opps tbody tr[id]', (rows) =>
      rows.map((row) => [row.id.slice(4), row.textContent ?? ''] as const),
    ))
      if (!found.has(id)) found.set(id, text);
    const [most, step] = await list.evaluate((box) => [box.scrollHeight - box.clientHeight, box.clientHeight] as const);
    if (top >= most) break;
    top = Math.min(most, top + step);
  }
  await list.evaluate((box) => box.scrollTo({ top: 0 }));
  return found;
}

/** Texts that end beyond the right edge of the page, but for what lies in a strip or a table that scrolls sideways: nobody finds them. */
export const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const scrolls = (box) => box !== null && (/auto|scroll/.test(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth + 1 && box.clientHeight < innerHeight / 2 || scrolls(box.parentElement));
    const shortened = (box) => box !== null && (getComputedStyle(box).textOverflow === 'ellipsis' || shortened(box.parentElement));
    return [...document.querySelectorAll('.app *')].flatMap((box) => {
      const own = [...box.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join('');
      const { right, width, height } = box.getBoundingClientRect();
      const isCut = own !== '' && width > 1 && height > 1 && right > innerWidth + 1 && box.checkVisibility() && !scrolls(box) && !shortened(box);
      return isCut ? [box.tagName + '.' + box.className + ': ' + own.slice(0, 40)] : [];
    });
  })()`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What axe calls serious or worse: rule, and the first place of it. */
export async function seriousOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const { violations } = await run.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ×${nodes.length}: ${nodes[0]!.html.slice(0, 160)} ${nodes[0]!.failureSummary.slice(0, 200)}`);
  });
}
