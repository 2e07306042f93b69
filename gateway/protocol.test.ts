/** contracts/spec/protocol.md: its tables are the contract's, its frames are frames, and a client written from it alone ends equal to JOURNAL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { listed, OpportunityBook } from '../contracts/fold.ts';
import { ClientFrame, closeCodes, conflatedChannels, frameLimits, losslessChannels, ServerFrame } from '../contracts/frames.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort } from '../scenarios/support/test-broker.ts';
import { DayState } from './day-state.ts';
import { type Gateway, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';

const page = readFileSync('contracts/spec/protocol.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text!);
const column = (heading: string, at: number): string[] =>
  page
    .split(`## ${heading}\n`)[1]!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|')[at + 1]!.trim().replaceAll('`', ''));

describe('the protocol page', () => {
  test('names the channels, close codes and limits that are', () => {
    expect(column('Channels', 0)).toEqual([
      'opportunities',
      'opportunity:<id>',
      'symbol:<id>',
      ...losslessChannels.slice(1),
      ...conflatedChannels,
    ]);
    expect(Object.fromEntries(column('Closing', 1).map((name, i) => [name, Number(column('Closing', 0)[i])]))).toEqual(closeCodes);
    const { framesPerSec, framesBurst, channels } = frameLimits;
    expect(JSON.parse(blocks('json')[0]!)).toMatchObject({ limits: { msgPerSec: framesPerSec, burst: framesBurst, channels } });
    expect([frameLimits.resumeEvents, frameLimits.resumeBytes, frameLimits.stuckMs, frameLimits.backlogBytes]).toEqual([
      5000,
      2 << 20,
      5000,
      4 << 20,
    ]);
  });

  test('its frames are frames', () => {
    for (const text of blocks('json')) {
      const frame: unknown = JSON.parse(text);
      expect((ClientFrame.safeParse(frame).success || ServerFrame.safeParse(frame).success) && text).toBe(text);
    }
  });
});

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

describe.skipIf(reason !== '')(`a client written from the page alone${reason === '' ? '' : ` (${reason})`}`, () => {
  let child: ChildProcess | null = null;
  let gateway: Gateway | null = null;
  afterEach(async () => {
    child?.kill('SIGKILL');
    await gateway?.close();
  });

  test('ends equal to JOURNAL through four gateways, each begun where nobody was, with no event twice and none left out', async () => {
    const made = generatedDay({ count: 40, until: '10:30' });
    const { steps } = foldDay(made.bundle, made.entries);
    const day = new DayState('test-1');
    day.caughtUp = true;
    const port = await freePort();
    const lines: { seq?: number; snapshot?: number; held?: unknown[] }[] = [];
    let told = (): void => undefined;
    child = spawn(process.execPath, ['--input-type=module', '-e', blocks('js')[0]!], {
      env: { ...process.env, FENSHI_URL: `ws://127.0.0.1:${port}/v1/stream` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const whole = text.split('\n');
      text = whole.pop()!;
      lines.push(...whole.map((line) => JSON.parse(line) as (typeof lines)[number]));
      told();
    });
    const until = (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        told = () => {
          if (isSo()) resolve();
        };
        told();
      });
    const own = (from: number, to: number) =>
      steps
        .slice(from, to)
        .flatMap(({ step, entries }) =>
          entries.filter(({ kind, actorId }) => kind === 'transition' && actorId.startsWith('opportunity.')).map(() => step),
        );
    const part = Math.ceil(steps.length / 4);
    let first = 0;
    for (let turn = 0; turn < 4; turn++) {
      // what happens while nobody serves is what it has to catch up with
      const [from, middle, to] = [turn * part, turn * part + (part >> 1), Math.min(steps.length, (turn + 1) * part)];
      for (const step of steps.slice(from, middle)) day.apply('20261123', step);
      gateway = await startGateway(loaded as Uws, gatewayOptions(day, port, { snapshotPart: 3 }));
      if (turn === 0) {
        await until(() => lines.length > 0);
        first = middle;
      }
      for (const step of steps.slice(middle, to)) {
        const { delta, newDay } = day.apply('20261123', step);
        gateway.broadcast(delta, newDay);
      }
      const wanted = own(first, to).at(-1);
      await until(() => wanted === undefined || lines.at(-1)?.seq === wanted);
      await gateway.close();
    }
    gateway = null;
    // one snapshot, at the very beginning, and what it held was no event
    expect(lines.filter(({ snapshot }) => snapshot !== undefined)).toHaveLength(1);
    expect(lines.flatMap(({ seq }) => seq ?? [])).toEqual(own(first, steps.length));
    child.kill('SIGTERM');
    await until(() => lines.at(-1)?.held !== undefined);
    const book = new OpportunityBook();
    for (const step of steps) book.apply(step);
    const byId = (items: readonly { id: string }[]) => [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(lines.at(-1)!.held as { id: string }[])).toEqual(JSON.parse(JSON.stringify(byId(book.list().map(listed)))));
  });
});
