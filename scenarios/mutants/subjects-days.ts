/** Both vendors' series by day, and the market's counts, with their bodies. */
import type { SourceDay } from '../../engine/feeds/adapter.ts';
import { type Dice, date, flowParts, keyed, rowOf } from './bodies.ts';
import { envelope, flowRow, json, oneOf, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import {
  emBreadthOracle,
  emDayFlowOracle,
  emDaysOracle,
  emMovesOracle,
  tencentBoardMovesOracle,
  tencentDaysOracle,
} from './oracle-days.ts';

const dayRow = (d: SourceDay): unknown[] => [
  d.instrumentNo,
  d.date,
  d.openMilli,
  d.highMilli,
  d.lowMilli,
  d.closeMilli,
  d.volumeShares,
  d.amountYuan,
];
const days = (dice: Dice): string[] => ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-23'].slice(dice(3));
const codeOf = (no: number): string => String(no % 1_000_000).padStart(6, '0');

export function daySubjects({ emDays, emMarket, tencentDays, tencentBoards }: Feeds): Subject[] {
  return [
    {
      name: 'eastmoney days',
      deal: (dice) => {
        const no = oneOf(dice);
        const isAdjusted = dice(3) === 0;
        const klines = days(dice).map((day) => {
          const r = rowOf(dice);
          const prices = [r.open, r.last, r.high, r.low].map((cents) => (cents / 100).toFixed(2));
          return [day, ...prices, r.lots, `${r.amount}.00`, '2.96', '1.64', '0.10', '1.03'].join(',');
        });
        return {
          body: json(envelope({ code: codeOf(no), market: 1, decimal: 2, klines })),
          oracle: emDaysOracle(no, isAdjusted),
          parse: (body) => read(emDays.emDays.parse(body, { instrument: no, count: 9, isAdjusted }), dayRow),
        };
      },
    },
    {
      name: 'eastmoney day flow',
      deal: (dice) => {
        const no = oneOf(dice);
        const klines = days(dice).map((day) => {
          const { main, small, medium, large, superNet } = flowParts(dice);
          const rest = dice(2) === 0 ? [] : ['-4.65', '4.18', '0.47', '-1.92', '-2.73', '11.63', '1.22', '0', '0'];
          return [day, main, small, medium, large, superNet, ...rest].join(',');
        });
        return {
          body: json(envelope({ code: codeOf(no), klines })),
          oracle: emDayFlowOracle(no),
          parse: (body) => read(emDays.emDayFlow.parse(body, { instrument: no, count: 9 }), flowRow),
        };
      },
    },
    {
      name: 'eastmoney breadth',
      deal: (dice) => {
        const diff = ['000001', '399001', '899050'].map((f12, i) => ({
          f12,
          f13: i === 0 ? 1 : 0,
          f104: dice(2000),
          f105: dice(2000),
          f106: dice(90),
        }));
        return {
          body: json(envelope({ total: 3, diff: dice(3) === 0 ? Object.fromEntries(diff.entries()) : diff })),
          oracle: emBreadthOracle,
          parse: (body) =>
            read(emMarket.emBreadth.parse(body, { instruments: [1_000_001] }), (b) => [b.instrumentNo, b.up, b.down, b.flat]),
        };
      },
    },
    {
      name: 'eastmoney moves',
      deal: (dice) => {
        const fenbu = Array.from({ length: 23 }, (_, i) => ({ [String(i - 11)]: dice(900) })).filter(() => dice(4) > 0);
        return {
          body: json(envelope({ qdate: Number(date), fenbu })),
          oracle: emMovesOracle(date),
          parse: (body) => read(emMarket.emMoves.parse(body, { date }), (m) => [m.percent, m.stocks]),
        };
      },
    },
    {
      name: 'tencent days',
      deal: (dice) => {
        const no = oneOf(dice);
        const isAdjusted = dice(2) === 0;
        const rows = days(dice).map((day) => {
          const r = rowOf(dice);
          const prices = [r.open, r.last, r.high, r.low].map((cents) => (cents / 100).toFixed(3));
          return [day, ...prices, `${r.lots}.000`, ...(dice(9) === 0 ? [{ nd: '2026' }] : [])];
        });
        const key = isAdjusted && dice(3) > 0 ? 'qfqday' : 'day';
        return {
          body: json({ code: 0, msg: '', data: { [keyed(no)]: { [key]: rows } } }),
          oracle: tencentDaysOracle(no, isAdjusted),
          parse: (body) => read(tencentDays.tencentDays.parse(body, { instrument: no, count: 9, isAdjusted }), dayRow),
        };
      },
    },
    {
      name: 'tencent board moves',
      deal: (dice) => {
        const data = Array.from({ length: 1 + dice(4) }, () => ({
          bd_code: `pt0180${1000 + dice(9000)}`,
          bd_name: '种植业',
          bd_zdf: String((dice(2000) - 1000) / 100),
          bd_zdf5: '7.05',
          bd_zdf20: '-32.97',
        }));
        return {
          body: json({ code: 0, data }),
          oracle: tencentBoardMovesOracle,
          parse: (body) =>
            read(tencentBoards.tencentBoardMoves.parse(body, { kind: 'industry', count: 9 }), (b) => [
              b.code,
              b.name,
              b.change,
              b.change5,
              b.change20,
            ]),
        };
      },
    },
  ];
}
