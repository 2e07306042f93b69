/** A gateway with the cockpit over a generated market: journal and answers are the engine's own, the clock is the test's. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { Mine } from '../../contracts/mine.ts';
import { Tokens } from '../../contracts/process/tokens.ts';
import { absentMilli } from '../../contracts/quote.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { type InstrumentId, instrumentNo } from '../../contracts/units.ts';
import type { SymbolsView } from '../../contracts/view.ts';
import { Answers } from '../../engine/query/answers.ts';
import { DayTable } from '../../engine/query/day-table.ts';
import { PastMarkets } from '../../engine/query/past-markets.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { lanesOf, whyOf } from '../../engine/runtime/why-door.ts';
import type { Store } from '../../engine/store/client.ts';
import { Access } from '../../gateway/auth/access.ts';
import { DayState } from '../../gateway/day-state.ts';
import { PastDays } from '../../gateway/past-days.ts';
import { columnsAsRows } from '../../gateway/rest/columns.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { loadUws, type Uws } from '../../gateway/uws.ts';
import { Values } from '../../gateway/ws/values.ts';
import { generatedDay } from './days.ts';
import { gatewayOptions } from './gateway.ts';
import { notifyStand } from './notify-stand.ts';
import { freePort } from './test-broker.ts';

export { loadUws };
export const cockpitCode = 'a-code-for-the-page';
export type CockpitDay = Awaited<ReturnType<typeof openCockpitDay>>;

/** Told up to `until`; `tell` tells on, a step at a time. */
export async function openCockpitDay(
  uws: Uws,
  {
    count,
    until,
    told,
    notifies = false,
    hasFriday = false,
  }: { readonly count: number; readonly until: string; readonly told: string; readonly notifies?: boolean; readonly hasFriday?: boolean },
) {
  const made = generatedDay({ count, until, preset: 'real' });
  const open = made.entries.filter(({ type }) => type !== 'day.close');
  const { steps, cell } = foldDay(made.bundle, open);
  const date = made.bundle.tradeDate;
  const [hours = 0, minutes = 0] = told.split(':').map(Number);
  const toldMs =
    Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) + (hours * 60 + minutes - 480) * 60_000;
  const before = steps.filter(({ entries }) => entries[0]!.tsMs <= toldMs);
  const rest = steps.slice(before.length);
  const day = new DayState('test-1');
  for (const step of before) day.apply(date, step);
  day.caughtUp = true;
  const table = new DayTable(made.bundle);
  for (const [n, entry] of open.entries()) if (entry.tsMs <= toldMs) table.apply(n, entry);
  const friday = hasFriday ? storedDay() : null;
  const answers = new Answers({ day: () => table, store: () => storeOf(open), ...(friday === null ? {} : { past: friday.markets }) });
  const values = new Values();
  values.symbols(pricesOf(table, toldMs));
  const port = await freePort();
  const tokens = new Tokens(mkdtempSync(join(tmpdir(), 'fenshi-cockpit-')));
  const commands: unknown[] = [];
  const kept = new Map<string, { revision: number; mine: Mine }>();
  const state = { ready: true, tapeMs: toldMs, notifies };
  const stand = notifies ? notifyStand(date, before) : null;
  const options = gatewayOptions(day, port, {
    values,
    tokens,
    access: new Access(tokens, { needsToken: false, code: cockpitCode }),
    ask: ((name: never, request: never) => answers.answer(name, request)) as never,
    lanes: async () => ({ ok: true, ...lanesOf(cell) }),
    why: async (instrument) => ({ ok: true, ...whyOf(cell, instrument) }),
    report: () => reportOf(day, state),
    ...(stand === null ? {} : { notify: stand.notify }),
    command: async (asked) => {
      commands.push(asked.command);
      return { ok: true, tradeDate: date, step: day.step, accepted: true, code: null };
    },
    past: new PastDays(
      {
        days: async () => [{ date, steps: day.step }, ...(friday === null ? [] : [{ date: friday.date, steps: friday.steps.length }])],
        steps: async (of, have) => (of === friday?.date ? friday.steps.slice(have) : stepsOf(of, date, [...before, ...shown], have)),
      },
      'test-1',
    ),
    mine: {
      read: async (subject) => kept.get(subject) ?? null,
      write: async (subject, mine, revision) => {
        if ((kept.get(subject)?.revision ?? 0) !== revision) return null;
        kept.set(subject, { revision: revision + 1, mine });
        return revision + 1;
      },
    },
  });
  const shown: JournalStep[] = [];
  let gateway: Gateway = await startGateway(uws, options);
  return {
    date,
    port,
    day,
    state,
    commands,
    tokens,
    stand,
    table,
    values,
    friday,
    steps: before,
    url: `http://127.0.0.1:${port}`,
    /** The next steps of the day, as they would come. */
    tell: (most: number): readonly JournalStep[] => {
      const next = rest.splice(0, most);
      for (const step of next) {
        const { delta, newDay } = day.apply(date, step);
        shown.push(step);
        state.tapeMs = day.tsMs;
        gateway.broadcast(delta, newDay);
      }
      return next;
    },
    /** A step of the caller's own. */
    push: (step: JournalStep): void => {
      const { delta, newDay } = day.apply(date, step);
      shown.push(step);
      gateway.broadcast(delta, newDay);
    },
    /** Ends it, as a kill would, and begins it again on the same port. */
    stop: () => gateway.close(),
    begin: async () => {
      gateway = await startGateway(uws, options);
    },
    close: () => gateway.close(),
  };
}

