/** An import is whole or nothing, and a dataset is one file's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStore, type TestStore } from '../../../scenarios/support/test-store.ts';
import { libraryCloses, libraryHistory } from '../../feeds/reference/library.ts';
import { inputsOf } from '../../files/inputs.ts';
import { readLayout } from '../../files/layout.ts';
import type { Store } from '../client.ts';
import { type ImportOptions, importFile } from './import.ts';
import { recoverSwaps } from './landing.ts';
import type { Imported } from './listing.ts';

let dir: string;
let store: Store;
let kept: TestStore;
beforeAll(async () => {
  kept = await startTestStore();
  ({ dir, store } = kept);
});
afterAll(() => kept.stop());

async function taken(path: string, text: string, options: Partial<ImportOptions> = {}): Promise<Imported> {
  const at = join(dir, path);
  mkdirSync(join(at, '..'), { recursive: true });
  writeFileSync(at, text);
  return importFile(store, (await inputsOf(at))[0]!, { licence: '', ...options });
}
const header = 'symbol,datetime,open,high,low,close,volume_shares,amount_yuan';
/** Minutes of a day from 09:31 on; `close` of the first tells the versions apart. */
const bars = (count: number, close = 10, day = '2026-06-16'): string =>
  `${[header, ...Array.from({ length: count }, (_, i) => `600519.SH,${day} 09:${31 + i}:00,10,11,10,${i === 0 ? close : 10},100,1050`)].join('\n')}\n`;
const stored = async (source: string): Promise<number[]> =>
  (
    await store.rows<{ close: number }>(
      'SELECT close_milli AS close FROM fenshi.bars FINAL WHERE source = {source:String} ORDER BY ts_ms',
      {
        source,
      },
    )
  ).map(({ close }) => close);
const landings = async (): Promise<string[]> =>
  (await store.rows<{ name: string }>("SELECT name FROM system.tables WHERE database = 'fenshi' AND name LIKE 'landing%'")).map(
    ({ name }) => name,
  );

