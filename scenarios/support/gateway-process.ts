/**
 * A gateway in a process of its own, so that it can be killed: `gateway-process.ts <port>`. Every one of them folds the same generated day.
 * A message n applies the steps up to n, before the first to catch up and after it to broadcast; it answers with n.
 */
import { foldDay } from '../../engine/runtime/fold.ts';
import { DayState } from '../../gateway/day-state.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { loadUws } from '../../gateway/uws.ts';
import { generatedDay } from './days.ts';
import { gatewayOptions } from './gateway.ts';

const date = '20261123';
const { bundle, entries } = generatedDay({ count: 40, until: '10:30' });
const { steps } = foldDay(bundle, entries);
const uws = await loadUws();
const day = new DayState('test-1');
let gateway: Gateway | null = null;
let at = 0;
let work: Promise<void> = Promise.resolve();

async function to(n: number): Promise<void> {
  for (const step of steps.slice(at, n)) {
    const { delta, newDay } = day.apply(date, step);
    gateway?.broadcast(delta, newDay);
    await new Promise(setImmediate);
  }
  at = n;
  day.caughtUp = true;
  gateway ??= await startGateway(uws, gatewayOptions(day, Number(process.argv[2])));
  process.send!(n);
}
process.on('message', (n: number) => {
  work = work.then(() => to(n));
});
