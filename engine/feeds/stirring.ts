/** Which symbols stir, as LIFECYCLE tells it: they are asked for first. */
import type { NatsConnection } from 'nats';
import { decode } from '../../contracts/codec.ts';
import { LifecycleMessage } from '../../contracts/journal.ts';
import { subjects } from '../../contracts/subjects.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { Log } from '../telemetry/log.ts';
import type { SweepPlanner } from './collector/planner.ts';

export function followStirring(
  nc: NatsConnection,
  run: string,
  planner: Pick<SweepPlanner, 'stir'>,
  log: Log,
): { readonly unsubscribe: () => void } {
  const stirring = new Set<number>();
  return nc.subscribe(subjects(run).allSymbols, {
    callback: (error, message) => {
      if (error !== null) return void log.warn({ event: 'feed.stirring', error: String(error) });
      const told = LifecycleMessage.safeParse(decode(message.data));
      if (!told.success || told.data.entry.kind !== 'transition') return;
      const { actorId, region, to } = told.data.entry;
      const [, exchange, code] = actorId.split('.');
      if (exchange === undefined || code === undefined || region !== 'activity') return;
      const no = instrumentNo(`${code}.${exchange}`);
      const quiet = to === 'quiet';
      if (quiet === !stirring.has(no)) return;
      if (quiet) stirring.delete(no);
      else stirring.add(no);
      planner.stir(stirring);
    },
  });
}
