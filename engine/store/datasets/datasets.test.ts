import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStore, type TestStore } from '../../../scenarios/support/test-store.ts';
import { inputsOf } from '../../files/inputs.ts';
import type { Store } from '../client.ts';
import { exportParquet, importParquet } from '../parquet.ts';
import { importFile as importInput } from './import.ts';
import type { Imported } from './listing.ts';

const importFile = async (store: Store, path: string, licence: string, options: { readonly asOf?: string } = {}): Promise<Imported> =>
  importInput(store, (await inputsOf(path))[0]!, { licence, ...options });

import { crossChecks } from './verify.ts';

const shared = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data');
let dir: string;
let store: Store;
let kept: TestStore;
beforeAll(async () => {
  kept = await startTestStore();
  ({ dir, store } = kept);
});
afterAll(() => kept.stop());
const written = (name: string, text: string, zipped = false): string => {
  const path = join(dir, name);
  writeFileSync(path, zipped ? gzipSync(text) : text);
  return path;
};
const count = async (sql: string): Promise<number> => (await store.rows<{ n: number }>(`SELECT ${sql}`))[0]!.n;

describe('files', () => {
  test('bars stamped at their start are moved to their close; a byte-order mark and gzip are no matter', async () => {
    const path = written(
      'fenshi_sample_dev.csv.gz',
      '\uFEFFsymbol,datetime,price,volume_shares\n600000.SH,2018-12-03 09:30:00,10.5,100\n000001.SH,2018-12-03 09:30:00,2653.66,115513500\n',
      true,
    );
    expect(await importFile(store, path, 'MIT')).toMatchObject({
      name: 'fenshi_sample',
      kind: 'own-minute-line',
      rows: 2,
      days: 1,
      symbols: 2,
      licence: 'MIT',
      counters: { indexInLots: 1 },
    });
    expect(await count("toFloat64(any(ts_ms)) AS n FROM fenshi.bars WHERE source = 'fenshi_sample'")).toBe(Date.UTC(2018, 11, 3, 1, 31));
    expect(await count("max(volume_shares) AS n FROM fenshi.bars WHERE source = 'fenshi_sample'")).toBe(11_551_350_000);
  });

  test('a suspended bar of zeros has no price and no volume; an unlimited day has no limits; a code with lost zeros is found', async () => {
    const zero = written(
      'bars_15m_zero.csv',
      'symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n600000.SH,2025-01-02 09:45:00,0,0,0,0,0,0\n',
    );
    expect((await importFile(store, zero, '')).counters).toEqual({ suspended: 1 });
    expect(await count("countIf(close_milli IS NULL AND volume_shares IS NULL) AS n FROM fenshi.bars WHERE source = 'bars_15m_zero'")).toBe(
      1,
    );
    const daily = written(
      'daily_new.csv',
      'symbol,date,open,high,low,close,pre_close,up_limit,down_limit,volume_shares,amount_yuan,auction_price,auction_vol,turnover_rate,volume_ratio,pre_close_derived\n001399.SZ,20260626,41,76,41,41.1,10,999999.999,0.01,100,4100,,,,,0\n',
    );
    expect((await importFile(store, daily, '')).counters).toEqual({ noLimit: 1 });
    expect(
      await count("countIf(limit_up_milli IS NULL AND limit_down_milli IS NULL) AS n FROM fenshi.daily WHERE dataset = 'daily_new'"),
    ).toBe(1);
    const pool = written(
      'zt_one.csv',
      '序号,代码,名称,涨跌幅,最新价,成交额,流通市值,总市值,换手率,封板资金,首次封板时间,最后封板时间,炸板次数,涨停统计,连板数,所属行业,交易日期\n1.0,617.0,中油资本,10,7,1,1,1,1,1,92500.0,92500.0,0.0,1/1,1.0,银行,20260227\n',
    );
    expect((await importFile(store, pool, '')).counters).toEqual({ codePadded: 1 });
    expect(await count("toFloat64(any(first_ms)) AS n FROM fenshi.limit_pool WHERE dataset = 'zt_one' AND instrument = 2000617")).toBe(
      Date.UTC(2026, 1, 27, 1, 25),
    );
  });

  test('rows out of order are taken and counted; the same file twice is the same rows', async () => {
    const path = written(
      'bars_1m_descending.csv',
      'symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n600000.SH,2026-06-16 09:32:00,10,10,10,10,100,1000\n600000.SH,2026-06-16 09:31:00,10,10,10,10,100,1000\n',
    );
    expect((await importFile(store, path, '')).counters).toEqual({ unordered: 1 });
    await importFile(store, path, '');
    expect(await count("count() AS n FROM fenshi.bars FINAL WHERE source = 'bars_1m_descending'")).toBe(2);
  });

  test.each([
    ['a header we do not know', 'unknown.csv', 'a,b\n1,2\n', /no layout we know has the columns a, b/],
    [
      'a cell that is no number',
      'bars_1m_bad.csv',
      'symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n600000.SH,2026-06-16 09:31:00,x,1,1,1,1,1\n',
      /bars_1m_bad.csv: none of 1 rows counts: NUMBER 1, first at line 2/,
    ],
    [
      'a row too short',
      'bars_1m_short.csv',
      'symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n600000.SH,2026-06-16 09:31:00\n',
      /SHAPE 1, first at line 2/,
    ],
    [
      'a day that is none',
      'bars_1m_day.csv',
      'symbol,datetime,open,high,low,close,volume_shares,amount_yuan\n600000.SH,2026-02-30 09:31:00,1,1,1,1,1,1\n',
      /TIME 1, first at line 2/,
    ],
  ])('%s is refused with its line', async (_, name, text, message) => {
    await expect(importFile(store, written(name, text), '')).rejects.toThrow(message);
  });

  test('out as Parquet and back: the same rows, no more', async () => {
    const file = join(dir, 'bars.parquet');
    const rows = await exportParquet(store, 'bars', file, { from: '20260601' });
    expect(rows).toBeGreaterThan(0);
    expect(await importParquet(store, 'bars', file)).toMatchObject({ rows, fresh: 0, from: expect.stringMatching(/^2026/) as string });
    await store.command('TRUNCATE TABLE fenshi.bars');
    expect(await importParquet(store, 'bars', file)).toMatchObject({ rows, fresh: rows });
    await expect(importParquet(store, 'bars', written('x.parquet', 'no'))).rejects.toThrow(/IMPORT_INVALID/);
  });
});