describe('an import', () => {
  test('that is refused half way leaves nothing, and what was there stays', async () => {
    await taken('a.csv', bars(5));
    const bad = Array.from({ length: 60_000 }, (_, i) => `600519.SH,2026-06-16 09:34:00,x,x,x,x,${i},1`).join('\n');
    await expect(taken('a.csv', `${bars(20)}${bad}\n`)).rejects.toThrow(/IMPORT_INVALID: .*another layout than it looks/);
    expect([await stored('a'), await landings()]).toEqual([[10_000, 10_000, 10_000, 10_000, 10_000], []]);
  });

  test('of a corrected file takes the place of what the file had, ghosts and all', async () => {
    await taken('b.csv', bars(10));
    expect((await taken('b.csv', bars(6, 10.5))).rows).toBe(6);
    expect(await stored('b')).toEqual([10_500, 10_000, 10_000, 10_000, 10_000, 10_000]);
  });

  test('of two files of one name gives two datasets; the same content elsewhere is the same dataset', async () => {
    const [first, second] = [await taken('2025/c.csv', bars(3, 10.1, '2025-06-16')), await taken('2026/c.csv', bars(3, 10.2))];
    expect([first.name, second.name]).toEqual(['c', expect.stringMatching(/^c-[0-9a-f]{6}$/)]);
    expect([(await stored(first.name)).length, (await stored(second.name)).length]).toEqual([3, 3]);
    const again = await taken('copy/c.csv', bars(3, 10.2));
    expect([again.name, again.notes[0]]).toEqual([second.name, expect.stringMatching(/the same content as .*2026\/c\.csv/)]);
  });

  test('with a name takes that dataset’s place', async () => {
    await taken('d.csv', bars(4, 10.3));
    await taken('other/corrected.csv', bars(2, 10.4), { name: 'd' });
    expect(await stored('d')).toEqual([10_400, 10_000]);
  });

  test('tells a row that is told twice, and leaves out two that contradict each other', async () => {
    const [, one, two, three] = bars(3).trim().split('\n');
    const done = await taken('e.csv', `${[header, one, two, two, three, three!.replace(',10,100,', ',10.5,100,')].join('\n')}\n`);
    expect([done.rows, done.refused]).toEqual([2, { DUPLICATE: 1, CONFLICT: 2 }]);
    expect((await stored('e')).length).toBe(2);
  });

  test('that was cut short between landing and its place is finished when the store is next opened', async () => {
    const whole = await taken('f.csv', bars(4));
    await store.command(
      // as a version landed it that did not have the last column yet
      'CREATE TABLE fenshi.landing_bars_1 ENGINE = MergeTree ORDER BY tuple() AS SELECT * EXCEPT net_yuan FROM fenshi.bars WHERE source = {s:String} LIMIT 2',
      { s: 'f' },
    );
    await store.command(
      "INSERT INTO fenshi.swaps VALUES ('f', 'bars', 'fenshi.landing_bars_1', 'INSERT INTO fenshi.bars SELECT * FROM fenshi.landing_bars_1', {listing:String}, 1)",
      { listing: JSON.stringify({ ...whole, rows: 2 }) },
    );
    await store.command('CREATE TABLE fenshi.landing_daily_2 ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM fenshi.daily LIMIT 0');
    expect(await recoverSwaps(store)).toBe(1);
    expect([(await stored('f')).length, await landings(), await recoverSwaps(store)]).toEqual([2, [], 0]);
    expect(await store.rows("SELECT toUInt32(rows) AS rows FROM fenshi.datasets FINAL WHERE name = 'f'")).toEqual([{ rows: 2 }]);
  });

  test('whose swap fails half way loses nothing: its rows wait, and the next opening does not stumble over them', async () => {
    await taken('i.csv', bars(4, 10.6));
    const failing = new Proxy(store, {
      get: (target, key) =>
        key !== 'command'
          ? (Reflect.get(target, key) as { bind?: (to: Store) => unknown }).bind?.(target)
          : (sql: string, params: Record<string, unknown>) =>
              sql.startsWith('INSERT INTO fenshi.bars') ? Promise.reject(new Error('no space')) : target.command(sql, params),
    });
    writeFileSync(join(dir, 'i.csv'), bars(6, 10.5));
    await expect(importFile(failing, (await inputsOf(join(dir, 'i.csv')))[0]!, { licence: '' })).rejects.toThrow('no space');
    expect([await recoverSwaps(store), (await stored('i')).length, await landings()]).toEqual([1, 6, []]);
    await store.command(
      "INSERT INTO fenshi.swaps VALUES ('i', 'bars', 'fenshi.landing_gone', 'INSERT INTO fenshi.bars SELECT * FROM fenshi.landing_gone', '', 1)",
    );
    expect([await recoverSwaps(store), (await stored('i')).length]).toEqual([0, 6]);
  });

  test('of a layout of one’s own that turns from bars into days leaves no bars behind', async () => {
    const map = { ...readLayout('engine/files/layouts/own-bars.yaml'), name: 'mine' };
    await taken('j.csv', bars(3, 10.7), { map });
    const days = { ...map, what: 'daily' as const, columns: { ...map.columns } };
    await taken('j.csv', `${header}\n600519.SH,2026-06-16 15:00:00,10,11,10,10.5,100,1050\n`, { map: days });
    expect(await stored('j')).toEqual([]);
  });

  test('of a list of trading days is no list of holidays', async () => {
    await expect(taken('tradedays.txt', '20260615\n20260616\n20260617\n')).rejects.toThrow(/none of 3 rows counts.*no holiday/);
  });

  test('without a row that counts is refused, and says what was in it', async () => {
    await expect(taken('g.csv', bars(3).replaceAll('600519.SH', '510300.SH'))).rejects.toThrow(
      /none of 3 rows counts: funds \(3 rows\) are not followed/,
    );
    await expect(taken('h.csv', `${header}\n`)).rejects.toThrow(/none of 0 rows counts/);
  });
});

