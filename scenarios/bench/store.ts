/**
 * The store at the size of years: 10 M minute bars into chDB, asked as users ask; then the query role over a whole market's day: last
 * quotes of all symbols, one symbol's minutes, over the service as a subscriber meets it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { defaultConfig } from '../../contracts/config.ts';
import { askService } from '../../contracts/process/ask-service.ts';
import { midnightOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import { saveBundle } from '../../engine/log/bundle-store.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { JetStreamTapeWriter } from '../../engine/log/jetstream-tape.ts';
import { pace } from '../../engine/log/pacer.ts';
import { ensureStreams } from '../../engine/log/streams.ts';
import { Answers } from '../../engine/query/answers.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { startChdb } from '../../engine/store/chdb-process.ts';
import { Store } from '../../engine/store/client.ts';
import { barRow } from '../../engine/store/encode-rows.ts';
import { RowBinary } from '../../engine/store/row-binary.ts';
import { migrate } from '../../engine/store/schema.ts';
import { generatedBundle } from '../market/bundle.ts';
import { MarketDay } from '../market/market-day.ts';
import { lcg } from '../support/days.ts';
import { RoleProcess, roleStart } from '../support/role-process.ts';
import { startTestBroker } from '../support/test-broker.ts';

const insertRows = 20_000;
const minutesOfDay = Array.from({ length: 241 }, (_, m) => (m <= 120 ? 570 + m : 660 + m) * 60_000);
/** Trading days of the bars: weekdays from 2026-11-02. */
const dates = ['02', '03', '04', '05', '06', '09', '10', '11'].map((d) => `202611${d}`);

export type Times = { readonly p50: number; readonly p99: number };
export type StoreBench = {
  readonly bars: number;
  readonly bytes: number;
  readonly rowsPerSec: number;
  readonly loopLagP99: number;
  readonly queries: Readonly<Record<string, Times>>;
};

