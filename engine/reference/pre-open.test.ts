/** The bundle a live day opens with, from whoever knows its parts. */
import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../contracts/config.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { preOpenBundle, readName } from './pre-open.ts';

const date = '20261123';
const nothing = {
  listed: () => Promise.resolve([]),
  references: () => Promise.resolve(new Map()),
  history: () => Promise.resolve(new Map()),
  closes: () => Promise.resolve(new Map()),
  sectors: () => Promise.resolve([]),
  monitored: () => Promise.resolve([]),
  remarks: () => [],
};

describe('a pre-open bundle', () => {
  const listed = [
    { no: instrumentNo('600519.SH'), name: '贵州茅台', industry: '白酒', listDate: '20010827', floatShares: 1_250_081_601 },
    { no: instrumentNo('600001.SH'), name: '*ST某某', industry: null, listDate: null, floatShares: null },
    { no: instrumentNo('301999.SZ'), name: 'N新股', industry: null, listDate: date, floatShares: null },
    { no: instrumentNo('510300.SH'), name: '沪深300ETF', industry: null, listDate: null, floatShares: null },
  ];
  const references = () =>
    Promise.resolve(
      new Map([
        [
          instrumentNo('600519.SH'),
          { preCloseMilli: 1_290_880, limitUpMilli: 1_419_970, limitDownMilli: 1_161_790, floatShares: null, date },
        ],
        [
          instrumentNo('600001.SH'),
          { preCloseMilli: 10_000, limitUpMilli: null, limitDownMilli: null, floatShares: 5e8, date: '20261120' },
        ],
      ]),
    );

  test('the source’s limits hold; a risk warning from the name is for today only; a first day has none; what is assumed is said', async () => {
    const bundle = await preOpenBundle(date, defaultConfig, { ...nothing, listed: () => Promise.resolve(listed), references });
    const of = (id: string) => bundle.instruments.find(({ no }) => no === instrumentNo(id))!;
    expect(bundle.instruments).toHaveLength(3); // no fund
    expect(of('600519.SH')).toMatchObject({
      limitUpMilli: 1_419_970,
      limitDownMilli: 1_161_790,
      limitRate: 0.1,
      floatShares: 1_250_081_601,
      noLimit: false,
    });
    expect(of('600001.SH')).toMatchObject({ riskWarning: true, limitUpMilli: 11_000, limitRate: 0.1 }); // 10 % since 2026-07-06
    expect(of('301999.SZ')).toMatchObject({ listingDayN: 1, noLimit: true, limitUpMilli: null, limitRate: null });
    expect(bundle.assumed.join('\n')).toMatch(/600001.SH is read from today's name/);
    expect(bundle.assumed.join('\n')).toMatch(
      /No reference price of today for 301999.SZ, 600001.SH|No reference price of today for 600001.SH, 301999.SZ/,
    );
    expect(bundle.assumed.join('\n')).toMatch(/No sector membership/);
  });

  test('N and C, −1 and 99,999.99, a rule and nothing: none is not unknown', async () => {
    const bare = (id: string, name: string, seasoned = false) => ({
      no: instrumentNo(id),
      name,
      industry: null,
      listDate: null,
      floatShares: null,
      seasoned,
    });
    const told = (more: object) => ({ preCloseMilli: 30_000, limitUpMilli: null, limitDownMilli: null, floatShares: null, date, ...more });
    const bundle = await preOpenBundle(date, defaultConfig, {
      ...nothing,
      listed: () =>
        Promise.resolve([
          bare('301999.SZ', 'N样本'),
          bare('688999.SH', 'C样本科创'),
          bare('920999.BJ', 'C样本北交'),
          bare('600519.SH', '样本主板'),
          bare('600520.SH', '样本老股', true),
          bare('600521.SH', '样本无限'),
        ]),
      references: () =>
        Promise.resolve(
          new Map<number, ReturnType<typeof told>>([
            ...['301999.SZ', '688999.SH', '920999.BJ', '600519.SH', '600520.SH'].map((id) => [instrumentNo(id), told({})] as const),
            [instrumentNo('600521.SH'), told({ noLimit: true })],
          ]),
        ),
    });
    const of = (id: string) => {
      const { listing, listingDayN, noLimit, limitSource, limitUpMilli } = bundle.instruments.find((each) => each.no === instrumentNo(id))!;
      return [listing, listingDayN, noLimit, limitSource, limitUpMilli];
    };
    expect(of('301999.SZ')).toEqual(['new', 1, true, 'none', null]);
    expect(of('688999.SH')).toEqual(['new', null, true, 'none', null]); // days 2 to 5
    expect(of('920999.BJ')).toEqual(['new', null, false, 'rule', 39_000]); // Beijing: the first day alone
    expect(of('600519.SH')).toEqual(['unknown', null, false, 'rule', 33_000]);
    expect(of('600520.SH')).toEqual(['seasoned', null, false, 'rule', 33_000]);
    expect(of('600521.SH')).toEqual(['unknown', null, true, 'none', null]);
    expect(bundle.assumed.join('\n')).toMatch(/No source says since when 600519.SH, 600521.SH are listed/);
    expect(bundle.openedWith).toMatchObject({ limits: 'rule 3, none 3' });
  });

  test('boards, highs and volumes are yesterday’s or unknown; an ex-date without its reference price has none', async () => {
    const [no, ex] = [instrumentNo('600001.SH'), instrumentNo('600002.SH')];
    const minutes = (day: string) => ({
      amounts: new Float64Array(240).fill(1e6),
      closes: new Float64Array(240).fill(10_000),
      volume: 7000,
      highMilli: 10_500,
      date: day,
    });
    const bundleOf = (days: readonly string[]) =>
      preOpenBundle(date, defaultConfig, {
        ...nothing,
        listed: () =>
          Promise.resolve(
            [
              [no, '某某'],
              [ex, 'XD某某'],
            ].map(([each, name]) => ({ no: each as number, name: name as string, industry: null, listDate: null, floatShares: null })),
          ),
        references: () =>
          Promise.resolve(
            new Map(
              [no, ex].map((each) => [
                each,
                { preCloseMilli: 12_100, limitUpMilli: null, limitDownMilli: null, floatShares: 5e8, date: '20261120' },
              ]),
            ),
          ),
        history: () => Promise.resolve(new Map([[no, days.map(minutes)]])),
        closes: () =>
          Promise.resolve(
            new Map([
              [no, [...days].reverse().map((day, i) => ({ date: day, closeMilli: [12_100, 11_000, 10_000][i]!, preCloseMilli: null }))],
            ]),
          ),
      });
    const fresh = await bundleOf(['20261118', '20261119', '20261120']);
    expect(fresh.instruments[0]).toMatchObject({
      boards: 2,
      recentCloses: [12_100, 11_000, 10_000],
      prevHighMilli: 10_500,
      prevVolumes: [7000, 7000, 7000],
      floatShares: 5e8,
    });
    expect(fresh.instruments[1]).toMatchObject({ exDate: true, preCloseMilli: null, limitUpMilli: null });
    expect(fresh.assumed.join('\n')).toMatch(/600002.SH trade ex rights today/);
    const stale = await bundleOf(['20261028', '20261029', '20261030']);
    expect(stale.instruments[0]).toMatchObject({ boards: 0, prevHighMilli: null, prevVolumes: [], recentCloses: [] });
    expect(stale.assumed.join('\n')).toMatch(/known up to 20261030 only, missing since 20261102/);
  });

  test('what is usual of active buying is a symbol’s own from three days of which the book was seen, its shape the shipped one until ten', async () => {
    const [own, other] = [instrumentNo('600001.SH'), instrumentNo('600002.SH')];
    const seen = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        amounts: new Float64Array(240).fill(1e6),
        closes: new Float64Array(240).fill(10_000),
        nets: new Float64Array(240).fill(2e5),
        volume: 7000,
        highMilli: 10_500,
        date: `202611${10 + i}`,
      }));
    const listed = [own, other].map((no) => ({ no, name: '某某', industry: null, listDate: null, floatShares: null }));
    const bundleOf = (days: number) =>
      preOpenBundle(date, defaultConfig, {
        ...nothing,
        listed: () => Promise.resolve(listed),
        history: () => Promise.resolve(new Map([[own, seen(days)]])),
      });
    const three = await bundleOf(3);
    const [first, second] = three.instruments;
    expect(three.profiles[first!.profile]).toMatchObject({ id: 'flow-600001.SH', narMean: new Array(8).fill(expect.closeTo(0.2, 12)) });
    expect(three.profiles[first!.profile]!.amountShare).toEqual(three.profiles[0]!.amountShare);
    expect([first!.profileSource, second!.profile]).toEqual(['xs', 0]);
    expect(three.openedWith).toMatchObject({ profiles: 'own 0 of 2', flow: 'own 1 of 2' });
    expect(three.assumed.join('\n')).toMatch(/Fewer than 3 days with the book for 600002.SH: what is usual of active buying/);
    const two = await bundleOf(2);
    expect([two.instruments[0]!.profile, two.assumed.some((line) => line.includes('recorded ticks of other symbols'))]).toEqual([0, true]);
    const ten = await bundleOf(10);
    expect(ten.profiles[ten.instruments[0]!.profile]).toMatchObject({
      id: 'own-600001.SH',
      narMean: new Array(8).fill(expect.closeTo(0.2, 12)),
    });
    expect(ten.openedWith).toMatchObject({ profiles: 'own 1 of 2', flow: 'own 1 of 2' });
  });

  test('nobody knows what is listed: no day', async () => {
    await expect(preOpenBundle(date, defaultConfig, nothing)).rejects.toThrow(/REFERENCE_MISSING/);
  });

  test.each([
    ['*ST 某某', { riskWarning: true, status: 'riskWarning' }],
    ['XDST某某', { riskWarning: true, exDate: true }],
    ['某某退', { delisting: true, status: 'delisting' }],
    ['S佳通', { riskWarning: false, status: 'sShare' }],
    ['五 粮 液', { riskWarning: false, status: 'normal' }],
    ['STAR科技', { riskWarning: true }], // only a dated record can tell it from a risk warning
  ])('%s', (name, want) => expect(readName(name)).toMatchObject(want));
});
