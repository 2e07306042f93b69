import { describe, expect, test } from 'vitest';
import { clockOf } from '../../../contracts/session.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { fixture, hasFixtures, noFixtures } from '../../../scenarios/support/fixtures.ts';
import { SourceLimited } from '../adapter.ts';
import { tushareApis } from './apis.ts';
import { refusal } from './protocol.ts';

const no = instrumentNo;
const apis = tushareApis('secret');
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const table = (fields: readonly string[], ...items: unknown[][]) =>
  bytes({ request_id: 'x', code: 0, msg: '', data: { fields, items, has_more: false } });

describe.skipIf(!hasFixtures)(`tushare as recorded (${noFixtures})`, () => {
  test('one call an hour: limited for an hour', () => {
    const refused = () => apis.stockBasic.parse(fixture('tushare/error-40203-rate-limit.json'), {});
    expect(refused).toThrow(SourceLimited);
    try {
      refused();
    } catch (error) {
      expect((error as SourceLimited).retryAfterMs).toBe(3_600_000);
    }
  });
});

describe('tushare (synthesised from its documented samples)', () => {
  test('the order of columns is the server’s; 手 and 千元 end here', () => {
    const { rows } = apis.daily.parse(
      table(
        ['vol', 'ts_code', 'amount', 'trade_date', 'open', 'high', 'low', 'close', 'pre_close'],
        [16_571.46, '600519.SH', 2_116_621.85, '20260914', 1277.27, 1285.53, 1270.36, 1277.96, 1275.16],
      ),
      {},
    );
    expect(rows).toEqual([
      {
        date: '20260914',
        instrumentNo: no('600519.SH'),
        openMilli: 1_277_270,
        highMilli: 1_285_530,
        lowMilli: 1_270_360,
        closeMilli: 1_277_960,
        preCloseMilli: 1_275_160,
        volumeShares: 1_657_146,
        amountYuan: 2_116_621_850,
      },
    ]);
  });

  test('the documented samples: limits, a bar so far, minutes', () => {
    const limits = apis.stkLimit.parse(
      table(['trade_date', 'ts_code', 'pre_close', 'up_limit', 'down_limit'], ['20190625', '000001.SZ', null, 15.06, 12.32]),
      {},
    );
    expect(limits.rows[0]).toMatchObject({ preCloseMilli: null, limitUpMilli: 15_060, limitDownMilli: 12_320 });
    const rtK = apis.rtK.parse(
      table(
        ['ts_code', 'name', 'pre_close', 'high', 'open', 'low', 'close', 'vol', 'amount', 'num'],
        ['601866.SH', '中远海发', 2.28, 2.28, 2.28, 2.23, 2.24, 55_845_293, 125_364_882, 19_904],
      ),
      {},
    );
    expect(rtK.rows[0]).toMatchObject({ volumeShares: 55_845_293, amountYuan: 125_364_882, closeMilli: 2_240 });
    const minutes = apis.stkMins.parse(
      table(
        ['ts_code', 'trade_time', 'open', 'close', 'high', 'low', 'vol', 'amount'],
        ['600000.SH', '2026-04-15 09:31:00', 10.05, 10.07, 10.07, 10.03, 514_800, 5_171_897],
      ),
      {},
    );
    expect(clockOf(minutes.rows[0]!.tsMs)).toBe('09:31:00');
    expect(minutes.rows[0]).toMatchObject({ openMilli: 10_050, highMilli: 10_070, volumeShares: 514_800 });
  });

  test('a limit list: clocks that lost their zero, null is null', () => {
    const { rows } = apis.limitList.parse(
      table(
        [
          'trade_date',
          'ts_code',
          'industry',
          'name',
          'close',
          'amount',
          'fd_amount',
          'first_time',
          'last_time',
          'open_times',
          'up_stat',
          'limit_times',
          'limit',
        ],
        ['20260302', '000004.SZ', null, '国华', 16.06, 21_155_838, 192_332_954, '92500', '095203', 0, '4/4', null, 'U'],
      ),
      {},
    );
    expect([clockOf(rows[0]!.firstSealMs!), clockOf(rows[0]!.lastSealMs!)]).toEqual(['09:25:00', '09:52:03']);
    expect(rows[0]).toMatchObject({ boards: null, industry: null, sealYuan: 192_332_954 });
  });

  test('money flow in 万元, calendar, names, members in and out', () => {
    const part = (name: string) => [`buy_${name}_amount`, `sell_${name}_amount`];
    const flow = apis.moneyflow.parse(
      table(
        ['trade_date', 'ts_code', ...['sm', 'md', 'lg', 'elg'].flatMap(part), 'net_mf_amount'],
        ['20260302', '600000.SH', 1.5, 2, 3, 4, 5, 6, 7, 8, -2.25],
      ),
      {},
    );
    expect(flow.rows[0]).toMatchObject({ smBuyYuan: 15_000, elgSellYuan: 80_000, netYuan: -22_500 });
    expect(apis.tradeCal.parse(table(['cal_date', 'is_open', 'pretrade_date'], ['20261001', 0, '20260930']), {}).rows).toEqual([
      { date: '20261001', isOpen: false, previous: '20260930' },
    ]);
    const member = apis.indexMember.parse(
      table(
        ['l1_code', 'l1_name', 'l2_code', 'l2_name', 'ts_code', 'in_date', 'out_date'],
        ['801010.SI', '农林牧渔', '801016.SI', '种植业', '600313.SH', '20210101', null],
      ),
      {},
    );
    expect(member.rows[0]).toMatchObject({ level2Name: '种植业', instrumentNo: no('600313.SH'), outDate: null });
  });

  test('a missing column breaks the answer; an unknown one is counted; a bad row is refused alone', () => {
    expect(() => apis.tradeCal.parse(table(['cal_date', 'is_open'], ['20261001', 0]), {})).toThrow(/SOURCE_BODY: no column pretrade_date/);
    const parsed = apis.tradeCal.parse(
      table(
        ['cal_date', 'is_open', 'pretrade_date', 'extra'],
        ['20261001', 0, null, 1],
        ['20261301', 0, null, 1],
        ['20261002', 2, null, 1],
        ['20261003', 0],
      ),
      {},
    );
    expect(parsed.anomalies).toEqual({ unknownField: 1 });
    expect(parsed.rejected.map(({ reason }) => reason)).toEqual(['TIME', 'NUMBER', 'FIELDS']);
  });

  test.each([
    [40203, '抱歉，您每分钟最多访问该接口200次', 'SOURCE_LIMITED', 60_000],
    [40203, '抱歉，您每天最多访问该接口5次', 'SOURCE_LIMITED', 86_400_000],
    [40203, '请求过于频繁', 'SOURCE_LIMITED', 60_000],
    // as worded in 2026 (StockPro #56)
    [40203, '抱歉，您访问接口(stk_limit)频率超限(400次/分钟)，详情见文档', 'SOURCE_LIMITED', 60_000],
    [40203, '抱歉，您访问接口(rt_min)频率超限(10次/小时)', 'SOURCE_LIMITED', 3_600_000],
    [40203, '抱歉，您访问接口(rt_min)频率超限(2次/天)', 'SOURCE_LIMITED', 86_400_000],
    [-2002, '抱歉，您访问接口(daily)频率超限(500次/分钟)', 'SOURCE_LIMITED', 60_000],
    [40203, '抱歉，您每分钟最多访问该接口200次，权限的具体详情访问：doc_id=108。', 'SOURCE_LIMITED', 60_000],
    [40201, '您今日的调用次数已达上限', 'SOURCE_LIMITED', 60_000],
    [40203, '某种新的说法', 'SOURCE_LIMITED', 60_000], // an unexplained 40203 is a limit, not a refusal for good
    [40204, '您的IP数量超限，最大数量为2个！', 'SOURCE_DENIED', undefined],
    [40203, '抱歉，您没有接口访问权限', 'SOURCE_DENIED', undefined],
    [40101, 'token不对', 'SOURCE_DENIED', undefined],
    [-1, '您的IP数量超限，最大数量为2个！', 'SOURCE_DENIED', undefined],
    [-2001, '参数校验失败', 'SOURCE_REFUSED', undefined],
    ['x', '', 'SOURCE_BODY', undefined],
  ])('%s %s: %s', (code, message, expected, waitMs) => {
    const error = refusal(code, message);
    expect(error.code).toBe(expected);
    expect((error as SourceLimited).retryAfterMs).toBe(waitMs);
  });

  test('rows of another day or instrument than asked for are refused; a holiday is answered with the day before', () => {
    const fields = ['trade_date', 'ts_code', 'pre_close', 'up_limit', 'down_limit'];
    const answer = table(fields, ['20261125', '000002.SZ', 10, 11, 9], ['20261126', '000001.SZ', 10, 11, 9]);
    expect(apis.stkLimit.parse(answer, { trade_date: '20261126' })).toMatchObject({
      rows: [{ instrumentNo: no('000001.SZ') }],
      rejected: [{ key: '20261125', reason: 'DATE' }],
    });
    expect(apis.stkLimit.parse(answer, { trade_date: '20261126', ts_code: '600519.SH' }).rejected.map(({ reason }) => reason)).toEqual([
      'DATE',
      'CODE',
    ]);
    const calendar = table(['cal_date', 'is_open', 'pretrade_date'], ['20270104', 1, null], ['20260104', 1, null]);
    expect(apis.tradeCal.parse(calendar, { start_date: '20270101', end_date: '20271231' }).rows).toMatchObject([{ date: '20270104' }]);
  });

  test('the token is in the body, never in the address; no error repeats it', () => {
    const request = apis.daily.request({ trade_date: '20260914' });
    expect(request.path).toBe('/');
    expect(JSON.parse(request.body!)).toMatchObject({ api_name: 'daily', token: 'secret', params: { trade_date: '20260914' } });
  });
});
