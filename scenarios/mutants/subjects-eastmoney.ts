/** Eastmoney's parsers with their bodies. */
import { type Dice, date, emRowBody, flowParts, rowOf, sample, utf8 } from './bodies.ts';
import { type Case, envelope, flowRow, json, minuteRow, oneOf, quoteRow, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import type { Verdict } from './oracle.ts';
import {
  emBoardsOracle,
  emChangesOracle,
  emDepthOracle,
  emFlowOracle,
  emFlowPageOracle,
  emMembersOracle,
  emMinutesOracle,
  emPoolOracle,
  emQuotesOracle,
  emStreamOracle,
} from './oracle-eastmoney.ts';

export function eastmoneySubjects({ emQuotes, emSeries, emSse, emLists }: Feeds): Subject[] {
  return [
    {
      name: 'eastmoney list',
      deal: (dice) => {
        const asked = sample(dice);
        const rows = asked.map((no) => emRowBody(no, dice));
        const data = envelope({ total: rows.length, diff: dice(3) === 0 ? Object.fromEntries(rows.entries()) : rows });
        const body = dice(6) === 0 ? utf8(`jQuery1_2(${JSON.stringify(data)});`) : json(data);
        return {
          body,
          oracle: emQuotesOracle(asked),
          parse: (bytes) => read(emQuotes.emQuotes.parse(bytes, { instruments: asked }), quoteRow),
        };
      },
    },
    {
      name: 'eastmoney depth',
      deal: (dice) => {
        const no = oneOf(dice);
        const r = rowOf(dice);
        const side = (first: number, step: number) =>
          Object.fromEntries(
            [0, 1, 2, 3, 4].flatMap((k) => [
              [`f${first - 2 * k}`, (Math.max(6, r.last) + step * k) / 100] as const,
              [`f${first - 2 * k + 1}`, dice(900)] as const,
            ]),
          );
        const one = {
          f43: r.last / 100,
          f44: r.high / 100,
          f45: r.low / 100,
          f46: r.open / 100,
          f47: r.lots,
          f48: r.amount,
          f49: r.outer,
          f161: r.lots - r.outer,
        };
        const rest = {
          f51: r.up / 100,
          f52: r.down / 100,
          f57: String(no % 1_000_000).padStart(6, '0'),
          f58: '模拟',
          f59: 2,
          f60: r.pre / 100,
          f84: 2e6,
          f85: 1e6,
          f86: 1_795_400_000 + dice(9000),
          f107: no < 2_000_000 ? 1 : 0,
        };
        return {
          body: json(envelope({ ...one, ...rest, ...side(19, -1), ...(dice(8) === 0 ? {} : side(39, 1)) })),
          oracle: emDepthOracle,
          parse: (body) => read(emQuotes.emQuote.parse(body, { instrument: no }), quoteRow),
        };
      },
    },
    {
      name: 'eastmoney flow page',
      deal: (dice) => {
        const diff = sample(dice).map((no) => {
          const { main, superNet, large, medium, small } = flowParts(dice);
          const stopped = dice(7) === 0;
          const of = (value: number) => (stopped ? '-' : value);
          const market = dice(3) === 0 ? {} : { f13: no < 2_000_000 ? 1 : 0 };
          return {
            f12: String(no % 1_000_000).padStart(6, '0'),
            ...market,
            f62: of(main),
            f66: of(superNet),
            f72: of(large),
            f78: of(medium),
            f84: of(small),
            f124: 1_795_400_000,
          };
        });
        return {
          body: json(envelope({ total: 5909, diff })),
          oracle: emFlowPageOracle,
          parse: (body) => read(emQuotes.emFlowPage.parse(body, { page: 1 }), flowRow),
        };
      },
    },
    {
      name: 'eastmoney minutes',
      deal: (dice) => {
        const no = oneOf(dice);
        const trends = ['09:30', '09:31', '09:32', '11:30', '13:00', '13:01', '15:00', '15:06'].slice(dice(4)).map((hhmm) => {
          const r = rowOf(dice);
          return `2026-11-23 ${hhmm},${r.open / 100},${(r.last / 100).toFixed(2)},${r.high / 100},${r.low / 100},${r.lots},${r.amount}.00,${r.last / 100}`;
        });
        const code = String(no % 1_000_000).padStart(6, '0');
        return {
          body: json(envelope({ code, market: 1, trends: trends.filter((line) => !line.includes('13:00')) })),
          oracle: emMinutesOracle(no, date),
          parse: (body) => read(emSeries.emMinutes.parse(body, { instrument: no, date }), minuteRow),
        };
      },
    },
    {
      name: 'eastmoney flow',
      deal: (dice) => {
        const klines = ['09:31', '09:32', '11:30', '13:01', '15:00'].slice(dice(3)).map((hhmm) => {
          const { main, superNet, large, medium, small } = flowParts(dice);
          return [`2026-11-23 ${hhmm}`, ...[main, small, medium, large, superNet].map((value) => value.toFixed(1))].join(',');
        });
        return {
          body: json(envelope({ code: 'BK0464', market: 90, klines })),
          oracle: emFlowOracle('BK0464', date),
          parse: (body) => read(emSeries.emFlow.parse(body, { entity: 'BK0464', date }), flowRow),
        };
      },
    },
    { name: 'eastmoney stream', deal: (dice) => streamCase(dice, emSse) },
    {
      name: 'eastmoney pool',
      deal: (dice) => {
        const pool = sample(dice).map((no) => ({
          c: String(no % 1_000_000).padStart(6, '0'),
          m: no < 2_000_000 ? 1 : 0,
          n: '卓朗科技',
          p: 1000 + dice(90_000),
          zdp: 10.0558662414,
          amount: dice(1e9),
          lbc: 1 + dice(5),
          fbt: [92_500, 92_501, 100_000, 145_959][dice(4)],
          lbt: 93_155,
          fund: dice(1e9),
          zbc: dice(3),
          hybk: '软件开发',
        }));
        const body = dice(12) === 0 ? { rc: 102, data: null } : envelope({ tc: 54, qdate: Number(date), pool });
        return {
          body: json(body),
          oracle: emPoolOracle(date),
          parse: (bytes) =>
            read(emLists.emPool.parse(bytes, { pool: 'limitUp', date }), (r) => [
              r.instrumentNo,
              r.name,
              r.lastMilli,
              r.change,
              r.amountYuan,
              r.industry,
              r.boards,
              r.sealYuan,
              r.firstSealMs,
              r.lastSealMs,
              r.opened,
            ]),
        };
      },
    },
    {
      name: 'eastmoney boards',
      deal: (dice) => {
        const kind = (['industry', 'concept', 'region'] as const)[dice(3)]!;
        const diff = sample(dice).map((no) => ({
          f3: dice(6) === 0 ? '-' : dice(900) / 100 - 4,
          f12: `BK0${400 + dice(300)}`,
          f13: 90,
          f14: '酿酒行业',
          f62: dice(1e9) - 5e8,
          f104: dice(40),
          f105: dice(40),
          f128: '贵州茅台',
          f140: dice(5) === 0 ? '-' : String(no % 1_000_000).padStart(6, '0'),
        }));
        return {
          body: json(envelope({ total: diff.length, diff })),
          oracle: emBoardsOracle(kind),
          parse: (body) =>
            read(emLists.emBoards.parse(body, { kind, page: 1 }), (b) => [
              b.code,
              b.name,
              b.kind,
              b.change,
              b.mainYuan,
              b.up,
              b.down,
              b.leaderNo,
            ]),
        };
      },
    },
    {
      name: 'eastmoney members',
      deal: (dice) => {
        const diff = sample(dice).map((no) => ({
          f12: String(no % 1_000_000).padStart(6, '0'),
          f13: no < 2_000_000 ? 1 : 0,
          f14: '五 粮 液',
        }));
        return {
          body: json(envelope({ total: diff.length, diff })),
          oracle: emMembersOracle('BK0477'),
          parse: (body) => read(emLists.emMembers.parse(body, { board: 'BK0477', page: 1 }), (m) => [m.board, m.instrumentNo, m.name]),
        };
      },
    },
    {
      name: 'eastmoney changes',
      deal: (dice) => {
        const allstock = sample(dice).map((no) => ({
          tm: [92_504, 100_001, 145_900][dice(3)],
          c: String(no % 1_000_000).padStart(6, '0'),
          m: no < 2_000_000 ? 1 : 0,
          n: '龙芯中科',
          t: 8201 + dice(20),
          i: '0.025624,92.46000,0.025624',
        }));
        return {
          body: json(envelope({ tc: 368, allstock })),
          oracle: emChangesOracle(date),
          parse: (body) =>
            read(emLists.emChanges.parse(body, { date, page: 0 }), (c) => [c.tsMs, c.instrumentNo, c.name, c.type, c.values]),
        };
      },
    },
  ];
}

function streamCase(dice: Dice, { EventSplitter, ListStream }: Feeds['emSse']): Case {
  const rows = sample(dice).map((no) => ({ ...emRowBody(no, dice), f2: '-', f15: '-', f16: '-', f17: '-' }));
  const frame = (full: number, data: unknown) => `data: ${JSON.stringify({ rc: 0, full, data })}\n\n`;
  const change = () => ({ [dice(rows.length)]: { f5: 1 + dice(9000), f6: dice(1e7), f124: 1_795_400_000 + dice(9000) } });
  const text =
    frame(1, { total: rows.length, diff: Object.fromEntries(rows.entries()) }) +
    Array.from({ length: dice(4) }, () => frame(0, dice(4) === 0 ? null : { total: rows.length, diff: change() })).join('');
  const cut = dice(text.length);
  return {
    body: utf8(text),
    oracle: emStreamOracle,
    parse: (body) => {
      const [splitter, stream] = [new EventSplitter(), new ListStream()];
      const out = { rows: [] as unknown[], unsound: false };
      for (const event of [...splitter.push(body.slice(0, cut)), ...splitter.push(body.slice(cut))]) {
        const parsed = read(stream.event(event), quoteRow) as Exclude<Verdict, 'error'>;
        out.rows.push(...parsed.rows);
        out.unsound ||= parsed.unsound;
      }
      return out;
    },
  };
}
