/** Every parser with its bodies and its oracle. */
import { type Dice, date, keyed, latin, rowOf, sample, sinaLine, utf8 } from './bodies.ts';
import { type Case, json, quoteRow, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import type { Verdict } from './oracle.ts';
import { sinaFrameOracle, sinaQuotesOracle } from './oracle-text.ts';
import { tushareOracle, tushareTables } from './oracle-tushare.ts';
import { eastmoneySubjects } from './subjects-eastmoney.ts';
import { tencentSubjects } from './subjects-tencent.ts';

export const subjectsOf = (feeds: Feeds): readonly Subject[] => [...tencentSubjects(feeds), ...eastmoneySubjects(feeds), ...others(feeds)];

function others({ sinaQuotes, sinaSocket, tushare }: Feeds): Subject[] {
  const apis = tushare.tushareApis('token');
  const table = (
    name: keyof typeof tushareTables,
    dice: Dice,
    item: (dice: Dice) => Record<string, unknown>,
    parse: (body: Uint8Array) => Verdict,
  ): Case => {
    const columns = [...Object.keys(tushareTables[name]), ...(dice(5) === 0 ? ['extra'] : [])]
      .map((key) => [dice(1000), key] as const)
      .sort(([a], [b]) => a - b)
      .map(([, key]) => key);
    const items = Array.from({ length: 1 + dice(4) }, () => item(dice)).map((row) => columns.map((key) => row[key] ?? null));
    return {
      body: json({ request_id: 'x', code: 0, msg: '', data: { fields: columns, items, has_more: false } }),
      oracle: tushareOracle(name),
      parse,
    };
  };
  const id = (dice: Dice) => ['600519.SH', '000858.SZ', '920002.BJ'][dice(3)];
  return [
    {
      name: 'sina quotes',
      deal: (dice) => {
        const asked = sample(dice);
        const body = latin(asked.map((no) => `var hq_str_${keyed(no)}="${dice(9) === 0 ? '' : sinaLine(no, dice)}";\n`).join(''));
        return {
          body,
          oracle: sinaQuotesOracle(asked),
          parse: (bytes) => read(sinaQuotes.sinaQuotes.parse(bytes, { instruments: asked }), quoteRow),
        };
      },
    },
    {
      name: 'sina frames',
      deal: (dice) => {
        const control = [`sys_time=1\n`, `sys_nxkey=SH688047\n`, '', '', ''][dice(5)]!;
        const body = utf8(
          control +
            sample(dice)
              .map((no) => `${keyed(no)}=${sinaLine(no, dice, '五 粮 液')}`)
              .join('\n'),
        );
        return {
          body,
          oracle: sinaFrameOracle,
          parse: (bytes) => read(sinaSocket.parseSinaFrame(Buffer.from(bytes).toString('utf8')), quoteRow),
        };
      },
    },
    {
      name: 'tushare daily',
      deal: (dice) =>
        table(
          'daily',
          dice,
          (d) => {
            const r = rowOf(d);
            return {
              trade_date: date,
              ts_code: id(d),
              open: r.open / 100,
              high: r.high / 100,
              low: r.low / 100,
              close: r.last / 100,
              pre_close: r.pre / 100,
              vol: r.lots + 0.5,
              amount: r.amount / 1000,
            };
          },
          (body) =>
            read(apis.daily.parse(body, {}), (row) => [
              row.date,
              row.instrumentNo,
              row.openMilli,
              row.highMilli,
              row.lowMilli,
              row.closeMilli,
              row.preCloseMilli,
              row.volumeShares,
              row.amountYuan,
            ]),
        ),
    },
    {
      name: 'tushare limit list',
      deal: (dice) =>
        table(
          'limit_list_d',
          dice,
          (d) => ({
            trade_date: date,
            ts_code: id(d),
            name: '国华',
            industry: null,
            close: 16.06,
            amount: 21_155_838,
            fd_amount: d(1e8),
            first_time: ['92500', '095203', null][d(3)],
            last_time: '145959',
            open_times: d(4),
            up_stat: '4/4',
            limit_times: d(2) === 0 ? null : d(9),
            limit: 'UDZ'[d(3)],
          }),
          (body) =>
            read(apis.limitList.parse(body, {}), (row) => [
              row.date,
              row.instrumentNo,
              row.name,
              row.industry,
              row.closeMilli,
              row.amountYuan,
              row.sealYuan,
              row.firstSealMs,
              row.lastSealMs,
              row.opened,
              row.upStat,
              row.boards,
              row.limit,
            ]),
        ),
    },
  ];
}
