/** `fenshi status` and `fenshi tail`: what runs here, and its transitions as they come. */
import type { Command } from 'commander';
import { WebSocket } from 'undici';
import { FenshiError } from '../../../contracts/errors.ts';
import type { StreamedEvent } from '../../../contracts/fold.ts';
import { opsPortOf } from '../../../contracts/roles.ts';
import { clockOf } from '../../../contracts/session.ts';
import { type SocketConstructor, StreamClient } from '../../../contracts/stream-client.ts';
import { readUpLock, type UpLock } from '../up-lock.ts';

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('the run that is up here and the state of its roles')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: fenshi status --json\nExit codes: 0 up and ready, 1 nothing runs, 3 up but not ready')
    .action(async (flags: { readonly json?: boolean }) => status(flags.json === true));
  program
    .command('tail')
    .description('print transitions as they happen, until Ctrl-C')
    .option('--symbol <id>', 'only this symbol')
    .option('--state <state>', 'only opportunities in this state')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample: fenshi tail --state confirmed\nExit codes: 0 ended by a signal, 1 nothing runs')
    .action(async (flags: TailFlags) => tail(flags));
}

type TailFlags = { readonly symbol?: string; readonly state?: string; readonly json?: boolean };

function running(): UpLock {
  const lock = readUpLock();
  if (lock === null) throw new FenshiError('NOT_READY', 'nothing runs here; start it with `npm start`');
  return lock;
}

async function status(asJson: boolean): Promise<void> {
  const lock = running();
  const gateway = await readiness(lock.port);
  const engine = await readiness(opsPortOf('engine', lock.opsPort));
  const ready = gateway?.ready === true && engine?.ready === true;
  if (!ready) process.exitCode = 3;
  if (asJson) return console.log(JSON.stringify({ ...lock, ready, gateway, engine }));
  console.log(
    `${lock.run}  pid ${lock.pid}  http://127.0.0.1:${lock.port}  nats 127.0.0.1:${lock.natsPort}  ${ready ? 'ready' : 'not ready'}`,
  );
  for (const [name, state] of Object.entries({ engine, gateway }))
    console.log(`  ${name.padEnd(8)} ${state === null ? 'unreachable' : JSON.stringify(state.checks)}`);
}

type Readiness = { readonly ready: boolean; readonly checks: unknown };

async function readiness(port: number): Promise<Readiness | null> {
  try {
    return (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as Readiness;
  } catch {
    return null;
  }
}

/** Follows /v1/stream with resume: a break of the gateway loses nothing. */
async function tail({ symbol, state, json }: TailFlags): Promise<void> {
  const lock = running();
  const filter = { ...(symbol === undefined ? {} : { symbol: [symbol] }), ...(state === undefined ? {} : { state: [state] }) };
  const client = new StreamClient({
    url: `ws://127.0.0.1:${lock.port}/v1/stream`,
    ch: 'opportunities',
    filter,
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  client.onEvents = (_seq, events) => {
    for (const event of events as StreamedEvent[]) console.log(json ? JSON.stringify(event) : line(event));
  };
  client.start();
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  client.stop();
}

function line({ id, change, opportunity }: StreamedEvent): string {
  const reason = opportunity.facts.endReason === null ? '' : ` ${String(opportunity.facts.endReason)}`;
  return `${clockOf(change.tsMs)}  ${opportunity.instrument}  ${(change.from ?? '·').padEnd(18)} → ${change.to}${reason}  ${change.event}  ${id}`;
}
