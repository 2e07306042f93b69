/**
 * Files as users have them. The layouts are those of public exports (vendors' documentation and files in public repositories); the rows are
 * re-created, three minutes of one stock each, and what each must mean is written by hand.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clockOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { Input } from './inputs.ts';
import { inputsOf } from './inputs.ts';
import { readLayout, shippedLayouts } from './layout.ts';
import { type Asked, FileRows } from './reader.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-files-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function inputOf(name: string, content: string | Buffer): Promise<Input> {
  const path = join(dir, name);
  writeFileSync(path, content);
  return (await inputsOf(path))[0]!;
}
const open = async (name: string, content: string | Buffer, asked?: Asked): Promise<FileRows> =>
  (await FileRows.open(await inputOf(name, content), shippedLayouts(), asked))!;

const yuan = (milli: number | null): number | null => (milli === null ? null : milli / 1000);
/** `600519.SH 20260616 09:31:00 10/10.01/9.97/9.98 9600 95904` of each bar. */
async function barsOf(file: FileRows): Promise<string[]> {
  const said: string[] = [];
  for await (const bar of file.bars())
    said.push(
      `${instrumentId(bar.no)} ${bar.date} ${clockOf(bar.tsMs)} ${[bar.openMilli, bar.highMilli, bar.lowMilli, bar.closeMilli].map(yuan).join('/')} ${bar.shares} ${bar.yuan}`,
    );
  return said;
}