export async function benchStore(wanted: number, symbols: number): Promise<StoreBench> {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-bench-'));
  const chdb = await startChdb(dir);
  const store = new Store(chdb);
  try {
    await migrate(store);
    const lag = monitorEventLoopDelay({ resolution: 1 });
    lag.enable();
    const startedMs = performance.now();
    const bars = await insertBars(store, wanted, symbols);
    const seconds = (performance.now() - startedMs) / 1000;
    lag.disable();
    const [size] = await store.rows<{ bytes: string; n: string }>(
      "SELECT sum(bytes_on_disk) AS bytes, sum(rows) AS n FROM system.parts WHERE active AND database = 'fenshi' AND table = 'bars'",
    );
    if (Number(size!.n) !== bars) throw new Error(`${bars} bars were inserted, ${size!.n} are stored`);
    return {
      bars,
      bytes: Number(size!.bytes),
      rowsPerSec: bars / seconds,
      loopLagP99: lag.percentile(99) / 1e6,
      queries: await timeQueries(store, symbols),
    };
  } finally {
    await store.close();
    await chdb.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function insertBars(store: Store, wanted: number, symbols: number): Promise<number> {
  const below = lcg(7);
  const last = new Int32Array(symbols).map(() => 5000 + 10 * below(4000));
  const rows = new RowBinary(2 << 20);
  let total = 0;
  for (const date of dates)
    for (const minute of minutesOfDay)
      for (let s = 0; s < symbols; s++) {
        if (total === wanted) continue;
        const open = last[s]!;
        const close = Math.max(1000, open + 10 * (below(7) - 3));
        last[s] = close;
        const shares = 100 * below(5000);
        const tsMs = midnightOf(date) + minute;
        barRow(rows, {
          date,
          periodSec: 60,
          instrumentNo: 1_600_000 + s,
          tsMs,
          source: 'tape',
          kind: 'live',
          knownMs: tsMs + 5000,
          openMilli: open,
          highMilli: Math.max(open, close) + 10 * below(2),
          lowMilli: Math.min(open, close) - 10 * below(2),
          closeMilli: close,
          volumeShares: shares,
          amountYuan: (shares * (open + close)) / 2000,
          netYuan: null,
        });
        total += 1;
        if (rows.rows < insertRows) continue;
        await store.insert('fenshi.bars', rows);
        rows.clear();
      }
  await store.insert('fenshi.bars', rows);
  return total;
}

async function timeQueries(store: Store, symbols: number): Promise<Record<string, Times>> {
  const below = lcg(11);
  const one = (): string => instrumentId(1_600_000 + below(symbols));
  const answers = new Answers({ day: () => null, store: () => store });
  const of = async (fromMs: number, toMs: number): Promise<unknown[]> => {
    const { count } = await answers.answer('bars', { instrument: one(), fromMs, toMs });
    return Array.from({ length: count });
  };
  const day = midnightOf('20261105');
  const bars = 'FROM fenshi.bars FINAL WHERE period_sec = 60';
  const questions: Record<string, { readonly times: number; readonly ask: () => Promise<unknown[]> }> = {
    'one symbol, one day (241 bars)': { times: 200, ask: () => of(day, day + 86_400_000) },
    'one symbol, all days': { times: 200, ask: () => of(midnightOf(dates[0]!), midnightOf(dates.at(-1)!) + 86_400_000) },
    'the market at one minute': {
      times: 20,
      ask: () => store.rows(`SELECT instrument, close_milli ${bars} AND ts_ms = ${day + 36_000_000}`),
    },
    'daily bars of the market, one day': {
      times: 10,
      ask: () =>
        store.rows(`SELECT instrument, argMin(open_milli, ts_ms) AS o, max(high_milli) AS h, min(low_milli) AS l, argMax(close_milli, ts_ms) AS c,
          sum(volume_shares) AS v ${bars} AND trade_date = '2026-11-05' GROUP BY instrument`),
    },
    'turnover of every symbol over all bars': {
      times: 5,
      ask: () => store.rows(`SELECT instrument, sum(amount_yuan) AS yuan ${bars} GROUP BY instrument ORDER BY yuan DESC LIMIT 20`),
    },
  };
  const out: Record<string, Times> = {};
  for (const [name, { times, ask }] of Object.entries(questions)) out[name] = await timed(times, ask, (rows) => rows.length > 0);
  return out;
}

export type ServiceBench = { readonly quotes: Times; readonly minutes: Times; readonly loadMs: number; readonly entries: number };

/** The query role alone over `minutes` of a generated day of the whole market. */
export async function benchService(symbols: number, minutes: number): Promise<ServiceBench> {
  const date = '20261123';
  const broker = await startTestBroker({ onDisk: true });
  const bundles = mkdtempSync(join(tmpdir(), 'fenshi-bundles-'));
  const market = new MarketDay({ seed: 1, date, day: 0, count: symbols, faulty: false });
  const bundle = generatedBundle({ seed: 1, date, issues: market.issues, config: defaultConfig });
  saveBundle(bundles, bundle);
  const nc = await connectBroker(broker.access('engine'), 'bench');
  const asker = await connectBroker(broker.access('subscriber'), 'bench');
  const role = new RoleProcess('query', await roleStart(broker, 'query', bundles));
  try {
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    await ensureStreams(jsm, broker.run);
    const writer = new JetStreamTapeWriter(js, jsm, broker.run, date);
    const untilMs = midnightOf(date) + 9.5 * 3_600_000 + minutes * 60_000;
    let n = 0;
    for (const entry of pace({ tradeDate: date, bundle: bundleSha(bundle), codeVersion: 'bench', origin: 'simulated' }, market)) {
      if (entry.tsMs > untilMs) break;
      await writer.append(n, entry);
      n += 1;
    }
    await writer.close();
    const startedMs = performance.now();
    role.start();
    for (let read = -1; read < n - 1; )
      read = await askService(asker, broker.run, 'quotes', { limit: 1 }).then(
        ({ asOf }) => asOf.n,
        () => new Promise<number>((resolve) => setTimeout(() => resolve(-1), 100)),
      );
    const loadMs = performance.now() - startedMs;
    const below = lcg(13);
    const traded: string[] = [];
    for (const { no } of market.issues)
      if ((await askService(asker, broker.run, 'minutes', { instrument: instrumentId(no) })).count > 0) traded.push(instrumentId(no));
    if (traded.length < 0.9 * symbols) throw new Error(`only ${traded.length} symbols have minutes`);
    const quotes = await timed(
      300,
      () => askService(asker, broker.run, 'quotes', {}),
      ({ count }) => count === symbols,
    );
    const oneSymbols = await timed(
      2000,
      () => askService(asker, broker.run, 'minutes', { instrument: traded[below(traded.length)]! }),
      ({ count }) => count > 0,
    );
    return { quotes, minutes: oneSymbols, loadMs, entries: n };
  } finally {
    await role.stop();
    await nc.close();
    await asker.close();
    await broker.stop();
    rmSync(bundles, { recursive: true, force: true });
  }
}

/** Milliseconds of `times` questions one after the other; an answer that is not `right` fails the bench. */
async function timed<T>(times: number, ask: () => Promise<T>, right: (answer: T) => boolean): Promise<Times> {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedMs = performance.now();
    const answer = await ask();
    ms.push(performance.now() - startedMs);
    if (!right(answer)) throw new Error(`an answer is not what was asked for: ${JSON.stringify(answer).slice(0, 200)}`);
  }
  ms.sort((a, b) => a - b);
  return { p50: ms[Math.floor(ms.length / 2)]!, p99: ms[Math.min(ms.length - 1, Math.floor(ms.length * 0.99))]! };
}