/** A store that has the paths of the day's quotes and nothing else. */
function storeOf(entries: readonly TapeEntry[]): Store {
  const rows = async (_query: string, { no, from, to, every }: { no?: number; from?: number; to?: number; every?: number }) => {
    const last = new Map<number, number>();
    for (const entry of every === undefined ? [] : entries)
      if (entry.type === 'quotes')
        for (let i = 0; i < entry.batch.count; i++) {
          const [tsMs, milli] = [entry.batch.tsExchangeMs[i]!, entry.batch.lastMilli[i]!];
          if (entry.batch.instrumentNo[i] === no && tsMs >= from! && tsMs <= to! && milli !== absentMilli)
            last.set(Math.floor(tsMs / every!) * every!, milli);
        }
    return [...last].sort(([a], [b]) => a - b).map(([tsMs, lastMilli]) => ({ tsMs, lastMilli }));
  };
  return { rows } as unknown as Store;
}

/** A whole day before, of another market; its tape is read when `read` says so, and nobody waits for it meanwhile. */
function storedDay() {
  const made = generatedDay({ count: 120, date: '20261120', seed: 4, preset: 'real' });
  const { steps } = foldDay(made.bundle, made.entries);
  let read = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    read = resolve;
  });
  const half = made.entries.length >> 1;
  async function* tape(): AsyncIterable<TapeEntry> {
    yield* made.entries.slice(0, half);
    await held;
    yield* made.entries.slice(half);
  }
  let isRead = false;
  const markets = new PastMarkets(
    async (of) => (of === made.bundle.tradeDate ? tape() : null),
    () => made.bundle,
    () => (isRead ? new Promise(() => undefined) : Promise.resolve()),
  );
  return {
    date: made.bundle.tradeDate,
    bundle: made.bundle,
    steps,
    markets,
    read: (): void => {
      isRead = true;
      read();
    },
  };
}

/** Last prices as the engine would publish them. */
export function pricesOf(table: DayTable, tsMs: number, change: (lastMilli: number, i: number) => number = (last) => last): SymbolsView {
  const { count, columns } = table.quotes(null, 0, Number.MAX_SAFE_INTEGER);
  const rows = columnsAsRows(count, columns) as { symbol: InstrumentId; lastMilli: number | null; preCloseMilli: number | null }[];
  const milli = (of: (row: (typeof rows)[number], i: number) => number | null): Uint8Array =>
    bytesOf(Int32Array.from(rows, (row, i) => of(row, i) ?? absentMilli));
  return {
    v: 1,
    step: 1,
    tsMs,
    count,
    columns: {
      instrumentNo: bytesOf(Uint32Array.from(rows, ({ symbol }) => instrumentNo(symbol))),
      lastMilli: milli(({ lastMilli }, i) => (lastMilli === null ? null : change(lastMilli, i))),
      preCloseMilli: milli(({ preCloseMilli }) => preCloseMilli),
      awake: new Uint8Array(count),
    },
  };
}

function stepsOf(of: string, date: string, steps: readonly JournalStep[], have: number): readonly JournalStep[] {
  if (of !== date) throw new FenshiError('NOT_FOUND', of);
  return steps.slice(have);
}

type ReportState = { readonly ready: boolean; readonly tapeMs: number; readonly notifies: boolean };
const reportOf = (day: DayState, { ready, tapeMs, notifies }: ReportState) => ({
  run: day.run,
  origin: day.origin,
  nowMs: Date.now(),
  ready,
  code: ready ? null : 'STARTING',
  why: ready ? null : { zh: '正在启动', en: 'It is starting' },
  day: { epoch: day.epoch, tradeDate: day.date, step: day.step, tsMs: day.tsMs, caughtUp: day.caughtUp },
  tapeMs,
  source: 'tencent',
  refusedBoards: [],
  openedWith: null,
  assumed: ['Invented market: no instrument, price or event in it is real.'],
  availability: {
    sinceMs: Date.now() - 3_600_000,
    readySec: 3560,
    notReadySec: 40,
    ratio: 3560 / 3600,
    outages: [
      {
        fromMs: Date.now() - 60_000,
        toMs: Date.now() - 20_000,
        code: 'ROLE_AWAY',
        detail: 'engine',
        why: { zh: '进程 engine 没有响应', en: 'The role engine does not answer' },
      },
    ],
  },
  storage: {
    disk: { usedRatio: 0.72, freeBytes: 40e9, level: 'warn' },
    streams: [{ name: 'TAPE-test-1', messages: 8000, bytes: 12e6, firstMs: tapeMs }],
  },
  quality: [
    {
      source: 'tencent',
      tsMs: tapeMs,
      windowSec: 10,
      values: { ageP50Sec: 1.4, ageP99Sec: 3.1, requestP99Sec: 0.2, publishP99Sec: 0.01, requestsPerSec: 0.4, banBudgetRatio: 0.04 },
      asking: {
        hosts: [{ host: 'quotes', perSec: 5, share: 0.5, closedUntilMs: tapeMs + 60_000 }],
        open: ['minutes'],
        waiting: [],
        lastFailure: { endpoint: 'quotes', code: 'SOURCE_LIMITED', message: 'HTTP 429', tsMs: tapeMs - 1000 },
      },
    },
  ],
  roles: ['engine', ...(notifies ? ['notify'] : [])].map((role) => ({
    role,
    ready,
    code: null,
    why: null,
    ageMs: 100,
    stages: role === 'engine' ? [{ stage: 'step', p50Ms: 0.8, p99Ms: 4.1, count: 120, windowSec: 60 }] : [],
  })),
});
