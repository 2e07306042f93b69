import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextOpenFacts } from '../../contracts/next-open.ts';
import { limitDays } from '../backtest/limit-days/days.ts';
import { evaluateLimits } from '../backtest/limit-days/evaluate.ts';
import { nextOpensOf } from '../backtest/limit-days/next-open.ts';
import { sealCases, sealReport } from '../backtest/limit-days/seals.ts';
import { readLimitFiles } from './limit-files.ts';

const dailyHead =
  'symbol,date,open,high,low,close,pre_close,up_limit,down_limit,volume_shares,amount_yuan,auction_price,auction_vol,turnover_rate';
const listHead = 'trade_date,ts_code,name,limit_type,close,open_times,fd_amount,first_time';
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-limits-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const write = (name: string, ...lines: readonly string[]): void => writeFileSync(join(dir, name), `${lines.join('\n')}\n`);

describe('daily rows with limits, and limit-up lists', () => {
  test('are known by their columns, in any order, gzipped or not, linked or not; other files are passed over', async () => {
    writeFileSync(join(dir, 'a'), gzipSync(`${dailyHead}\n600001.SH,20260701,10,11,9.9,11,10,11,9,4000000,42000000,,,2.5\n`));
    write('b.csv', listHead, '20260701,600001.SH,某某,U,11,2,8000000,100030');
    write('notes.txt', 'nothing of the kind');
    const elsewhere = mkdtempSync(join(tmpdir(), 'fenshi-limits-'));
    writeFileSync(join(elsewhere, 'c.csv'), `trade_date,first_time,fd_amount,open_times,ts_code\n20260702,92500.0,1e7,0,000001.SZ\n`);
    symlinkSync(join(elsewhere, 'c.csv'), join(dir, 'c.csv'));
    const { daily, list, files } = await readLimitFiles(dir);
    rmSync(elsewhere, { recursive: true });

    expect(daily).toEqual([
      {
        symbol: 1_600_001,
        date: '20260701',
        open: 10,
        high: 11,
        low: 9.9,
        close: 11,
        preClose: 10,
        upLimit: 11,
        volume: 4e6,
        amount: 42e6,
        turnover: 2.5,
      },
    ]);
    expect(list).toEqual([
      { symbol: 1_600_001, date: '20260701', firstMinute: 30.5, opens: 2, sealAmount: 8e6 },
      { symbol: 2_000_001, date: '20260702', firstMinute: -5, opens: 0, sealAmount: 1e7 },
    ]);
    expect(files.map(({ kind, rows }) => [kind, rows])).toEqual([
      ['daily', 1],
      ['list', 1],
      ['list', 1],
    ]);
  });

  test('a first seal after lunch is counted in trading minutes; an empty one is unknown, and so is an empty amount', async () => {
    write('d.csv', dailyHead, '600001.SH,20260701,10,11,9.9,11,10,11,9,1,1,,,');
    write('l.csv', listHead, '20260701,600001.SH,x,U,11,0,,131500', '20260702,600001.SH,x,U,11,,5,');
    const { daily, list } = await readLimitFiles(dir);
    expect(daily[0]!.turnover).toBeNaN();
    expect(list).toMatchObject([
      { firstMinute: 135, opens: 0, sealAmount: Number.NaN },
      { firstMinute: Number.NaN, opens: Number.NaN, sealAmount: 5 },
    ]);
  });

  test('a day that has only begun: empty and 0 are both nothing yet, half of a row is out of order', async () => {
    write(
      'd.csv',
      dailyHead,
      '600001.SH,20260701,10.2,,,,10,11,9,,,,,',
      '600002.SH,20260701,10.2,0,0,0,10,11,9,0,0,,,0',
      '600003.SH,20260701,10.2,0,0,0,10,11,9,5000,0,,,',
    );
    const { daily, files } = await readLimitFiles(dir);

    for (const row of daily)
      for (const name of ['high', 'low', 'close', 'volume', 'amount', 'turnover'] as const) expect(row[name]).toBeNaN();
    expect(daily.map(({ symbol, open }) => [symbol, open])).toEqual([
      [1_600_001, 10.2],
      [1_600_002, 10.2],
    ]);
    expect(files).toMatchObject([{ rows: 3, refused: { order: 1 } }]);
    write('later.csv', dailyHead, '600001.SH,20260702,10.2,,,,10,11,9,,,,,');
    // of a day that is over two rows with nothing but an open are missing something
    expect((await readLimitFiles(dir)).files.map(({ refused }) => refused)).toEqual([{ order: 1 }, {}, { begun: 2 }]);
    expect(limitDays(daily, []).sessions.map(({ isWhole }) => isWhole)).toEqual([false, false]);
  });

  test('rows that cannot be read are counted by what was wrong; lists of the lower limit and of failed seals are other lists', async () => {
    write(
      'd.csv',
      dailyHead,
      '600001.SH,20260701,10,11,9.9,11,10,11,9,1,1,,,1',
      'nobody,20260701,10,11,9.9,11,10,11,9,1,1,,,1',
      '600001.SH,2026071,10,11,9.9,11,10,11,9,1,1,,,1',
      '600001.SH,20260702,ten,11,9.9,11,10,11,9,1,1,,,1',
      '600001.SH,20260703,10,9,9.9,11,10,11,9,1,1,,,1',
      '',
    );
    write('l.csv', listHead, '20260701,600001.SH,x,D,9,0,5,93000', '20260701,600002.SH,x,Z,9,0,5,93000', '20260701,?,x,U,9,0,5,93000');
    const { daily, list, files } = await readLimitFiles(dir);
    expect([daily.length, list.length]).toEqual([1, 0]);
    expect(files.map(({ rows, refused }) => ({ rows, refused }))).toEqual([
      { rows: 5, refused: { symbol: 1, date: 1, number: 1, order: 1 } },
      { rows: 3, refused: { symbol: 1 } },
    ]);
  });

  test('without daily rows there is nothing to judge: the columns are named', async () => {
    write('l.csv', listHead, '20260701,600001.SH,x,U,11,0,5,93000');
    await expect(readLimitFiles(dir)).rejects.toThrow(/IMPORT_INVALID.*up_limit/);
    await expect(readLimitFiles(join(dir, 'absent'))).rejects.toThrow('NOT_FOUND');
  });
});

