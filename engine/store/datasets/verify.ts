/**
 * Imported datasets against each other: what several independent files must agree on, as figures. What is expected stands beside what
 * was found; a check whose files are not there says so and is no failure.
 */
import type { Store } from '../client.ts';
import { database } from '../schema.ts';

export type Check = { readonly name: string; readonly found: Readonly<Record<string, number>>; readonly holds: boolean | null };

const minutes = 'bars_1m_tushare_2026';
const days = 'daily_all_a_2026';
const pool = 'limit_list_2026';
const emPool = 'zt_pool_em_20260227_0430';

export async function crossChecks(store: Store): Promise<Check[]> {
  const known = new Set((await store.rows<{ name: string }>(`SELECT name FROM ${database}.datasets FINAL`)).map(({ name }) => name));
  const checks = [
    { name: 'minutes against daily bars', needs: [minutes, days], run: minutesAgainstDays },
    { name: 'limit-ups are touched in the minutes', needs: [minutes, days, pool], run: touches },
    { name: 'two limit-up pools', needs: [pool, emPool], run: pools },
    {
      name: 'two calendars',
      needs: ['trade_calendar_SSE_2010_2026_tushare', 'holidays_XSHG_2010_2026', 'cn_stock_holidays'],
      run: calendars,
    },
    { name: 'limits by the dated rule', needs: [days], run: limits },
  ];
  const done: Check[] = [];
  for (const { name, needs, run } of checks) {
    if (needs.every((each) => known.has(each))) done.push({ name, ...(await run(store)) });
    else done.push({ name, found: {}, holds: null });
  }
  return done;
}

const one = async (store: Store, sql: string): Promise<Record<string, number>> => (await store.rows<Record<string, number>>(sql))[0] ?? {};
/** A day's bar out of its minutes, stocks only. */
const fromMinutes = `SELECT trade_date, instrument, max(high_milli) AS h, min(low_milli) AS l, argMax(close_milli, ts_ms) AS c, sum(volume_shares) AS v
  FROM ${database}.bars FINAL WHERE source = '${minutes}' GROUP BY trade_date, instrument`;

async function minutesAgainstDays(store: Store) {
  const found = await one(
    store,
    `SELECT count() AS symbolDays, countIf(m.h != d.high_milli) AS highDiffers, countIf(m.l != d.low_milli) AS lowDiffers, countIf(m.c != d.close_milli) AS closeDiffers,
            countIf((m.h != d.high_milli OR m.l != d.low_milli OR m.c != d.close_milli) AND m.instrument < 3000000) AS differsOutsideBeijing,
            countIf(m.instrument >= 3000000 AND m.v < d.volume_shares * 0.9999) AS beijingVolumeShort,
            round(quantileExactIf(0.5)(m.v / d.volume_shares, m.instrument < 3000000 AND d.volume_shares > 0), 4) AS volumeRatio
     FROM (${fromMinutes}) AS m INNER JOIN (SELECT * FROM ${database}.daily FINAL WHERE dataset = '${days}') AS d USING (trade_date, instrument)`,
  );
  const { symbolDays = 0, highDiffers = 0, lowDiffers = 0, closeDiffers = 0, differsOutsideBeijing = 0, volumeRatio = 0 } = found;
  return {
    found,
    holds:
      symbolDays > 0 &&
      differsOutsideBeijing === 0 &&
      volumeRatio === 1 &&
      Math.max(highDiffers, lowDiffers, closeDiffers) < 0.02 * symbolDays,
  };
}

async function touches(store: Store) {
  const found = await one(
    store,
    `SELECT count() AS symbolDays, countIf(touchMs > 0) AS touched, round(quantileExact(0.25)(lag), 0) AS lagQuarterSec, round(quantileExact(0.5)(lag), 0) AS lagMedianSec, round(quantileExact(0.75)(lag), 0) AS lagThreeQuartersSec
     FROM (SELECT trade_date, instrument, minIf(toFloat64(b.ts_ms), b.high_milli = d.limit_up_milli) AS touchMs, (touchMs - any(toFloat64(p.first_ms))) / 1000 AS lag
           FROM (SELECT * FROM ${database}.bars FINAL WHERE source = '${minutes}') AS b
           INNER JOIN (SELECT trade_date, instrument, first_ms FROM ${database}.limit_pool FINAL WHERE dataset = '${pool}' AND kind = 'U') AS p USING (trade_date, instrument)
           INNER JOIN (SELECT trade_date, instrument, limit_up_milli FROM ${database}.daily FINAL WHERE dataset = '${days}') AS d USING (trade_date, instrument)
           GROUP BY trade_date, instrument)`,
  );
  const { symbolDays = 0, touched = 0, lagMedianSec = 0 } = found;
  return { found, holds: symbolDays > 0 && touched === symbolDays && Math.abs(lagMedianSec - 30) <= 5 };
}

async function pools(store: Store) {
  const found = await one(
    store,
    `SELECT count() AS days, countIf(apart = 0) AS sameDays, countIf(apart > 0) AS otherDays, max(apart) AS mostApart
     FROM (SELECT trade_date, countIf(n = 1) AS apart FROM
             (SELECT trade_date, instrument, uniqExact(dataset) AS n FROM ${database}.limit_pool FINAL
              WHERE dataset IN ('${pool}', '${emPool}')
                AND trade_date IN (SELECT DISTINCT trade_date FROM ${database}.limit_pool WHERE dataset = '${emPool}')
                AND trade_date IN (SELECT DISTINCT trade_date FROM ${database}.limit_pool WHERE dataset = '${pool}')
              GROUP BY trade_date, instrument)
           GROUP BY trade_date)`,
  );
  return { found, holds: (found.days ?? 0) > 0 && (found.mostApart ?? 99) <= 4 };
}

async function calendars(store: Store) {
  const closed = (dataset: string) =>
    `SELECT date FROM ${database}.calendar FINAL WHERE dataset = '${dataset}' AND is_open = 0 AND toDayOfWeek(date) < 6 AND date >= '2010-01-01'`;
  const tushare = closed('trade_calendar_SSE_2010_2026_tushare');
  const exchange = closed('holidays_XSHG_2010_2026');
  const third = closed('cn_stock_holidays');
  const found = await one(
    store,
    `SELECT (SELECT count() FROM (${tushare})) AS weekdayHolidays, (SELECT count() FROM (${tushare} AND date NOT IN (${exchange}))) AS onlyTushare,
            (SELECT count() FROM (${exchange} AND date NOT IN (${tushare}))) AS onlyExchange, (SELECT count() FROM (${tushare} AND date NOT IN (${third}))) AS missedByThird`,
  );
  return { found, holds: found.onlyTushare === 0 && found.onlyExchange === 0 };
}

/** Main board, no risk warning record: 10 %, half up, in fen. */
async function limits(store: Store) {
  const found = await one(
    store,
    `SELECT count() AS rows, countIf(limit_up_milli = 10 * intDiv(intDiv(pre_close_milli, 10) * 110 + 50, 100)) AS byTenPerCent,
            countIf(limit_up_milli = 10 * intDiv(intDiv(pre_close_milli, 10) * 105 + 50, 100)) AS byFivePerCent
     FROM ${database}.daily FINAL WHERE dataset = '${days}' AND trade_date >= '2026-07-06' AND limit_up_milli IS NOT NULL AND intDiv(instrument, 100000) IN (16, 20)
       AND intDiv(instrument, 1000) NOT IN (1688, 1689)`,
  );
  const { rows = 0, byTenPerCent = 0 } = found;
  return { found, holds: rows > 0 && byTenPerCent >= 0.9995 * rows };
}
