/** What the scenarios role of a demo is told: seed, size, first trading day, where to begin, how fast. */
import { resolve } from 'node:path';
import { dayConfig } from '../../contracts/bundle.ts';
import type { Config } from '../../contracts/config.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import { tradeDateOf } from '../../contracts/session.ts';
import { dayKind, nextTradingDay } from '../reference/calendar.ts';

/** Symbols of the invented market by scale; the generator knows the same words. */
const symbols = { tiny: 60, ci: 300, full: 5500 } as const;
/** Last known trading day but one: a demo begins there once the calendar has run out. */
const lastKnown = '20261230';

export function demoStart(config: Config): NonNullable<RoleStart['demo']> {
  const { seed, scale, market, startAt, speed, recorded } = config.demo;
  const today = tradeDateOf(Date.now());
  const kind = dayKind(today);
  const date = kind === 'TRADING' ? today : nextTradingDay(kind === 'UNKNOWN' ? lastKnown : today);
  return {
    seed,
    count: symbols[scale],
    market,
    date,
    startAt,
    speed,
    ...(recorded === null ? {} : { recorded: resolve(recorded) }),
    config: dayConfig(config),
  };
}

/** What the feed role is told. `live`: which sources, and that it opens the days itself. */
export const feedStart = (config: Config, live: Config['feed']['order'] | null = null): NonNullable<RoleStart['feed']> => ({
  order: live ?? config.feed.order,
  cadenceMs: Math.round(config.feed.cadenceSec * 1000),
  watch: config.feed.watch,
  ...(live === null
    ? {}
    : {
        live: {
          hosts: config.feed.hosts,
          token: config.tushare.token,
          monitoredFile: config.reference.monitored,
          calendarFile: config.reference.calendar,
          config: dayConfig(config),
        },
      }),
});