describe('cells that would become something else', () => {
  test('trades without a price, a calendar of words, clocks with colons, codes of funds', async () => {
    const trades = await taken(
      'trades.csv',
      'symbol,datetime,price,volume_shares,side\n600519.SH,2026-06-16 09:31:00,10,100,B\n600519.SH,2026-06-16 09:31:01,,100,B\n600519.SH,2026-06-16 09:31:02,-10,100,B\n600519.SH,2026-06-16 09:31:03,10,,B\n',
    );
    expect([trades.rows, trades.refused]).toEqual([1, { PRICE: 1, NUMBER: 2 }]);
    const days = await taken('cal.csv', 'cal_date,is_open\n20270104,True\n20270105,1\n20270109,False\n20270106,\n');
    expect([days.rows, days.refused]).toEqual([3, { NUMBER: 1 }]);
    expect(await store.rows("SELECT toUInt32(sum(is_open)) AS open FROM fenshi.calendar WHERE dataset = 'cal'")).toEqual([{ open: 2 }]);
    const pool =
      '代码,名称,最新价,封板资金,首次封板时间,最后封板时间,炸板次数,连板数,所属行业\n000617,中油资本,10,1,09:25:00,92500,0,1,银行\n900901,云赛B股,1,1,92500,92500,0,1,银行\n';
    await expect(taken('pool.csv', pool)).rejects.toThrow(/carry no day .* --as-of/);
    const done = await taken('pool.csv', pool, { asOf: '20260616' });
    expect([done.rows, done.refused, done.from]).toEqual([1, { KIND: 1 }, '20260616']);
    expect(await store.rows('SELECT toFloat64(first_ms) AS f, toFloat64(last_ms) AS l FROM fenshi.limit_pool')).toEqual([
      { f: Date.UTC(2026, 5, 16, 1, 25), l: Date.UTC(2026, 5, 16, 1, 25) },
    ]);
  });

  test('days and trades are held to what the market can be', async () => {
    const daily = (row: string): string =>
      `symbol,date,open,high,low,close,pre_close,up_limit,down_limit,volume_shares,amount_yuan,auction_price,auction_vol,turnover_rate,volume_ratio,pre_close_derived\n${row}\n`;
    const good = '600519.SH,20260616,10,10.2,9.9,10.1,10,11,9,1000,10050,,,,,0';
    expect((await taken('ok.csv', daily(good))).rows).toBe(1);
    for (const [reason, from, to] of [
      ['CLOSED_DAY', '20260616', '20260614'],
      ['KIND', '600519.SH', '510300.SH'],
      ['LATTICE', '10.1,10,', '10.103,10,'],
      ['UNIT', '1000,10050', '10,10050'],
      ['RANGE', '10.2,9.9', '9.9,10.2'],
      ['NUMBER', '1000,10050', '-1000,10050'],
      ['PRICE', '10,10.2', '10,9999999'],
    ] as const)
      await expect(taken('bad.csv', daily(good.replace(from, to))), reason).rejects.toThrow(
        new RegExp(`none of 1 rows counts.*${reason} 1`),
      );
    await expect(taken('bad2.csv', 'symbol,datetime,price,volume_shares,side\n510300.SH,2026-06-16 09:31:00,10,100,B\n')).rejects.toThrow(
      /KIND 1/,
    );
  });

  test('delta ticks are summed in the order of time', async () => {
    const depth = [1, 2, 3, 4, 5].flatMap((i) => [`bid${i}`, `bidv${i}`, `ask${i}`, `askv${i}`]);
    const row = (second: string, delta: number) =>
      ['600519.SH', `2026-06-16 09:31:${second}`, '10', '10', String(delta), ...depth.map(() => '0')].join(',');
    await taken(
      'delta.csv',
      `${['symbol,datetime,last,prev_close,amount_delta', ...depth].join(',')}\n${[row('06', 3000), row('03', 2000), row('03', 2000), row('00', 1000)].join('\n')}\n`,
    );
    expect(
      await store.rows(
        "SELECT amount_yuan AS yuan, volume_shares AS shares FROM fenshi.ticks FINAL WHERE source = 'delta' ORDER BY ts_exchange_ms",
      ),
    ).toEqual([
      { yuan: 1000, shares: 100 },
      { yuan: 3000, shares: 300 },
      { yuan: 6000, shares: 600 },
    ]);
  });
});

test('imported minutes feed the history that profiles are made of, and those without money do not', async () => {
  await taken('history.csv', bars(29, 10, '2026-07-06').replaceAll('600519.SH', '600000.SH'));
  await taken(
    'line.csv',
    'symbol,datetime,price,volume_shares\n600001.SH,2026-07-06 09:30:00,10,100\n600001.SH,2026-07-06 09:31:00,10,100\n',
  );
  const history = await libraryHistory(store, new Set([1_600_000, 1_600_001]), '20260707');
  expect([...history.keys()]).toEqual([1_600_000]);
  // bars alone do not tell who was active
  expect(history.get(1_600_000)![0]!.nets!.every(Number.isNaN)).toBe(true);
  expect(history.get(1_600_000)!.map(({ date, volume, amounts }) => [date, volume, amounts.reduce((sum, each) => sum + each, 0)])).toEqual([
    ['20260706', 2900, 29 * 1050],
  ]);
});

test('closes of the days before come with the reference price that a record tells; minutes tell none', async () => {
  const columns =
    'symbol,date,open,high,low,close,pre_close,up_limit,down_limit,volume_shares,amount_yuan,auction_price,auction_vol,turnover_rate,volume_ratio,pre_close_derived';
  // a tenth was taken off on the 14th; on the 15th it did not trade; of the 16th there are minutes only
  const days = ['600003.SH,20260713,10,10,10,10,10,11,9,1000,10000,,,,,0', '600003.SH,20260714,9,9,9,9,9,9.9,8.1,1000,9000,,,,,1'];
  await taken('closes.csv', `${[columns, ...days].join('\n')}\n`);
  await taken('closes-minutes.csv', bars(3, 9, '2026-07-16').replaceAll('600519.SH', '600003.SH').replaceAll(',11,', ',10,'));
  expect((await libraryCloses(store, new Set([1_600_003]), '20260717')).get(1_600_003)).toEqual([
    { date: '20260716', closeMilli: 10_000, preCloseMilli: null },
    { date: '20260714', closeMilli: 9000, preCloseMilli: 9000 },
    { date: '20260713', closeMilli: 10_000, preCloseMilli: 10_000 },
  ]);
  expect((await libraryCloses(store, new Set([1_600_003]), '20260714')).get(1_600_003)).toHaveLength(1);
});
