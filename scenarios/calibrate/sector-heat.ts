/**
 * `npx tsx scenarios/calibrate/sector-heat.ts <quarter-hour bars> <concept members> <listed with industries> [--write]`: how far a sector's amount strays from
 * the market's, quarter hour by quarter hour, and how long heat lasts. Groups are of today, days are before: a mild look-ahead.
 *
 * Surprise   ln of (members' amount over what is usual of the quarter hour) over the same of all, usual = mean of the 20 days before
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { log, medianInPlace } from '../../contracts/math.ts';
import { intervalsOf, type Scored, shareOf } from '../../engine/backtest/ranking.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [barFile, memberFile, listedFile] = positionals as [string, string, string];
const linesOf = (file: string): string[][] =>
  gunzipSync(readFileSync(file))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
const historyDays = 20;
const membersMin = 5;

/** amount[symbol][day][bar of the day]. */
const amounts = new Map<string, Map<string, Map<string, number>>>();
const closes = new Map<string, number>();
for (const [symbol, datetime, , , , close, , amount] of linesOf(barFile)) {
  const [day, clock] = datetime!.split(' ') as [string, string];
  const days = amounts.get(symbol!) ?? new Map<string, Map<string, number>>();
  amounts.set(symbol!, days);
  const bars = days.get(day) ?? new Map<string, number>();
  days.set(day, bars);
  bars.set(clock, Number(amount));
  closes.set(`${symbol} ${datetime}`, Number(close));
}
const groups = new Map<string, Set<string>>();
const join = (group: string, symbol: string): void => {
  if (amounts.has(symbol)) groups.set(group, (groups.get(group) ?? new Set()).add(symbol));
};
for (const [, name, symbol] of linesOf(memberFile)) join(`concept ${name}`, symbol!);
for (const [symbol, , , , industry] of linesOf(listedFile)) join(`industry ${industry}`, symbol!);
const sectors = [...groups].filter(([, members]) => members.size >= membersMin);
const days = [...new Set([...amounts.values()].flatMap((each) => [...each.keys()]))].sort();
const clocks = [...new Set([...amounts.values()].flatMap((each) => [...each.values()].flatMap((bars) => [...bars.keys()])))].sort();

/** Amount and what is usual of it, of one symbol at one quarter hour; null without twenty days. */
function usualOf(symbol: string, day: number, clock: string): readonly [amount: number, usual: number] | null {
  const own = amounts.get(symbol)!;
  const amount = own.get(days[day]!)?.get(clock);
  const before = days.slice(day - historyDays, day).flatMap((date) => own.get(date)?.get(clock) ?? []);
  if (amount === undefined || before.length < historyDays / 2) return null;
  return [amount, before.reduce((sum, yuan) => sum + yuan, 0) / before.length];
}

const surprises: number[] = [];
/** surprise[sector][day * bars + bar]. */
const series = sectors.map(() => new Float64Array(days.length * clocks.length).fill(Number.NaN));
for (let day = historyDays; day < days.length; day++) {
  for (const [bar, clock] of clocks.entries()) {
    const each = new Map(
      [...amounts.keys()].flatMap((symbol) => {
        const known = usualOf(symbol, day, clock);
        return known === null ? [] : [[symbol, known] as const];
      }),
    );
    const ratio = (members: Iterable<string>): number => {
      let [amount, usual] = [0, 0];
      for (const symbol of members) {
        const known = each.get(symbol);
        if (known === undefined) continue;
        amount += known[0];
        usual += known[1];
      }
      return amount / usual;
    };
    const market = ratio(each.keys());
    for (const [k, [, members]] of sectors.entries()) {
      const surprise = log(ratio(members) / market);
      if (!Number.isFinite(surprise)) continue;
      series[k]![day * clocks.length + bar] = surprise;
      surprises.push(surprise);
    }
  }
}
const scale = 1.4826 * medianInPlace(Float64Array.from(surprises, Math.abs));
console.log(
  `${sectors.length} groups of at least ${membersMin}, ${days.length - historyDays} days, ${surprises.length} quarter hours; MAD of the surprise ${scale.toFixed(3)}`,
);

/** Heat of 1 now: still 1 two quarter hours later, within the day. */
const held: Scored[] = [];
for (const values of series)
  for (let at = historyDays * clocks.length; at < values.length; at++) {
    const bar = at % clocks.length;
    if (bar + 2 >= clocks.length || Number.isNaN(values[at]!) || Number.isNaN(values[at + 2]!)) continue;
    held.push({ day: Math.floor(at / clocks.length), score: values[at]! / scale, came: values[at + 2]! / scale >= 1 });
  }
const hot = held.filter(({ score }) => score >= 1);
const { auc } = intervalsOf(
  held.map((each) => ({ ...each, score: each.score >= 1 ? 1 : 0 })),
  held.map((each) => ({ ...each, score: 0 })),
);
console.log(
  `heat of 1 in half an hour: at any moment ${shareOf(held).toFixed(3)} of ${held.length}, at heat of 1 ${shareOf(hot).toFixed(3)} of ${hot.length}; AUC of it alone [${auc.map((x) => x.toFixed(3)).join(', ')}]`,
);
