/** `fenshi control …`: what an operator may ask of the run that is up here; the answer is the journal step it caused. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Command as Program } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { paramHashOf } from '../../../contracts/process/param-hash.ts';
import { Command } from '../../../contracts/tape.ts';
import { InstrumentId, instrumentNo } from '../../../contracts/units.ts';
import { accessFor } from '../../log/broker.ts';
import { connectBroker } from '../../log/connect.ts';
import { askControl } from '../../log/control.ts';
import { runDir } from '../../runtime/paths.ts';
import { readUpLock } from '../up-lock.ts';

type Flags = { readonly id?: string; readonly wait: string; readonly json?: boolean };
const examples = `
Examples: fenshi control risk market 2 hold
          fenshi control risk symbol.SH.600519 3 end
          fenshi control dismiss 20261126.SH.600519.up.momentum.1
          fenshi control promote rally shadow
          fenshi control params rally params.json 5d0c9a3e7f21b684
Exit codes: 0 accepted, 1 refused with the cell's code, nothing runs, or CONTROL_PENDING`;

export function registerControl(program: Program): void {
  const control = program.command('control').description('commands to the run on this machine');
  const add = (name: string, what: string, make: (...words: string[]) => unknown) =>
    control
      .command(name)
      .description(what)
      .option('--id <id>', 'idempotency key: a repeated id is carried out once')
      .option('--wait <seconds>', 'how long to wait for the answer', '5')
      .option('--json', 'print as JSON')
      .addHelpText('after', examples)
      .action(async (...given: unknown[]) => {
        const words = given.slice(0, -2).flat() as string[];
        await ask(make(...words), given.at(-2) as Flags);
      });
  add(
    'risk <scope> <level> [policy]',
    'risk level 0 to 3 of market, sector.<code>, symbol.<ex>.<code>, strategy.<id>; policy hold or end',
    (scope, level, policy) => ({
      name: 'risk',
      scope,
      level: Number(level),
      policy: policy ?? 'hold',
    }),
  );
  add(
    'override <scope> <level>',
    'for ten minutes the watches of a scope count for no more than this level; what was set by hand stands; 3 takes it back',
    (scope, level) => ({ name: 'override', scope, level: Number(level) }),
  );
  add(
    'account <day-loss> <drawdown> <largest> <stops>',
    'figures of a trading account, shares of its equity, - for unknown: at 2 %, 6 %, 10 % or 5 stops in a row nothing new opens',
    (...figures) => {
      const [dayLoss, drawdown, largest, stopsInRow] = figures.map((each) => (each === '-' ? null : Number(each)));
      return { name: 'account', figures: { dayLoss, drawdown, largest, stopsInRow } };
    },
  );
  add('dismiss <opportunity>', 'end an opportunity by hand', (opportunity) => ({ name: 'dismiss', opportunity }));
  add('disable <strategy>', 'a strategy looks at nothing more today', (detector) => ({ name: 'disable', detector }));
  add('enable <strategy>', 'and looks again', (detector) => ({ name: 'enable', detector }));
  add('promote <strategy> <mode>', 'shadow, canary or active', (strategy, mode) => ({ name: 'promote', strategy, mode }));
  add(
    'params <strategy> <file> [from]',
    'whole parameters from a JSON file; with the paramHash they were read with, refused where somebody has changed them since',
    (strategy, file, from) => paramsCommand(strategy!, file!, from),
  );
  add('model <strategy> <model>', 'speak from the maps of a model that the day has; none: its own again', (strategy, model) => ({
    name: 'model',
    strategy,
    modelId: model === 'none' ? null : model,
  }));
  add(
    'stage <strategy> <model> <state>',
    'a step of a model’s life: candidate, shadow, canary, active, retired; forward one at a time',
    (strategy, modelId, state) => ({ name: 'stage', strategy, modelId, state }),
  );
  add('rollback <strategy>', 'retire the model that was let speak last; who spoke before it speaks again', (strategy) => ({
    name: 'rollback',
    strategy,
  }));
  add(
    'config <values...>',
    'values of opportunities and universe from here on, such as opportunities.liveMax=100; what lives keeps its cool-down and a plan that was confirmed',
    (...values) => configCommand(values),
  );
  add('watch [instruments...]', 'whose features VIEW publishes', (...ids) => ({ name: 'watch', instruments: ids.map(numberOf) }));
  add('skip <date> <n>', 'pass over an entry that crashes the engine', (tradeDate, n) => ({ name: 'skip', tradeDate, n: Number(n) }));
  add('fence', 'hand over to another version at this entry', () => ({ name: 'fence' }));
}

/** @throws FenshiError USAGE */
function paramsCommand(strategy: string, file: string, from: string | undefined) {
  let params: unknown;
  try {
    params = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new FenshiError('USAGE', `${file}: ${(error as Error).message}`);
  }
  return { name: 'params', strategy, params, paramHash: paramHashOf(params), ...(from === undefined ? {} : { from }) };
}

/** `section.name=value`, the value as JSON has it. @throws FenshiError USAGE */
function configCommand(values: readonly (string | undefined)[]) {
  const config: Record<string, Record<string, unknown>> = {};
  for (const given of values) {
    const [, section, name, value] = /^(\w+)\.(\w+)=(.+)$/.exec(given ?? '') ?? [];
    if (section === undefined || name === undefined || value === undefined)
      throw new FenshiError('USAGE', `${given}: expected a value such as opportunities.liveMax=100`);
    config[section] = { ...config[section], [name]: jsonOf(value) };
  }
  return { name: 'config', config };
}
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @throws FenshiError USAGE */
function numberOf(id: string | undefined): number {
  const parsed = InstrumentId.safeParse(id);
  if (!parsed.success) throw new FenshiError('USAGE', `${id}: expected a symbol such as 600519.SH`);
  return instrumentNo(parsed.data);
}

/** @throws FenshiError USAGE, NOTHING_RUNS, CONTROL_REFUSED, CONTROL_PENDING */
async function ask(given: unknown, { id, wait, json }: Flags): Promise<void> {
  const command = Command.safeParse(given);
  if (!command.success)
    throw new FenshiError('USAGE', command.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const waitMs = Number(wait) * 1000;
  if (!(waitMs > 0 && waitMs <= 600_000)) throw new FenshiError('USAGE', `--wait ${wait}: expected seconds, up to 600`);
  const lock = readUpLock();
  if (lock === null) throw new FenshiError('NOTHING_RUNS', 'nothing runs here; start it with `npm start`');
  const nc = await connectBroker(accessFor(runDir(lock.run), lock.natsPort, 'control'), 'fenshi-control');
  try {
    const commandId = id ?? randomUUID();
    const answer = await askControl(jetstream(nc), await jetstreamManager(nc), lock.run, { commandId, command: command.data, waitMs });
    if (json === true) console.log(JSON.stringify({ run: lock.run, commandId, ...answer }));
    else if (answer.accepted) console.log(`accepted at step ${answer.step} of ${answer.tradeDate}`);
    if (!answer.accepted) throw new FenshiError('CONTROL_REFUSED', `${answer.code} at step ${answer.step} of ${answer.tradeDate}`);
  } finally {
    await nc.close();
  }
}