/** Rows as their notes in ../shared have them, dev parts. */
const expected: Readonly<Record<string, number>> = {
  bars_1m_tushare_2026: 616_960,
  bars_1m_thu2019: 111_500,
  bars_15m_sina_2025_26: 380_160,
  bars_1m_misc: 36_518,
  ticks_thu2019: 185_907,
  ticks_600519_000333_202302: 30_344,
  ticks_sh30_20211201_am: 32_972,
  ticks_688293_20230323: 2_386,
  trades_600519_20230201_03: 78_404,
  trades_600000_20200102: 26_169,
  fenbi_tdx_201902: 34_100,
  fenshi_tdx_201812_201902: 72_240,
  daily_all_a_2026: 314_204,
  limit_list_2026: 8_923,
  zt_pool_em_20260227_0430: 2_681,
  moneyflow_hsgt_2026: 136,
  trade_calendar_SSE_2010_2026_tushare: 6_209,
  holidays_XSHG_2010_2026: 605,
  cn_stock_holidays: 604,
  stock_basic_20260821: 5_549,
  ths_concept_members_2026: 67_436,
};

/** A convertible bond among the stocks; 分时 prices cut to three decimals on their way (16.379 for 16.38); ticks told twice. */
const refused: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  bars_1m_tushare_2026: { KIND: 1205 },
  fenshi_tdx_201812_201902: { LATTICE: 768 },
  ticks_600519_000333_202302: { DUPLICATE: 4 },
  ticks_sh30_20211201_am: { DUPLICATE: 9 },
};