describe('seals from minute bars', () => {
  const bars = (...rows: readonly string[]) =>
    write('m.csv', 'symbol,datetime,open,high,low,close,volume_shares,amount_yuan', ...rows.map((row) => `${row},0,0`));
  const bar = (symbol: string, clock: string, high: number) => `${symbol},2026-07-01 ${clock},10,${high},10,10`;
  const row = (symbol: string) => `${symbol},20260701,10,11,9.9,11,10,11,9,4000000,42000000,,,2.5`;
  const report = async () => {
    const read = await readLimitFiles(dir);
    return sealReport(sealCases(limitDays(read.daily, read.list), read.bars));
  };

  test('the first bar at the limit, ten seconds before its end; the auction’s at 09:25', async () => {
    write('d.csv', dailyHead, ...['600001.SH', '600002.SH', '600003.SH', '600004.SH', '600005.SH', '600006.SH'].map(row));
    write(
      'l.csv',
      listHead,
      '20260701,600001.SH,x,U,11,0,5,100030',
      '20260701,600002.SH,x,U,11,0,5,92500',
      '20260701,600003.SH,x,U,11,0,5,100230',
      '20260701,600004.SH,x,U,11,0,5,93100',
      '20260701,600005.SH,x,U,11,0,5,100000',
    );
    bars(
      ...['600001.SH', '600003.SH', '600006.SH'].flatMap((symbol) => [
        bar(symbol, '10:00:00', 10.9),
        bar(symbol, '10:01:00', 11),
        bar(symbol, '10:02:00', 11),
      ]),
      bar('600002.SH', '09:30:00', 11),
      bar('600002.SH', '09:31:00', 11),
      bar('600004.SH', '13:01:00', 11),
      bar('600004.SH', '13:02:00', 10.99),
      bar('600005.SH', '10:01:00', 10.99),
    );
    const { touchedBeforeSealed, afterSealed, missed, ...numbers } = await report();

    // 600001: 10:00:50 against 10:00:30; 600003: 100 s early; 600004: 13:00:50 against 09:31:00; 600006 is on no list
    expect(numbers).toEqual({
      n: 5,
      days: 1,
      recall: 0.8,
      medianErrorSec: expect.closeTo(60, 9) as number,
      within60: 0.5,
      early: 0.25,
      late: 0.25,
    });
    expect(touchedBeforeSealed.map(({ symbol }) => symbol)).toEqual([1_600_003]);
    expect(afterSealed.map(({ symbol }) => symbol)).toEqual([1_600_004]);
    expect(missed).toEqual([{ symbol: 1_600_005, date: '20260701', listedMinute: 30, foundMinute: null }]);
  });

  test('a name without bars of that day is no case; bars of another length are refused', async () => {
    write('d.csv', dailyHead, row('600001.SH'));
    write('l.csv', listHead, '20260701,600001.SH,x,U,11,0,5,100030');
    bars(bar('600009.SH', '10:00:00', 11), bar('600009.SH', '10:01:00', 11));
    expect((await report()).n).toBe(0);
    bars(bar('600001.SH', '10:00:00', 11), bar('600001.SH', '10:05:00', 11));
    await expect(report()).rejects.toThrow(/one-minute bars/);
  });
});

