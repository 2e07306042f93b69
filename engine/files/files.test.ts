/** Files however they are written: their rows judged singly, and what their bars are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barsOf, gbk, OwnFiles, threeMinutes } from '../../scenarios/support/own-files.ts';
import { inputsOf } from './inputs.ts';
import { shippedLayouts } from './layout.ts';
import { FileRows } from './reader.ts';

let files: OwnFiles;
beforeAll(() => {
  files = new OwnFiles();
});
afterAll(() => files.remove());

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
    expect(await barsOf(await files.open(name, content))).toEqual(threeMinutes);
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
    ['RANGE', '600519.SH,2026-06-16 09:34:00,,9.94,9.96,,0,0'],
    ['PRICE', '600519.SH,2026-06-16 09:34:00,5.877472e-39,9.96,9.94,9.95,17800,177110'],
    ['CLOSED_DAY', '600519.SH,2008-06-14 09:34:00,9.95,9.96,9.94,9.95,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.97,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.93,9.96,9.94,9.95,17800,177110'],
    ['RANGE', '600519.SH,2026-06-16 09:34:00,9.00,,9.94,9.95,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,0,177110'],
    ['UNIT', '000001.SH,2026-06-16 09:34:00,3000,3001,2999,3000,1,9e15'],
    ['LATTICE', '600519.SH,2026-06-16 09:34:00,9.953,9.96,9.94,9.95,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,995,996,994,995,17800,177110'],
    ['UNIT', '600519.SH,2026-06-16 09:34:00,9.95,9.96,9.94,9.95,17800,17711000000'],
  ])('%s: %s', async (reason, row) => {
    const file = await files.open('a.csv', own(first, second, third, row));
    expect(await barsOf(file)).toEqual(threeMinutes);
    expect([file.refusals.counts, file.refusals.samples[reason as 'UNIT']?.[0]?.line]).toEqual([{ [reason]: 1 }, 5]);
  });

  test('lots where shares are said are proven by the money; what is absent stays absent; after hours counts by itself', async () => {
    const file = await files.open(
      'a.csv',
      own(
        '600519.SH,2026-06-16 14:59:00,10,10.01,9.97,9.98,96,95904',
        '600519.SH,2026-06-16 15:00:00,,,,9.96,,',
        '688001.SH,2026-06-16 15:00:00,0,0,0,0,0,0',
        '688001.SH,2026-06-16 15:06:00,9.98,9.98,9.98,9.98,200,1996',
        // no money told as 0; a close alone, off its average by a tenth; a weekday before the calendar
        '600000.SH,2026-06-16 09:31:00,10,10.01,9.97,9.98,9600,0',
        '600000.SH,2026-06-16 09:32:00,,,,9.98,9600,105000',
        '600000.SH,2008-06-16 09:31:00,10,10.01,9.97,9.98,9600,95904',
      ),
    );
    expect(await barsOf(file)).toEqual([
      threeMinutes[0]!.replace('09:31', '14:59'),
      '600519.SH 20260616 15:00:00 ///9.96 null null',
      '688001.SH 20260616 15:00:00 /// null null',
      '600000.SH 20260616 09:31:00 10/10.01/9.97/9.98 9600 null',
      '600000.SH 20260616 09:32:00 ///9.98 9600 105000',
      '600000.SH 20080616 09:31:00 10/10.01/9.97/9.98 9600 95904',
    ]);
    expect([file.afterHours, file.refusals.total]).toEqual([1, 0]);
  });

  test('a volume rounded to lots keeps its row (a STAR minute of 565 shares told as 600)', async () => {
    const file = await files.open(
      'a.csv',
      own(
        '688001.SH,2021-04-23 10:46:00,35.68,35.68,35.68,35.68,1700,60662',
        '688001.SH,2021-04-23 10:47:00,35.68,35.68,35.67,35.67,600,20152',
      ),
    );
    expect([(await barsOf(file)).length, file.refusals.total]).toEqual([2, 0]);
  });

  test('a minute with money and a volume rounded to no lot has an unknown volume, not none', async () => {
    const file = await files.open(
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
    const file = await files.open('a.csv', own(first, second, third, ...rows));
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
    ['11:30 alone proves ends', 'a.csv', ['11:28', '11:29', '11:30'], 60, ['11:28', '11:29', '11:30']],
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
    const file = await files.open(name, at(...labels));
    expect([file.shape?.periodSec, await clocks(file)]).toEqual([periodSec, expected]);
  });

  test('11:30 proves ends as 15:00 does, where a layout would only suppose them', async () => {
    for (const last of ['11:30', '15:00'])
      expect((await files.open('a.csv', at('10:31', '10:32', last))).shape?.how, last).toContain('a label of 15:00 or 11:30');
  });

  test('labels off the grid of their period are refused: an illiquid minute file is no file of five minutes', async () => {
    const file = await files.open('a.csv', at('09:31', '09:36', '09:41'));
    expect([file.shape?.periodSec, await clocks(file), file.refusals.counts]).toEqual([300, [], { TIME: 3 }]);
  });

  test('a title of eight digits over bars is no list of holidays; a list of trading days is none either', async () => {
    const bars = await files.open('a.csv', `20260616\n${own(first, second, third)}`);
    expect([bars.sheet.layout.name, bars.sheet.title, await barsOf(bars)]).toEqual(['own-bars', '20260616', threeMinutes]);
  });

  test('a flag holds over what is found, and a contradiction is refused', async () => {
    const file = await files.open('a.csv', at('09:30', '09:31', '09:32'), { periodSec: null, labels: 'end' });
    expect([await clocks(file), file.shape?.how]).toEqual([['09:30', '09:31', '09:32'], expect.stringContaining('as asked')]);
    await expect(files.open('600519_5min.csv', at('09:31', '09:32', '09:33'))).rejects.toThrow(
      /the name says 5 minutes, the labels are 1 minutes apart; --period/,
    );
    await expect(files.open('a.csv', at('09:31', '09:38', '09:45'))).rejects.toThrow(/labels 7 minutes apart/);
    await expect(files.open('a.csv', at('09:31'))).rejects.toThrow(/pass --period 60/);
    await expect(files.open('a.csv', at('11:30', '13:01'))).rejects.toThrow(/pass --period 60/); // what lies over lunch is no spacing
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
    await expect(files.open(name, content)).rejects.toThrow(/adjusted/);
  });

  test('adjusted prices by a column are refused row by row; a column that is there twice is refused', async () => {
    const file = await files.open(
      'bars.csv',
      'date,time,code,open,high,low,close,volume,amount,adjustflag\n2026-06-16,20260616093100000,sh.600519,10.0,10.01,9.97,9.98,9600,95904.0,2\n2026-06-16,20260616093200000,sh.600519,9.98,9.99,9.95,9.96,23400,233298.0,3\n',
    );
    expect([await barsOf(file), file.refusals.counts]).toEqual([[threeMinutes[1]], { ADJUSTED: 1 }]);
    await expect(files.open('a.csv', own(first).replace('amount_yuan', 'amount_yuan,close'))).rejects.toThrow(
      /the column close occurs twice/,
    );
  });
});

test('shares where a layout says lots are proven by the money, in ticks, too', async () => {
  const row = (volume: number) =>
    `${Date.UTC(2026, 5, 16, 1, 31)},9.98,10.0,10.01,9.97,10.0,95904.0,${volume},9600,0,"[9.97]","[1]","[9.99]","[6]"`;
  const file = await files.open(
    '688001.SH.csv',
    `time,lastPrice,open,high,low,lastClose,amount,volume,pvolume,stockStatus,bidPrice,bidVol,askPrice,askVol\n${row(9600)}\n${row(96)}\n`,
  );
  const shares: (number | null)[] = [];
  for await (const { quote } of file.ticks()) shares.push(quote.volumeShares);
  expect(shares).toEqual([9600, 9600]);
});

describe('ticks are judged singly', () => {
  const depth = [1, 2, 3, 4, 5].flatMap((i) => [`bid${i}`, `bidv${i}`, `ask${i}`, `askv${i}`]);
  const cells = (...first: string[]): string =>
    ['600519.SH', '2026-06-16 09:31:00', '10', '10', '9600', '96000', ...first, ...depth.slice(first.length).map(() => '0')].join(',');
  const good = cells('9.99', '100');
  test.each<[string, string]>([
    ['SESSION', good.replace('09:31', '07:59')],
    ['CLOSED_DAY', good.replace('06-16', '06-14')],
    ['KIND', good.replace('600519.SH', '000001.SH')],
    ['UNIT', good.replace('9600,96000', '0,96000')],
    ['UNIT', good.replace('9600,96000', '9600,9600000000')],
    ['NUMBER', good.replace('9.99,100', '9.99,-100')],
    ['NUMBER', good.replace('9.99,100', '9.99,many')],
    ['NUMBER', good.replace('9600,', '-9600,')],
    ['PRICE', good.replace('9.99,', '-9.99,')],
    ['LATTICE', good.replace('9.99,', '9.993,')],
  ])('%s: %s', async (reason, row) => {
    const file = await files.open(
      'ticks.csv',
      `symbol,datetime,last,prev_close,volume_cum,amount_cum,${depth.join(',')}\n${good}\n${row}\n`,
    );
    let taken = 0;
    for await (const { quote } of file.ticks()) {
      taken += 1;
      expect([quote.volumeShares, quote.bids[0], quote.bids[1]]).toEqual([9600, [9990, 100], null]);
    }
    expect([taken, file.refusals.counts]).toEqual([1, { [reason]: 1 }]);
  });
});

test('a file of a folder that cannot be opened costs itself', async () => {
  const folder = join(files.dir, 'folder');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.csv'), own(first, second, third));
  writeFileSync(join(folder, 'b.zip'), Buffer.from([0x50, 0x4b, 0x03, 0x04, 1, 2, 3]));
  const [good, bad] = await inputsOf(folder);
  expect(await barsOf((await FileRows.open(good!, shippedLayouts()))!)).toEqual(threeMinutes);
  await expect(FileRows.open(bad!, shippedLayouts())).rejects.toThrow(/IMPORT_INVALID: .*b\.zip/);
});

test('a gzip that is cut short, an empty file, a path that is none', async () => {
  const whole = gzipSync(own(...Array.from({ length: 500 }, () => first)), { level: 0 });
  await expect(files.open('cut.gz', whole.subarray(0, whole.length - 600)).then(barsOf)).rejects.toThrow(
    /IMPORT_INVALID: .*unexpected end of file/,
  );
  expect(await FileRows.open(await files.input('none.csv', ''), shippedLayouts())).toBeNull();
  await expect(inputsOf(join(files.dir, 'nothing'))).rejects.toThrow(/NOT_FOUND/);
});
