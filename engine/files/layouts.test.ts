/**
 * Files as users have them. The layouts are those of public exports (vendors' documentation and files in public repositories); the rows are
 * re-created, three minutes of one stock each, and what each must mean is written by hand.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clockOf } from '../../contracts/session.ts';
import { barsOf, gbk, OwnFiles, threeMinutes } from '../../scenarios/support/own-files.ts';
import { readLayout, shippedLayouts } from './layout.ts';
import { FileRows } from './reader.ts';

let files: OwnFiles;
beforeAll(() => {
  files = new OwnFiles();
});
afterAll(() => files.remove());

const withoutOpen = threeMinutes.map((each) => each.replace(/ [\d.]+\//, ' /'));

describe('public layouts', () => {
  test.each<[string, string, string | Buffer, readonly string[]]>([
    [
      'tushare-minutes',
      'newest first.csv',
      '\uFEFFts_code,trade_time,open,close,high,low,vol,amount\n600519.SH,2026-06-16 09:33:00,9.96,9.95,9.97,9.94,39200.0,390236.0\n600519.SH,2026-06-16 09:32:00,9.98,9.96,9.99,9.95,23400.0,233298.0\n600519.SH,2026-06-16 09:31:00,10.0,9.98,10.01,9.97,9600.0,95904.0\n',
      threeMinutes.toReversed(),
    ],
    [
      'akshare-minutes-em',
      '600519.csv',
      '时间,开盘,收盘,最高,最低,成交量,成交额,均价\n2026-06-16 09:31:00,0.00,9.98,10.01,9.97,96,95904.0,9.98\n2026-06-16 09:32:00,0.00,9.96,9.99,9.95,234,233298.0,9.96\n2026-06-16 09:33:00,0.00,9.95,9.97,9.94,392,390236.0,9.96\n',
      withoutOpen,
    ],
    [
      'akshare-minutes-sina',
      'sh600519.csv',
      'day,open,high,low,close,volume,amount\n2026-06-16 09:31:00,10.000,10.010,9.970,9.980,9600,95904.0000\n2026-06-16 09:32:00,9.980,9.990,9.950,9.960,23400,233298.0000\n2026-06-16 09:33:00,9.960,9.970,9.940,9.950,39200,390236.0000\n',
      threeMinutes,
    ],
    [
      'baostock-minutes',
      'bars.csv',
      'date,time,code,open,high,low,close,volume,amount,adjustflag\n2026-06-16,20260616093100000,sh.600519,10.0,10.01,9.97,9.98,9600,95904.0,3\n2026-06-16,20260616093200000,sh.600519,9.98,9.99,9.95,9.96,23400,233298.0,3\n2026-06-16,20260616093300000,sh.600519,9.96,9.97,9.94,9.95,39200,390236.0,3\n',
      threeMinutes,
    ],
    [
      'jqdata-bars',
      '600519.XSHG.csv',
      ',open,close,high,low,volume,money\n2026-06-16 09:31:00,10.0,9.98,10.01,9.97,9600.0,95904.0\n2026-06-16 09:32:00,9.98,9.96,9.99,9.95,23400.0,233298.0\n2026-06-16 09:33:00,9.96,9.95,9.97,9.94,39200.0,390236.0\n',
      threeMinutes,
    ],
    [
      'rqdata-minutes',
      'prices.csv',
      'order_book_id,datetime,open,high,low,close,volume,total_turnover\n600519.XSHG,2026-06-16 09:31:00,10.0,10.01,9.97,9.98,9600,95904.0\n600519.XSHG,2026-06-16 09:32:00,9.98,9.99,9.95,9.96,23400,233298.0\n600519.XSHG,2026-06-16 09:33:00,9.96,9.97,9.94,9.95,39200,390236.0\n',
      threeMinutes,
    ],
    [
      'vnpy-bars',
      '600519.SSE.csv',
      'symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest\n600519,SSE,2026-06-16 09:30:00,10.0,10.01,9.97,9.98,9600,95904.0,0\n600519,SSE,2026-06-16 09:31:00,9.98,9.99,9.95,9.96,23400,233298.0,0\n600519,SSE,2026-06-16 09:32:00,9.96,9.97,9.94,9.95,39200,390236.0,0\n',
      threeMinutes,
    ],
    [
      'tdx-minutes',
      'SH#600519.txt',
      gbk(
        '600519 样本股份 1分钟线 不复权\r\n      日期\t    时间\t    开盘\t    最高\t    最低\t    收盘\t    成交量\t    成交额\r\n2026/06/16\t0931\t10.00\t10.01\t9.97\t9.98\t9600\t95904.00\r\n2026/06/16\t0932\t9.98\t9.99\t9.95\t9.96\t23400\t233298.00\r\n2026/06/16\t0933\t9.96\t9.97\t9.94\t9.95\t39200\t390236.00\r\n#数据来源:通达信\r\n',
      ),
      threeMinutes,
    ],
    [
      'mootdx-bars',
      '600519.csv',
      'open,close,high,low,vol,amount,year,month,day,hour,minute,datetime\n10.0,9.98,10.01,9.97,9600.0,95904.0,2026,6,16,9,31,2026-06-16 09:31\n9.98,9.96,9.99,9.95,23400.0,233298.0,2026,6,16,9,32,2026-06-16 09:32\n9.96,9.95,9.97,9.94,39200.0,390236.0,2026,6,16,9,33,2026-06-16 09:33\n',
      threeMinutes,
    ],
    [
      'xtquant-bars',
      '600519.SH.csv',
      `time,open,high,low,close,volume,amount,settelementPrice,openInterest,preClose,suspendFlag\n${[
        [31, '10.0,10.01,9.97,9.98,96,95904.0'],
        [32, '9.98,9.99,9.95,9.96,234,233298.0'],
        [33, '9.96,9.97,9.94,9.95,392,390236.0'],
      ]
        .map(([minute, rest]) => `${Date.UTC(2026, 5, 16, 1, Number(minute))},${rest},0.0,0,10.0,0`)
        .join('\n')}\n`,
      threeMinutes,
    ],
    [
      'packaged-minutes',
      'sh600519.csv',
      gbk(
        '数据由某商店提供，请勿转卖\r\n股票代码,K线结束时间,开盘价,最高价,最低价,收盘价,成交量,成交额\r\nsh600519,2026-06-16 09:31:00,10.0,10.01,9.97,9.98,9600,95904.0\r\nsh600519,2026-06-16 09:32:00,9.98,9.99,9.95,9.96,23400,233298.0\r\nsh600519,2026-06-16 09:33:00,9.96,9.97,9.94,9.95,39200,390236.0\r\n',
      ),
      threeMinutes,
    ],
  ])('%s', async (layout, name, content, expected) => {
    const file = await files.open(name, content);
    expect(file.sheet.layout.name).toBe(layout);
    expect(file.shape?.periodSec).toBe(60);
    expect(await barsOf(file)).toEqual(expected);
    expect(file.refusals.total).toBe(0);
  });

  test.each<[string, string, string, string]>([
    [
      'tushare-daily',
      'd.csv',
      'ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n600519.SH,20260616,10.0,10.2,9.9,10.1,10.0,0.1,1.0,12345.00,12468.450\n',
      '600519.SH 20260616 00:00:00 10/10.2/9.9/10.1 1234500 12468450',
    ],
    [
      'akshare-daily',
      'd.csv',
      '日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率\n2026-06-16,600519,10.0,10.1,10.2,9.9,12345,12468450.0,3.0,1.0,0.1,0.5\n',
      '600519.SH 20260616 00:00:00 10/10.2/9.9/10.1 1234500 12468450',
    ],
    [
      'baostock-daily',
      'd.csv',
      'date,code,open,high,low,close,preclose,volume,amount,adjustflag\n2026-06-16,sh.600519,10.0,10.2,9.9,10.1,10.0,1234500,12468450.0,3\n',
      '600519.SH 20260616 00:00:00 10/10.2/9.9/10.1 1234500 12468450',
    ],
  ])('%s', async (layout, name, content, expected) => {
    const file = await files.open(name, content);
    expect([file.sheet.layout.name, await barsOf(file)]).toEqual([layout, [expected]]);
  });

  test('ticks of Wind (prices in 0.0001 yuan, a clock without its zero) and of xtquant (lists, lots, the symbol in the name)', async () => {
    const levels = (word: string) => [1, 2, 3, 4, 5].map((i) => `${word}${i}`).join(',');
    const wind = gbk(
      `万得代码,自然日,时间,成交价,前收盘,当日累计成交量,当日成交额,${levels('申买价')},${levels('申买量')},${levels('申卖价')},${levels('申卖量')}\n600519.SH,20260616,93100000,99800,100000,9600,95904,99700,99600,99500,99400,99300,100,200,300,400,500,99900,100000,100100,100200,100300,600,700,800,900,1000\n`,
    );
    const xt =
      'time,lastPrice,open,high,low,lastClose,amount,volume,pvolume,stockStatus,bidPrice,bidVol,askPrice,askVol\n' +
      `${Date.UTC(2026, 5, 16, 1, 31)},9.98,10.0,10.01,9.97,10.0,95904.0,96,9600,0,"[9.97, 9.96, 9.95, 9.94, 9.93]","[1, 2, 3, 4, 5]","[9.99, 10.0, 10.01, 10.02, 10.03]","[6, 7, 8, 9, 10]"\n`;
    for (const [layout, name, content] of [
      ['wind-ticks', '行情.csv', wind],
      ['xtquant-ticks', '600519.SH.csv', xt],
    ] as const) {
      const file = await files.open(name, content);
      expect(file.sheet.layout.name).toBe(layout);
      const rows = [];
      for await (const { date, quote } of file.ticks()) rows.push({ date, at: clockOf(quote.tsExchangeMs), quote });
      expect(rows).toMatchObject([
        {
          date: '20260616',
          at: '09:31:00',
          quote: {
            lastMilli: 9980,
            preCloseMilli: 10_000,
            volumeShares: 9600,
            amountYuan: 95_904,
            bids: [
              [9970, 100],
              [9960, 200],
              [9950, 300],
              [9940, 400],
              [9930, 500],
            ],
            asks: [
              [9990, 600],
              [10_000, 700],
              [10_010, 800],
              [10_020, 900],
              [10_030, 1000],
            ] as unknown,
          },
        },
      ]);
    }
  });

  test('a layout of one’s own: no header, fen, lots, a symbol with its exchange beside it', async () => {
    const path = join(files.dir, 'my.yaml');
    writeFileSync(
      path,
      'name: mine\nwhat: bars\nheader: [code, market, day, clock, o, h, l, c, lots, money]\ncolumns: { symbol: code, exchange: market, date: day, clock: clock, open: o, high: h, low: l, close: c, volume: lots, amount: money }\nunits: { volume: lots, price: 0.01 }\nlabels: start\n',
    );
    const input = await files.input(
      'unknown.txt',
      '600519|XSHG|2026.6.16|930|1000|1001|997|998|96|95904\n600519|XSHG|2026.6.16|931|998|999|995|996|234|233298\n600519|XSHG|2026.6.16|932|996|997|994|995|392|390236\n',
    );
    expect(await barsOf((await FileRows.open(input, [readLayout(path)]))!)).toEqual(threeMinutes);
    await expect(FileRows.open(input, shippedLayouts())).rejects.toThrow(
      /no layout we know has the columns .*Describe your own with --map/,
    );
  });

  test.each([
    ['what: candles', /what/],
    ['what: bars\ncolumns: { prize: c }', /columns.prize/],
    ['what: bars\ncolumns: { close: c }\nunits: { volume: hands }', /units.volume/],
    ['[', /my.yaml/],
  ])('a map that says %s is refused by its key', (text, message) => {
    const path = join(files.dir, 'my.yaml');
    writeFileSync(path, `name: mine\n${text}\n`);
    expect(() => readLayout(path)).toThrow(message);
  });
});
