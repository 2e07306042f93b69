/**
 * The sandbox role: users' strategies, each in a process of its own, looking at VIEW and speaking by `ext` entries. One that breaks its bounds is ended
 * and disabled by control; the run goes on without it.
 */
import { randomUUID } from 'node:crypto';
import { FenshiError } from '../../contracts/errors.ts';
import { hear } from '../../contracts/process/hear.ts';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { tradeDateOf } from '../../contracts/session.ts';
import { FeatureView } from '../../contracts/view.ts';
import { TapeAppender } from '../feeds/tape-appender.ts';
import { appendControl } from '../log/control.ts';
import { type OnBroker, roleOnBroker } from '../runtime/role-on-broker.ts';
import { EndedStrategies } from './ended.ts';
import { Gathering } from './gathering.ts';
import { readStrategy } from './manifest.ts';
import type { SeatFault } from './seat.ts';
import { Seated } from './seating.ts';

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up, closing } = role;
  const asked = start.sandbox;
  if (asked === undefined) throw new FenshiError('CONFIG_INVALID', 'the sandbox role needs strategies');
  const seats: Seated[] = [];
  const ended = new EndedStrategies(start.dir, asked.strategies);
  let [seated, appender, date] = [false, null as TapeAppender | null, ''];
  const broker = await roleOnBroker(role, 'sandbox', () => ({
    code: !seated ? 'STARTING' : appender?.isStoring === false ? 'NOT_STORED' : null,
    detail: appender?.trouble?.why,
    facts: { strategies: [...seats.map((each) => ({ id: each.id, asked: each.seat.asked, fault: each.seat.fault })), ...ended.unseated()] },
  }));
  const end = (id: string, sha256: string, fault: SeatFault): void => {
    log.error({ event: 'strategy.ended', strategy: id, ...fault });
    try {
      ended.add(id, sha256, fault);
    } catch (error) {
      log.error({ event: 'strategy.ended', strategy: id, error: String(error) });
    }
  };
  for (const { id, dir, sha256, params } of asked.strategies) {
    if (ended.isEnded(id)) continue;
    try {
      const strategy = readStrategy(dir);
      if (strategy.sha256 !== sha256) throw new FenshiError('STRATEGY_INVALID', `${dir}: its files are not those that were enabled`);
      seats.push(await Seated.of({ strategy, params }));
    } catch (error) {
      // the others are seated all the same
      end(id, sha256, { code: 'THREW', message: String(error) });
    }
  }
  seated = true;
  closing(() => seats.forEach((each) => each.seat.close()));
  up();
  const owner = randomUUID();
  const appenderOf = (day: string): TapeAppender => {
    if (appender === null || date !== day)
      [appender, date] = [new TapeAppender(broker.js, start.run, day, `sandbox-${owner}`, signal), day];
    return appender;
  };
  /** Who thinks, or whose answer is being stored: what it misses meanwhile is newer the next time. */
  const busy = new Set<Seated>();
  /** One strategy's look: nobody waits for another, and what goes wrong is its own. */
  const look = async (each: Seated, tsMs: number, views: readonly FeatureView[]): Promise<void> => {
    busy.add(each);
    try {
      for (const entry of await each.look(tsMs, views)) await appenderOf(tradeDateOf(tsMs)).append(entry, false);
    } catch (error) {
      log.error({ event: 'sandbox.look', strategy: each.id, error: String(error) });
    } finally {
      busy.delete(each);
    }
    const { fault } = each.seat;
    if (fault !== null && !ended.isEnded(each.id)) end(each.id, each.seat.strategy.sha256, fault);
  };
  const gathering = new Gathering((tsMs, views) => {
    for (const each of seats) if (!busy.has(each)) void look(each, tsMs, views);
    // on every day anew, and again until it is stored: a day is open where there is something to see
    for (const id of ended.untold(tradeDateOf(tsMs)))
      disable(broker, start.run, id).then(
        () => ended.told(id, tradeDateOf(tsMs)),
        (error: unknown) => log.error({ event: 'strategy.disable', strategy: id, error: String(error) }),
      );
  });
  const onUnreadable = (error: string): void => void log.warn({ event: 'sandbox.view', error });
  hear({ nc: broker.nc, subject: `feature.v1.${start.run}.>`, onUnreadable }, FeatureView, (view) => gathering.add(view));
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}

const disable = ({ js, jsm }: OnBroker, run: string, detector: string): Promise<boolean> =>
  appendControl(js, jsm, run, `sandbox-${detector}-${randomUUID()}`, { name: 'disable', detector });

await runRole('sandbox', main);
