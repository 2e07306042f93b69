/**
 * The sandbox role: users' strategies, each in a process of its own, looking at VIEW and speaking by `ext` entries. One that breaks its bounds is ended
 * and disabled by control; the run goes on without it.
 */
import { randomUUID } from 'node:crypto';
import { decode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { tradeDateOf } from '../../contracts/session.ts';
import { FeatureView } from '../../contracts/view.ts';
import { TapeAppender } from '../feeds/tape-appender.ts';
import { appendControl } from '../log/control.ts';
import { type OnBroker, roleOnBroker } from '../runtime/role-on-broker.ts';
import { Gathering } from './gathering.ts';
import { readStrategy } from './manifest.ts';
import { Seated } from './seating.ts';

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up, closing } = role;
  const asked = start.sandbox;
  if (asked === undefined) throw new FenshiError('CONFIG_INVALID', 'the sandbox role needs strategies');
  const seats: Seated[] = [];
  const broker = await roleOnBroker(role, 'sandbox', () => ({
    code: seats.length < asked.strategies.length ? 'STARTING' : null,
    facts: { strategies: seats.map((seated) => ({ id: seated.id, asked: seated.seat.asked, fault: seated.seat.fault })) },
  }));
  for (const { dir, sha256, params } of asked.strategies) {
    const strategy = readStrategy(dir);
    if (strategy.sha256 !== sha256) throw new FenshiError('STRATEGY_INVALID', `${dir}: its files are not those that were enabled`);
    seats.push(await Seated.of({ strategy, params }));
  }
  closing(() => seats.forEach((seated) => seated.seat.close()));
  up();
  const owner = randomUUID();
  const appenderOf = memoised((date: string) => new TapeAppender(broker.js, start.run, date, `sandbox-${owner}`, signal));
  const gathering = new Gathering(async (tsMs, views) => {
    for (const seated of seats) {
      if (seated.seat.busy) continue; // it has this second's to think about: what it misses is newer the next time
      for (const entry of await seated.look(tsMs, views)) await appenderOf(tradeDateOf(tsMs)).append(entry, false);
    }
    await quarantine();
  });
  const quarantine = async (): Promise<void> => {
    for (const seated of seats) {
      const fault = seated.newFault();
      if (fault === null) continue;
      log.error({ event: 'strategy.ended', strategy: seated.id, ...fault });
      await disable(broker, start.run, seated.id).catch((error: unknown) => log.error({ event: 'strategy.ended', error: String(error) }));
    }
  };
  await quarantine();
  broker.nc.subscribe(`feature.v1.${start.run}.>`, {
    callback: (error, message) => {
      if (error !== null) return void log.warn({ event: 'sandbox.view', error: String(error) });
      const view = FeatureView.safeParse(decode(message.data));
      if (view.success) gathering.add(view.data);
      else log.warn({ event: 'sandbox.view', error: view.error.message });
    },
  });
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  gathering.close();
}

const disable = ({ js, jsm }: OnBroker, run: string, detector: string): Promise<boolean> =>
  appendControl(js, jsm, run, `sandbox-${detector}-${randomUUID()}`, { name: 'disable', detector });

function memoised<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

await runRole('sandbox', main);