/** What an independent fit found on the same later days, and where its test rows and ours may differ by a few. */
const published = { touch: 0.8349, 'second-board': 0.8181, 'next-open': 0.6114 };
const data = '../shared/data';
test.skipIf(!existsSync(`${data}/daily_all_a_2026_dev.csv.gz`))(
  'on the recorded market each AUC is within .005 of the published one (needs ../shared)',
  async () => {
    for (const name of ['daily_all_a_2026_dev.csv.gz', 'limit_list_2026_dev.csv.gz', 'bars_1m_tushare_2026_dev.csv.gz'])
      symlinkSync(join(process.cwd(), data, name), join(dir, name));
    const { daily, list, bars } = await readLimitFiles(dir);
    const days = limitDays(daily, list);
    const reports = evaluateLimits(days, null);

    expect(reports.map(({ event }) => event)).toEqual(Object.keys(published));
    for (const { event, auc, auc95, calibration, naive, speaks } of reports) {
      expect(Math.abs(auc - published[event]), event).toBeLessThan(0.005);
      expect(auc95[0]).toBeLessThan(auc);
      expect(auc95[1]).toBeGreaterThan(auc);
      expect(calibration).toHaveLength(10);
      expect([event, speaks]).toEqual([event, event !== 'next-open']);
      expect(naive.auc).toBeGreaterThan(0.6);
    }

    // what is shipped is what these days say; of the published fits each stratum's mean lies within 3 bp, its cases within 2 %
    const { source: _source, data: _data, ...shipped } = nextOpenFacts;
    expect(nextOpensOf(days)).toEqual(shipped);
    const told = JSON.parse(readFileSync(join(data, '..', 'fits', 'real_fit.json'), 'utf8')) as {
      nextSessionAfterSeal: { by: Record<string, string>; n: number; mean: number }[];
    };
    const own = [...shipped.strata.boards, ...shipped.strata['first-seal'], ...shipped.strata['seal-share']];
    const theirs = told.nextSessionAfterSeal.filter(({ by }) => Object.keys(by).length === 1);
    expect(theirs.length).toBe(own.length);
    for (const [i, { by, n: cases, mean }] of theirs.entries()) {
      expect(Math.abs(own[i]!.grossBp - mean), JSON.stringify(by)).toBeLessThan(3);
      expect(Math.abs(own[i]!.n / cases - 1), JSON.stringify(by)).toBeLessThan(0.02);
    }

    const { n, recall, medianErrorSec, within60, late, touchedBeforeSealed } = sealReport(sealCases(days, bars));
    expect(n).toBe(1508);
    expect(recall).toBeGreaterThanOrEqual(0.995);
    expect(medianErrorSec).toBeLessThanOrEqual(30);
    expect(within60).toBeGreaterThanOrEqual(0.9);
    expect(late).toBeLessThan(0.002);
    expect(touchedBeforeSealed.length).toBe(Math.round((1 - within60 - late) * n));
  },
);