describe.skipIf(!existsSync(shared))('the recorded data (needs ../shared/data)', () => {
  const imported = new Map<string, Imported>();

  test('every dataset imports with the rows it is said to have', async () => {
    const files = [shared, join(shared, 'ref')].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(csv|txt)(\.gz)?$/.test(name))
        .map((name) => join(folder, name)),
    );
    for (const file of files) {
      const done = await importFile(store, file, 'as its source');
      imported.set(done.name, done);
    }
    const read = ({ rows, refused: left }: Imported): number => rows + Object.values(left).reduce((sum, n) => sum + n, 0);
    for (const [name, rows] of Object.entries(expected)) expect(`${name} ${read(imported.get(name)!)}`).toBe(`${name} ${rows}`);
    expect(
      Object.fromEntries(
        [...imported].filter(([, each]) => Object.keys(each.refused).length > 0).map(([name, each]) => [name, each.refused]),
      ),
    ).toEqual(refused);
    const stored = await store.rows<{ table: string; n: number }>(
      "SELECT 'bars' AS table, count() AS n FROM fenshi.bars FINAL WHERE source IN ('bars_1m_tushare_2026','bars_1m_thu2019','bars_15m_sina_2025_26','bars_1m_misc','fenshi_tdx_201812_201902') UNION ALL SELECT 'ticks', count() FROM fenshi.ticks FINAL UNION ALL SELECT 'trades', count() FROM fenshi.trades FINAL",
    );
    expect(stored.sort((a, b) => (a.table < b.table ? -1 : 1))).toEqual([
      { table: 'bars', n: 1_217_378 - 1205 - 768 },
      { table: 'ticks', n: 251_609 - 13 },
      { table: 'trades', n: 138_673 },
    ]);
  });

  test('several files agree as they are said to (their notes in ../shared)', async () => {
    const checks = new Map((await crossChecks(store)).map(({ name, found, holds }) => [name, { ...found, holds }]));
    expect(checks.get('minutes against daily bars')).toMatchObject({ differsOutsideBeijing: 0, volumeRatio: 1, holds: true });
    expect(checks.get('limit-ups are touched in the minutes')).toMatchObject({
      symbolDays: 1508,
      touched: 1508,
      lagMedianSec: 28,
      holds: true,
    });
    expect(checks.get('two limit-up pools')).toMatchObject({ days: 43, sameDays: 32, otherDays: 11, mostApart: 4 });
    expect(checks.get('two calendars')).toMatchObject({ weekdayHolidays: 307, onlyTushare: 0, onlyExchange: 0, missedByThird: 1 });
    expect(checks.get('limits by the dated rule')).toMatchObject({ holds: true });
  });

  test('the anomalies their notes name have their counters', async () => {
    const of = (name: string) => imported.get(name)!.counters;
    const lag = `(SELECT *, amount_yuan - lagInFrame(amount_yuan) OVER (PARTITION BY instrument ORDER BY n) AS da, ts_exchange_ms - lagInFrame(ts_exchange_ms) OVER (PARTITION BY instrument ORDER BY n) AS dt FROM fenshi.ticks FINAL WHERE source = 'ticks_thu2019' AND trade_date = '2019-03-06')`;
    // 1: SZ stands still while SH moves, then one tick with all of it
    expect(
      await count(`countIf(da = 0 AND ts_exchange_ms BETWEEN 1551836556000 AND 1551838566000) AS n FROM ${lag} WHERE instrument = 2000651`),
    ).toBeGreaterThanOrEqual(670);
    expect(await count(`round(max(da)) AS n FROM ${lag} WHERE instrument = 2000651`)).toBe(544_878_861);
    // 3 and 5: days without a limit; risk-warning limits before the rule changed, and the S-share after it
    expect(of('daily_all_a_2026')).toEqual({ noLimit: 100 });
    const fivePerCent = (day: string) =>
      count(
        `countIf(limit_up_milli = 10 * intDiv(intDiv(pre_close_milli, 10) * 105 + 50, 100)) AS n FROM fenshi.daily FINAL WHERE trade_date = '${day}' AND dataset = 'daily_all_a_2026' AND intDiv(instrument, 1000) NOT IN (1688, 1689) AND intDiv(instrument, 100000) IN (16, 20) AND limit_up_milli != 10 * intDiv(intDiv(pre_close_milli, 10) * 110 + 50, 100)`,
      );
    expect([await fivePerCent('2026-05-12'), await fivePerCent('2026-07-02'), await fivePerCent('2026-07-06')]).toEqual([185, 150, 1]);
    // 4 and 6: minutes without volume
    expect(of('bars_1m_tushare_2026').zeroVolume).toBe(24_122 - 949); // without the bond's
    // 8: trading days that an archive lacks, and a file's holiday
    expect(
      await count(
        "uniqExact(trade_date) AS n FROM fenshi.limit_pool FINAL WHERE dataset = 'zt_pool_em_20260227_0430' AND trade_date = '2026-04-08'",
      ),
    ).toBe(1);
    expect(
      await count(
        "uniqExact(trade_date) AS n FROM fenshi.limit_pool FINAL WHERE dataset = 'limit_list_2026' AND trade_date = '2026-04-08'",
      ),
    ).toBe(0);
    // 9: two snapshots of one second are two rows
    const twice = (name: string) =>
      count(
        `count() AS n FROM (SELECT instrument, ts_exchange_ms, count() AS c FROM fenshi.ticks FINAL WHERE source = '${name}' GROUP BY instrument, ts_exchange_ms HAVING c > 1)`,
      );
    expect([await twice('ticks_sh30_20211201_am'), await twice('ticks_600519_000333_202302')]).toEqual([95 - 9, 36 - 4]); // without those told twice to the letter
    // 10 and 15: rows without a price outside the session; one-sided books
    expect([of('ticks_600519_000333_202302').noPrice, of('ticks_688293_20230323').oneSided]).toEqual([790, 9]);
    // 11: suspensions told as zeros; 12: odd lots; 14: codes that lost their zeros
    expect(of('bars_15m_sina_2025_26')).toEqual({ suspended: 464 });
    expect(of('bars_1m_tushare_2026').oddLot).toBe(96_369 - 234); // without the bond’s
    expect(of('zt_pool_em_20260227_0430')).toEqual({ codePadded: 2_681 });
    // 2: half days that only one exchange's symbols lack
    const morning = (no: number, day: string) =>
      count(
        `countIf(toHour(toDateTime(ts_exchange_ms / 1000, 'Asia/Shanghai')) < 12) AS n FROM fenshi.ticks FINAL WHERE source = 'ticks_thu2019' AND instrument = ${no} AND trade_date = '${day}'`,
      );
    expect([await morning(2_000_651, '2019-03-08'), (await morning(1_601_318, '2019-03-08')) > 1000]).toEqual([0, true]);
  });
});
