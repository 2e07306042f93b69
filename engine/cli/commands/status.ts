/** `fenshi status` and `fenshi tail`: what runs here, and its transitions as they come. */
import type { Command } from 'commander';
import { WebSocket } from 'undici';
import { FenshiError } from '../../../contracts/errors.ts';
import { sentenceOf } from '../../../contracts/evidence-words.ts';
import type { StreamedEvent } from '../../../contracts/fold.ts';
import { closeCodes } from '../../../contracts/frames.ts';
import { type PublicState, publicStates } from '../../../contracts/opportunity.ts';
import { clockOf } from '../../../contracts/session.ts';
import { type SocketConstructor, StreamClient } from '../../../contracts/stream-client.ts';
import { shownHost } from '../hosts.ts';
import { readUpLock, type UpLock } from '../up-lock.ts';

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('the run on this machine and the state of its roles')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: fenshi status --json\nExit codes: 0 up and ready, 1 nothing runs, 3 up but not ready')
    .addHelpText('after', tokenHelp)
    .action(async (flags: { readonly json?: boolean }) => status(flags.json === true));
}

export function registerTail(program: Command): void {
  program
    .command('tail')
    .description('print transitions as they happen, until Ctrl-C')
    .option('--symbol <id>', 'only this symbol')
    .option('--state <state>', 'only opportunities in this state')
    .option('--json', 'one JSON object per line')
    .addHelpText('after', '\nExample: fenshi tail --state confirmed\nExit codes: 0 ended by a signal, 1 nothing runs, or the run has ended')
    .addHelpText('after', tokenHelp)
    .action(async (flags: TailFlags) => tail(flags));
}

const lookMs = 1000;
const tokenHelp = '\nWhere the gateway asks everybody for a token, FENSHI_TOKEN holds it (fenshi token create).';
const tokenOf = (): string | undefined => process.env.FENSHI_TOKEN;
const unauthorized = () => new FenshiError('UNAUTHORIZED', 'set FENSHI_TOKEN to a valid token; fenshi token create makes one');
type TailFlags = { readonly symbol?: string; readonly state?: string; readonly json?: boolean };

function running(): UpLock {
  const lock = readUpLock();
  if (lock === null) throw new FenshiError('NOTHING_RUNS', 'nothing runs here; start it with `npm start`');
  return lock;
}

type Sentence = { readonly zh: string; readonly en: string } | null;
type Report = {
  readonly ready: boolean;
  readonly code: string | null;
  readonly why: Sentence;
  readonly origin: string | null;
  readonly day: { readonly tradeDate: string; readonly step: number };
  readonly source: string | null;
  readonly openedWith: Readonly<Record<string, string>> | null;
  readonly refusedBoards: readonly { readonly source: string; readonly board: string; readonly reason: string }[];
  readonly roles: readonly { readonly role: string; readonly ready: boolean; readonly code: string | null; readonly why: Sentence }[];
};

async function status(asJson: boolean): Promise<void> {
  const lock = running();
  const report = await reportOf(lock);
  const ready = report?.ready === true;
  if (!ready) process.exitCode = 3;
  const why = report === null ? 'the gateway does not answer' : (report.why?.en ?? null);
  if (asJson) return console.log(JSON.stringify({ ...lock, ready, code: report?.code ?? 'ROLE_AWAY', why, report }));
  console.log(
    `${lock.run}  pid ${lock.pid}  ${addressOf(lock)}  nats 127.0.0.1:${lock.natsPort}  ${ready ? 'ready' : `not ready: ${why ?? 'no reason is known'}`}`,
  );
  if (report === null) return;
  const { origin, day, source, openedWith } = report;
  console.log(
    `  market    ${origin === null ? 'no day yet' : `${origin}, ${day.tradeDate}, step ${day.step}`}${source === null ? '' : `, quotes from ${source}`}`,
  );
  if (openedWith !== null)
    console.log(
      `  opened   ${Object.entries(openedWith)
        .map(([part, from]) => `${part} ${from}`)
        .join('; ')}`,
    );
  for (const { source: of, board, reason } of report.refusedBoards)
    console.log(`  parser   ${board} of ${of} is rejected completely (${reason}): a second source is used for it`);
  for (const role of report.roles) console.log(`  ${role.role.padEnd(10)}${role.ready ? 'ready' : (role.why?.en ?? role.code ?? '')}`);
}

const addressOf = ({ host, port }: UpLock): string => `http://${shownHost(host)}:${port}`;

/** Null: nobody answers, or says no more than that it cannot. @throws FenshiError UNAUTHORIZED */
async function reportOf(lock: UpLock): Promise<Report | null> {
  const token = tokenOf();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${addressOf(lock)}/v1/status`, { headers, signal: AbortSignal.timeout(3000) }).catch(() => null);
  if (answer?.status === 401) throw unauthorized();
  return answer?.ok === true ? ((await answer.json().catch(() => null)) as Report | null) : null;
}

/** Follows /v1/stream with resume: a break of the gateway loses nothing. */
async function tail({ symbol, state, json }: TailFlags): Promise<void> {
  if (state !== undefined && !publicStates.includes(state as PublicState))
    throw new FenshiError('USAGE', `--state ${state}: expected ${publicStates.join(', ')}`);
  const lock = running();
  const filter = {
    ...(symbol === undefined ? {} : { symbol: [symbol] }),
    ...(state === undefined ? {} : { state: [state as PublicState] }),
  };
  const client = new StreamClient({
    url: `ws://${shownHost(lock.host)}:${lock.port}/v1/stream`,
    ch: 'opportunities',
    filter,
    ...(tokenOf() === undefined ? {} : { token: tokenOf()! }),
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  client.onEvents = (_seq, events) => {
    for (const event of events as StreamedEvent[]) console.log(json ? JSON.stringify(event) : line(event));
  };
  const ended = await new Promise<'signal' | 'gone' | number>((resolve) => {
    client.onTurnedAway = resolve;
    process.once('SIGINT', () => resolve('signal')).once('SIGTERM', () => resolve('signal'));
    setInterval(() => readUpLock()?.pid !== lock.pid && resolve('gone'), lookMs).unref();
    client.start();
  });
  client.stop();
  if (ended === closeCodes.unauthorized) throw unauthorized();
  if (typeof ended === 'number') throw new FenshiError('SERVICE_UNAVAILABLE', `the gateway turned the stream away with ${ended}`);
  if (ended === 'gone') throw new FenshiError('NOTHING_RUNS', `${lock.run} has ended`);
}

/** With what was asked and what it was, where anything was. */
function line({ id, change, opportunity }: StreamedEvent): string {
  const reason = opportunity.facts.endReason === null ? '' : ` ${String(opportunity.facts.endReason)}`;
  const why = sentenceOf(change.evidence, 'en');
  const said = `${clockOf(change.tsMs)}  ${opportunity.instrument}  ${(change.from ?? '·').padEnd(18)} → ${change.to}${reason}  ${change.event}  ${id}`;
  return why === '' ? said : `${said}\n          ${why}`;
}
