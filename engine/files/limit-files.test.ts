import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limitDays } from '../backtest/limit-days/days.ts';
import { evaluateLimits } from '../backtest/limit-days/evaluate.ts';
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

/** What an independent fit found on the same later days, and where its test rows and ours may differ by a few. */
const published = { touch: 0.8349, 'second-board': 0.8181, 'next-open': 0.6114 };
const data = '../shared/data';
test.skipIf(!existsSync(`${data}/daily_all_a_2026_dev.csv.gz`))(
  'on the recorded market each AUC is within .005 of the published one (needs ../shared)',
  async () => {
    for (const name of ['daily_all_a_2026_dev.csv.gz', 'limit_list_2026_dev.csv.gz'])
      symlinkSync(join(process.cwd(), data, name), join(dir, name));
    const { daily, list } = await readLimitFiles(dir);
    const reports = evaluateLimits(limitDays(daily, list), null);

    expect(reports.map(({ event }) => event)).toEqual(Object.keys(published));
    for (const { event, auc, auc95, calibration, naive, speaks } of reports) {
      expect(Math.abs(auc - published[event]), event).toBeLessThan(0.005);
      expect(auc95[0]).toBeLessThan(auc);
      expect(auc95[1]).toBeGreaterThan(auc);
      expect(calibration).toHaveLength(10);
      expect([event, speaks]).toEqual([event, event !== 'next-open']);
      expect(naive.auc).toBeGreaterThan(0.6);
    }
  },
);
