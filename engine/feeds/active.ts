/** Which symbols any strategy has use for, as VIEW tells it once a second: they are asked for first. */
import type { NatsConnection } from 'nats';
import { columnOf } from '../../contracts/codec.ts';
import { hear } from '../../contracts/process/hear.ts';
import type { Log } from '../../contracts/process/log.ts';
import { subjects } from '../../contracts/subjects.ts';
import { SymbolsView } from '../../contracts/view.ts';
import type { SweepPlanner } from './collector/planner.ts';

export function followActive(
  nc: NatsConnection,
  run: string,
  planner: Pick<SweepPlanner, 'markActive'>,
  log: Log,
): { readonly unsubscribe: () => void } {
  let before = '';
  const onUnreadable = (error: string): void => void log.warn({ event: 'feed.active', error });
  return hear({ nc, subject: subjects(run).view('symbols'), onUnreadable }, SymbolsView, ({ columns: { instrumentNo, awake } }) => {
    const numbers = columnOf(Uint32Array, instrumentNo);
    const active = new Set([...numbers].filter((_no, s) => awake[s] === 1));
    const now = [...active].join();
    if (now === before) return;
    before = now;
    planner.markActive(active);
  });
}
