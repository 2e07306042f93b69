/**
 * `npm run bench -- --only fanout`: one event to many, from a gateway in this process to clients in others, each of which decodes it and checks that
 * none is missing. `--clients 1000,5000 --events 200 --rounds 3`.
 *
 * Slow      200 of the clients follow a channel of long events too (6.4 MB in all, more than a kernel's buffers take); where they read, and where
 *           they stop reading until all is sent, by turns: what differs is their slowness alone
 * By ws     the same bytes by npm's `ws` in the same run
 */
import { parseArgs } from 'node:util';
import { type Figures, type Load, throughGateway, throughWs } from './fanout-run.ts';

const { values: flags } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000,5000' },
    events: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const events = Number(flags.events);
const slowClients = 200;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const print = (what: string, { delivered, broken, perCpuSec, p50, p99, rssMb }: Figures, of: number): void =>
  console.log(
    `${what.padEnd(40)} ${Math.round(perCpuSec).toLocaleString('en').padStart(9)} deliveries a CPU second; p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms; ${delivered} of ${of}, ${broken} gaps, ${rssMb} MB`,
  );

for (const count of flags.clients.split(',').map(Number)) {
  const of = count * events;
  const load: Load = { count, events, heavy: 0, isSlow: false };
  const plain = await throughGateway(load);
  print(`${count} clients`, plain, of);
  const ws = await throughWs(load);
  print(`${count} clients by ws`, ws, of);
  console.log(`  ratio to ws: ${(plain.perCpuSec / ws.perCpuSec).toFixed(1)} ×`);
  const [reading, slow]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const all = await throughGateway({ ...load, heavy: slowClients });
    print(`${count} clients, 200 of them of 6.4 MB more`, all, of);
    const some = await throughGateway({ ...load, heavy: slowClients, isSlow: true });
    print('  the 200 stop reading', some, of);
    console.log(
      `  closed ${some.closed}, of which ${some.toldSlow} read 4008; subscriptions given all they missed ${some.resumed}, a snapshot ${some.restored}`,
    );
    reading.push(all.p99);
    slow.push(some.p99);
  }
  const change = (100 * median(slow)) / median(reading) - 100;
  console.log(
    `  p99 of the others: ${change >= 0 ? '+' : ''}${change.toFixed(0)} % by the slow ones, median of ${reading.length} (asked: within 10)`,
  );
}
process.exit(0);