const minutes = [
  '600519.SH 20260616 09:31:00 10/10.01/9.97/9.98 9600 95904',
  '600519.SH 20260616 09:32:00 9.98/9.99/9.95/9.96 23400 233298',
  '600519.SH 20260616 09:33:00 9.96/9.97/9.94/9.95 39200 390236',
];
const withoutOpen = minutes.map((each) => each.replace(/ [\d.]+\//, ' /'));
const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030');

describe('public layouts', () => {
  test.each<[string, string, string | Buffer, readonly string[]]>([
    [
      'tushare-minutes',
      'newest first.csv',
      '\uFEFFts_code,trade_time,open,close,high,low,vol,amount\n600519.SH,2026-06-16 09:33:00,9.96,9.95,9.97,9.94,39200.0,390236.0\n600519.SH,2026-06-16 09:32:00,9.98,9.96,9.99,9.95,23400.0,233298.0\n600519.SH,2026-06-16 09:31:00,10.0,9.98,10.01,9.97,9600.0,95904.0\n',
      minutes.toReversed(),
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
      minutes,
    ],
    [
      'baostock-minutes',
      'bars.csv',
      'date,time,code,open,high,low,close,volume,amount,adjustflag\n2026-06-16,20260616093100000,sh.600519,10.0,10.01,9.97,9.98,9600,95904.0,3\n2026-06-16,20260616093200000,sh.600519,9.98,9.99,9.95,9.96,23400,233298.0,3\n2026-06-16,20260616093300000,sh.600519,9.96,9.97,9.94,9.95,39200,390236.0,3\n',
      minutes,
    ],
    [
      'jqdata-bars',
      '600519.XSHG.csv',
      ',open,close,high,low,volume,money\n2026-06-16 09:31:00,10.0,9.98,10.01,9.97,9600.0,95904.0\n2026-06-16 09:32:00,9.98,9.96,9.99,9.95,23400.0,233298.0\n2026-06-16 09:33:00,9.96,9.95,9.97,9.94,39200.0,390236.0\n',
      minutes,
    ],
    [
      'rqdata-minutes',
      'prices.csv',
      'order_book_id,datetime,open,high,low,close,volume,total_turnover\n600519.XSHG,2026-06-16 09:31:00,10.0,10.01,9.97,9.98,9600,95904.0\n600519.XSHG,2026-06-16 09:32:00,9.98,9.99,9.95,9.96,23400,233298.0\n600519.XSHG,2026-06-16 09:33:00,9.96,9.97,9.94,9.95,39200,390236.0\n',
      minutes,
    ],
    [
      'vnpy-bars',
      '600519.SSE.csv',
      'symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest\n600519,SSE,2026-06-16 09:30:00,10.0,10.01,9.97,9.98,9600,95904.0,0\n600519,SSE,2026-06-16 09:31:00,9.98,9.99,9.95,9.96,23400,233298.0,0\n600519,SSE,2026-06-16 09:32:00,9.96,9.97,9.94,9.95,39200,390236.0,0\n',
      minutes,
    ],
    [
      'tdx-minutes',
      'SH#600519.txt',
      gbk(
        '600519 样本股份 1分钟线 不复权\r\n      日期\t    时间\t    开盘\t    最高\t    最低\t    收盘\t    成交量\t    成交额\r\n2026/06/16\t0931\t10.00\t10.01\t9.97\t9.98\t9600\t95904.00\r\n2026/06/16\t0932\t9.98\t9.99\t9.95\t9.96\t23400\t233298.00\r\n2026/06/16\t0933\t9.96\t9.97\t9.94\t9.95\t39200\t390236.00\r\n#数据来源:通达信\r\n',
      ),
      minutes,
    ],
    [
      'mootdx-bars',
      '600519.csv',
      'open,close,high,low,vol,amount,year,month,day,hour,minute,datetime\n10.0,9.98,10.01,9.97,9600.0,95904.0,2026,6,16,9,31,2026-06-16 09:31\n9.98,9.96,9.99,9.95,23400.0,233298.0,2026,6,16,9,32,2026-06-16 09:32\n9.96,9.95,9.97,9.94,39200.0,390236.0,2026,6,16,9,33,2026-06-16 09:33\n',
      minutes,
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
      minutes,
    ],
    [
      'packaged-minutes',
      'sh600519.csv',
      gbk(
        '数据由某商店提供，请勿转卖\r\n股票代码,K线结束时间,开盘价,最高价,最低价,收盘价,成交量,成交额\r\nsh600519,2026-06-16 09:31:00,10.0,10.01,9.97,9.98,9600,95904.0\r\nsh600519,2026-06-16 09:32:00,9.98,9.99,9.95,9.96,23400,233298.0\r\nsh600519,2026-06-16 09:33:00,9.96,9.97,9.94,9.95,39200,390236.0\r\n',
      ),
      minutes,
    ],
  ])('%s', async (layout, name, content, expected) => {
    const file = await open(name, content);
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
    const file = await open(name, content);
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
      const file = await open(name, content);
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
    const path = join(dir, 'my.yaml');
    writeFileSync(
      path,
      'name: mine\nwhat: bars\nheader: [code, market, day, clock, o, h, l, c, lots, money]\ncolumns: { symbol: code, exchange: market, date: day, clock: clock, open: o, high: h, low: l, close: c, volume: lots, amount: money }\nunits: { volume: lots, price: 0.01 }\nlabels: start\n',
    );
    const input = await inputOf(
      'unknown.txt',
      '600519|XSHG|2026.6.16|930|1000|1001|997|998|96|95904\n600519|XSHG|2026.6.16|931|998|999|995|996|234|233298\n600519|XSHG|2026.6.16|932|996|997|994|995|392|390236\n',
    );
    expect(await barsOf((await FileRows.open(input, [readLayout(path)]))!)).toEqual(minutes);
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
    const path = join(dir, 'my.yaml');
    writeFileSync(path, `name: mine\n${text}\n`);
    expect(() => readLayout(path)).toThrow(message);
  });
});

const header = 'symbol,datetime,open,high,low,close,volume_shares,amount_yuan';
const own = (...rows: string[]): string => `${[header, ...rows].join('\n')}\n`;
const [first, second, third] = [
  '600519.SH,2026-06-16 09:31:00,10,10.01,9.97,9.98,9600,95904',
  '600519.SH,2026-06-16 09:32:00,9.98,9.99,9.95,9.96,23400,233298',
  '600519.SH,2026-06-16 09:33:00,9.96,9.97,9.94,9.95,39200,390236',
];

describe('however a file is written', () => {
  const text = own(first, second, third);
  test.each<[string, string, string | Buffer]>([
    ['UTF-16 with a mark', 'a.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
    ['UTF-16 without one', 'a.csv', Buffer.from(text, 'utf16le')],
    ['a mark and carriage returns', 'a.csv', `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['carriage returns alone', 'a.csv', text.replaceAll('\n', '\r')],
    ['semicolons', 'a.csv', text.replaceAll(',', ';')],
    ['tabs', 'a.tsv', text.replaceAll(',', '\t')],
    ['quotes and thousands marks', 'a.csv', text.replaceAll('95904', '"95,904"').replaceAll('600519.SH', '"600519.SH"')],
    [
      'another case and blanks in the header',
      'a.csv',
      text.replace(header, ' Symbol, DateTime ,Open,High,Low,Close,Volume_Shares, Amount_Yuan'),
    ],
    ['gzip, named as if it were none', 'a.csv', gzipSync(text)],
    ['text, named as if it were gzip', 'a.csv.gz', text],
    ['no line end at its end, a blank line and the header again', 'a.csv', text.replace(second, `${second}\n\n${header}`).trimEnd()],
    ['scientific notation', 'a.csv', text.replace('95904', '9.5904e4')],
    ['a symbol with its exchange in front', 'a.csv', text.replaceAll('600519.SH', 'SH.600519')],
    [
      'seconds since 1970',
      'a.csv',
      text.replaceAll(/2026-06-16 09:(\d\d):00/g, (_, m: string) => String(Date.UTC(2026, 5, 16, 1, Number(m)) / 1000)),
    ],
    ['a zone', 'a.csv', text.replaceAll(/2026-06-16 09:(\d\d):00/g, '2026-06-16T01:$1:00Z')],
  ])('%s', async (_, name, content) => {
    expect(await barsOf(await open(name, content))).toEqual(minutes);
  });
});

describe('rows are judged singly', () => {
  test.each<[string, string]>([
    ['SHAPE', '600519.SH,2026-06-16 09:34:00,9.95'],
    ['SHAPE', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,177110,1'],
    ['TIME', '600519.SH,2026-02-30 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['TIME', '600519.SH,2026-06-16 25:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['TIME', '600519.SH,2026-06-16 09:34:30,9.95,9.96,9.94,9.95,17800,177110'],
    ['CLOSED_DAY', '600519.SH,2026-06-14 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['SESSION', '600519.SH,2026-06-16 03:00:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['SESSION', '600519.SH,2026-06-16 12:15:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['SYMBOL', '00700.HK,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['KIND', '510300.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['KIND', '900901.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['KIND', '113050.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['NUMBER', '600519.SH,2026-06-16 09:34:00,x,9.96,9.94,9.95,17800,177110'],
    ['NUMBER', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,-17800,177110'],
    ['NUMBER', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,5.877472e-39,177110'],
    ['PRICE', '600519.SH,2026-06-16 09:34:00,-9.95,9.96,9.94,9.95,17800,177110'],
    ['PRICE', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,,17800,177110'],
    ['PRICE', '600519.SH,2026-06-16 09:34:00,9.95,99999999,9.94,9.95,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.95,9.94,9.96,9.95,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.97,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.93,9.96,9.94,9.95,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.00,,9.94,9.95,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,0,177110'],
    ['UNIT', '000001.SH,2026-06-16 09:34:00,3000,3001,2999,3000,1,9e15'],
    ['LATTICE', '600519.SH,2026-06-16 09:34:00,9.953,9.96,9.94,9.95,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,995,996,994,995,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,17711000000'],
  ])('%s: %s', async (reason, row) => {
    const file = await open('a.csv', own(first, second, third, row));
    expect(await barsOf(file)).toEqual(minutes);
    expect([file.refusals.counts, file.refusals.samples[reason as 'UNIT']?.[0]?.line]).toEqual([{ [reason]: 1 }, 5]);
  });

  test('lots where shares are said are proven by the money; what is absent stays absent; after hours counts by itself', async () => {
    const file = await open(
      'a.csv',
      own(
        '600519.SH,2026-06-16 14:59:00,10,10.01,9.97,9.98,96,95904',
        '600519.SH,2026-06-16 15:00:00,,,,9.96,,',
        '688001.SH,2026-06-16 15:00:00,0,0,0,0,0,0',
        '688001.SH,2026-06-16 15:06:00,9.98,9.98,9.98,9.98,200,1996',
      ),
    );
    expect(await barsOf(file)).toEqual([
      minutes[0]!.replace('09:31', '14:59'),
      '600519.SH 20260616 15:00:00 ///9.96 null null',
      '688001.SH 20260616 15:00:00 /// null null',
    ]);
    expect([file.afterHours, file.refusals.total]).toEqual([1, 0]);
  });

  test('a volume rounded to lots keeps its row (a STAR minute of 565 shares told as 600)', async () => {
    const file = await open(
      'a.csv',
      own(
        '688001.SH,2021-04-23 10:46:00,35.68,35.68,35.68,35.68,1700,60662',
        '688001.SH,2021-04-23 10:47:00,35.68,35.68,35.67,35.67,600,20152',
      ),
    );
    expect([(await barsOf(file)).length, file.refusals.total]).toEqual([2, 0]);
  });

  test('a minute with money and a volume rounded to no lot has an unknown volume, not none', async () => {
    const file = await open(
      'a.csv',
      own(
        '688001.SH,2021-04-23 10:46:00,35.68,35.68,35.68,35.68,1700,60662',
        '688001.SH,2021-04-23 10:47:00,35.68,35.68,35.67,35.67,0,1213',
      ),
    );
    expect((await barsOf(file))[1]).toBe('688001.SH 20210423 10:47:00 35.68/35.68/35.67/35.67 null 1213');
  });

  test('most rows refused is another layout than it looks: the reading ends', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => first.replace('10,10.01', `${i + 100}.5,10.01`));
    const file = await open('a.csv', own(first, second, third, ...rows));
    await expect(barsOf(file)).rejects.toThrow(/this is another layout than it looks/);
  });
});

describe('what bars are', () => {
  const at = (...labels: string[]): string => own(...labels.map((label) => `600519.SH,2026-06-16 ${label}:00,10,10,10,10,100,1000`));
  const clocks = async (file: FileRows): Promise<string[]> => (await barsOf(file)).map((each) => each.split(' ')[2]!.slice(0, 5));

  test.each<[string, string, readonly string[], number, readonly string[]]>([
    ['spacing beats a number in the name', '600519_20260615minute.csv', ['09:31', '09:32', '09:33'], 60, ['09:31', '09:32', '09:33']],
    ['five minutes', '600519_5min.csv', ['09:35', '09:40', '09:45'], 300, ['09:35', '09:40', '09:45']],
    ['start labels', 'a.csv', ['09:30', '09:31', '09:32'], 60, ['09:31', '09:32', '09:33']],
    ['09:30 is the opening match where 15:00 is there', 'a.csv', ['09:30', '09:31', '15:00'], 60, ['09:30', '09:31', '15:00']],
    ['a 13:00 without an end is a start', 'a.csv', ['11:28', '11:29', '13:00'], 60, ['11:29', '11:30', '13:01']],
    [
      'starts with a bar of the closing match',
      'a.csv',
      ['09:30', '09:31', '13:00', '13:01', '15:00'],
      60,
      ['09:31', '09:32', '13:01', '13:02'],
    ],
    ['通达信 calls 11:30 13:00', 'a.csv', ['11:29', '13:00', '13:01', '15:00'], 60, ['11:29', '11:30', '13:01', '15:00']],
  ])('%s', async (_, name, labels, periodSec, expected) => {
    const file = await open(name, at(...labels));
    expect([file.shape?.periodSec, await clocks(file)]).toEqual([periodSec, expected]);
  });

  test('labels off the grid of their period are refused: an illiquid minute file is no file of five minutes', async () => {
    const file = await open('a.csv', at('09:31', '09:36', '09:41'));
    expect([file.shape?.periodSec, await clocks(file), file.refusals.counts]).toEqual([300, [], { TIME: 3 }]);
  });

  test('a title of eight digits over bars is no list of holidays; a list of trading days is none either', async () => {
    const bars = await open('a.csv', `20260616\n${own(first, second, third)}`);
    expect([bars.sheet.layout.name, bars.sheet.title, await barsOf(bars)]).toEqual(['own-bars', '20260616', minutes]);
  });

  test('a flag holds over what is found, and a contradiction is refused', async () => {
    const file = await open('a.csv', at('09:30', '09:31', '09:32'), { periodSec: null, labels: 'end' });
    expect([await clocks(file), file.shape?.how]).toEqual([['09:30', '09:31', '09:32'], expect.stringContaining('as asked')]);
    await expect(open('600519_5min.csv', at('09:31', '09:32', '09:33'))).rejects.toThrow(
      /the name says 5 minutes, the labels are 1 minutes apart; --period/,
    );
    await expect(open('a.csv', at('09:31', '09:38', '09:45'))).rejects.toThrow(/labels 7 minutes apart/);
    await expect(open('a.csv', at('09:31'))).rejects.toThrow(/give --period 60/);
  });

  test.each([
    [
      'a title',
      'SH#600519.txt',
      gbk(
        '600519 样本股份 1分钟线 前复权\n日期\t时间\t开盘\t最高\t最低\t收盘\t成交量\t成交额\n2026/06/16\t0931\t10\t10\t10\t10\t100\t1000\n2026/06/16\t0932\t10\t10\t10\t10\t100\t1000\n',
      ),
    ],
    ['a name', '600519_qfq.csv', at('09:31', '09:32')],
  ])('adjusted prices by %s are refused', async (_, name, content) => {
    await expect(open(name, content)).rejects.toThrow(/adjusted/);
  });

  test('adjusted prices by a column are refused row by row; a column that is there twice is refused', async () => {
    const file = await open(
      'bars.csv',
      'date,time,code,open,high,low,close,volume,amount,adjustflag\n2026-06-16,20260616093100000,sh.600519,10.0,10.01,9.97,9.98,9600,95904.0,2\n2026-06-16,20260616093200000,sh.600519,9.98,9.99,9.95,9.96,23400,233298.0,3\n',
    );
    expect([await barsOf(file), file.refusals.counts]).toEqual([[minutes[1]], { ADJUSTED: 1 }]);
    await expect(open('a.csv', own(first).replace('amount_yuan', 'amount_yuan,close'))).rejects.toThrow(/the column close is there twice/);
  });
});

test('shares where a layout says lots are proven by the money, in ticks, too', async () => {
  const row = (volume: number) =>
    `${Date.UTC(2026, 5, 16, 1, 31)},9.98,10.0,10.01,9.97,10.0,95904.0,${volume},9600,0,"[9.97]","[1]","[9.99]","[6]"`;
  const file = await open(
    '688001.SH.csv',
    `time,lastPrice,open,high,low,lastClose,amount,volume,pvolume,stockStatus,bidPrice,bidVol,askPrice,askVol\n${row(9600)}\n${row(96)}\n`,
  );
  const shares: (number | null)[] = [];
  for await (const { quote } of file.ticks()) shares.push(quote.volumeShares);
  expect(shares).toEqual([9600, 9600]);
});

test('a file of a folder that cannot be opened costs itself', async () => {
  const folder = join(dir, 'folder');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.csv'), own(first, second, third));
  writeFileSync(join(folder, 'b.zip'), Buffer.from([0x50, 0x4b, 0x03, 0x04, 1, 2, 3]));
  const [good, bad] = await inputsOf(folder);
  expect(await barsOf((await FileRows.open(good!, shippedLayouts()))!)).toEqual(minutes);
  await expect(FileRows.open(bad!, shippedLayouts())).rejects.toThrow(/IMPORT_INVALID: .*b\.zip/);
});

test('a gzip that is cut short, an empty file, a path that is none', async () => {
  const whole = gzipSync(own(...Array.from({ length: 500 }, () => first)), { level: 0 });
  await expect(open('cut.gz', whole.subarray(0, whole.length - 600)).then(barsOf)).rejects.toThrow(
    /IMPORT_INVALID: .*unexpected end of file/,
  );
  expect(await FileRows.open(await inputOf('none.csv', ''), shippedLayouts())).toBeNull();
  await expect(inputsOf(join(dir, 'nothing'))).rejects.toThrow(/NOT_FOUND/);
});
