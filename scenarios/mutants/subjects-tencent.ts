/** Tencent's parsers with their bodies. */
import { type Dice, date, flowParts, keyed, latin, minuteLines, sample, tencentStatement, utf8 } from './bodies.ts';
import { type Case, flowRow, json, minuteRow, oneOf, quoteRow, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import { tencentFlowOracle, tencentListOracle, tencentMinutesOracle } from './oracle-tencent.ts';
import { tencentQuotesOracle } from './oracle-text.ts';

export function tencentSubjects({ tencentQuotes, tencentMinutes, tencentFlow, tencentBoards }: Feeds): Subject[] {
  const minutes = (dice: Dice, fiveDays: boolean): Case => {
    const no = oneOf(dice);
    const lines = minuteLines(no, dice, no === 3_920_002 ? 3 : 4);
    const days = [
      { date, prec: 1, data: lines },
      { date: '20261120', prec: 1, data: ['0930 1.00 1 100.00'] },
    ];
    const data = fiveDays ? days : { date, data: lines };
    const endpoint = fiveDays ? tencentMinutes.tencentFiveDays : tencentMinutes.tencentMinutes;
    const oracle = tencentMinutesOracle(no, date);
    return {
      body: json({ code: 0, msg: '', data: { [keyed(no)]: { data } } }),
      oracle: fiveDays ? (body) => oracle(oneDay(body, no)) : oracle,
      parse: (body) => read(endpoint.parse(body, { instrument: no, date }), minuteRow),
    };
  };
  return [
    {
      name: 'tencent quotes',
      deal: (dice) => {
        const asked = sample(dice);
        const sent = dice(6) === 0 ? [...asked, oneOf(dice)] : asked;
        const body = latin(sent.map((no) => tencentStatement(no, dice)).join('') + (dice(9) === 0 ? 'v_pv_none_match="1";\n' : ''));
        return {
          body,
          oracle: tencentQuotesOracle(asked),
          parse: (bytes) => read(tencentQuotes.tencentQuotes.parse(bytes, { instruments: asked }), quoteRow),
        };
      },
    },
    { name: 'tencent minutes', deal: (dice) => minutes(dice, false) },
    { name: 'tencent five days', deal: (dice) => minutes(dice, true) },
    {
      name: 'tencent flow',
      deal: (dice) => {
        const no = oneOf(dice);
        const minList = ['0930', '0931', '1000', '1130', '1301', '1500', '1506'].slice(dice(3)).map((hhmm) => {
          const { main, superNet, large, medium, small } = flowParts(dice);
          const whole = {
            SuperNetInflow: String(superNet),
            BigNetInflow: String(large),
            NormalNetInflow: String(medium),
            SmallNetInflow: String(small),
          };
          return { time: `${date}${hhmm}`, Price: '10.00', MainNetInflow: String(main), ...(dice(4) === 0 ? {} : whole) };
        });
        const trend = dice(9) === 0 ? null : { stockCode: keyed(no), minList: minList.reverse() };
        return {
          body: json({ code: 0, msg: 'ok', data: { todayFundFlow: null, todayFundTrend: trend } }),
          oracle: tencentFlowOracle(no, date),
          parse: (body) => read(tencentFlow.tencentFlow.parse(body, { instrument: no, date }), flowRow),
        };
      },
    },
    {
      name: 'tencent boards',
      deal: (dice) => {
        const rank_list = Array.from({ length: 1 + dice(4) }, () => ({
          code: `pt0180${1000 + dice(9000)}`,
          name: '种植业',
          zdf: String((dice(2000) - 1000) / 100),
          zljlr: '-24995.37',
        }));
        return {
          body: json({ code: 0, msg: 'ok', data: { rank_list } }),
          oracle: tencentListOracle('boards'),
          parse: (body) =>
            read(tencentBoards.tencentBoards.parse(body, { kind: 'industry', offset: 0, count: 9 }), (b) => [
              b.code,
              b.name,
              b.change,
              b.mainYuan,
            ]),
        };
      },
    },
    {
      name: 'tencent members',
      deal: (dice) => ({
        body: json({
          code: 0,
          msg: 'ok',
          data: { rank_list: sample(dice).map((no) => ({ code: keyed(no), name: '五 粮 液', zxj: '1.00' })) },
        }),
        oracle: tencentListOracle('members'),
        parse: (body) =>
          read(tencentBoards.tencentMembers.parse(body, { board: 'aStock', offset: 0, count: 9 }), (m) => [m.instrumentNo, m.name]),
      }),
    },
  ];
}

/** The oracle knows one day; of five it is given the asked one, or none. */
function oneDay(body: Uint8Array, no: number): Uint8Array {
  try {
    const answer = JSON.parse(Buffer.from(body).toString('utf8')) as { data: Record<string, { data: { date: unknown }[] }> };
    const entry = answer.data[keyed(no)]!;
    if (!Array.isArray(entry.data) || entry.data.some((each) => typeof each !== 'object' || each === null || Array.isArray(each)))
      return utf8('');
    const day = entry.data.find((each) => each.date === date) ?? { date: null };
    return Buffer.from(body).toString('utf8').includes('\uFFFD') ? utf8('') : json({ ...answer, data: { [keyed(no)]: { data: day } } });
  } catch {
    return utf8('');
  }
}
