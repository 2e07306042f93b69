/** `fenshi strategy …`: strategies of one's own, from a new folder to a run (contracts/spec/strategies.md). */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { opsPortOf } from '../../../contracts/roles.ts';
import { strategyModes } from '../../../contracts/signal.ts';
import { dataDir } from '../../runtime/paths.ts';
import { fitsEngine, invalid, paramsOf, readStrategy, signatureFile } from '../../sandbox/manifest.ts';
import { Seat } from '../../sandbox/seat.ts';
import { indexShelf, searchShelf, shelfFile, takeFromShelf } from '../../sandbox/shelf.ts';
import { StrategyStore, signatureOf, versionsOf } from '../../sandbox/store.ts';
import { codeTemplate, manifestTemplate } from '../../sandbox/template.ts';
import { readUpLock } from '../up-lock.ts';
import { type TryFlags, tryStrategy } from './strategy-try.ts';

const examples = `
Examples: fenshi strategy new my-surge
          fenshi strategy check my-surge
          fenshi strategy try my-surge ticks.csv.gz
          fenshi strategy install my-surge --unsigned
          fenshi strategy enable my-surge shadow
          fenshi strategy ls
Exit codes: 0 done, 1 refused with a code`;

export function registerStrategy(program: Command): void {
  const strategy = program.command('strategy').description('strategies of your own: make, check, try, install, turn on and off');
  const add = (name: string, what: string): Command => strategy.command(name).description(what).addHelpText('after', examples);
  const store = (): StrategyStore => new StrategyStore(dataDir);
  add('new <folder>', 'a folder with a strategy that works, to begin from').action(create);
  add('check <folder>', 'read its manifest and code and load it once').action(check);
  add('try <folder> <input>', 'step it through recorded days: tick files or a folder of them')
    .option('--date <yyyymmdd>', 'only this day')
    .option('--params <file>', 'its parameters, as JSON')
    .option('--json', 'print one JSON object a day')
    .action((folder: string, input: string, flags: TryFlags) => tryStrategy(folder, input, flags));
  add('sign <folder>', 'sign it with an Ed25519 key')
    .requiredOption('--key <file>', 'private key in PEM; made, with its public one beside it, where there is none')
    .action((folder: string, { key }: { readonly key: string }) => signFolder(folder, key));
  add('trust <name> <key>', 'strategies signed by this public key (PEM file) are installed without asking').action(
    (name: string, key: string) => console.log(`trusted: ${name} ${store().trust(name, readFileSync(key, 'utf8'))}`),
  );
  add('index <shelf>', 'write the index of a folder of strategies, to be handed on as a whole').action(index);
  add('search <shelf> [word]', 'what is on a shelf, by part of its id or label')
    .option('--json', 'print as JSON')
    .action((shelf: string, word: string | undefined, { json }: { readonly json?: boolean }) => search(shelf, word, json === true));
  add('install <folder>', 'copy it into the store; its version becomes the current one')
    .option('--unsigned', 'although no trusted key signed it')
    .option('--from <shelf>', 'the newest that fits of this id, or id@version, on a shelf')
    .action((folder: string, { unsigned = false, from }: { readonly unsigned?: boolean; readonly from?: string }) =>
      install(store(), from === undefined ? resolve(folder) : takeFromShelf(resolve(from), folder), unsigned),
    );
  add(
    'enable <id> [mode]',
    'in the next demo or the next day a live run opens: shadow (journaled only), canary (one symbol in ten) or active',
  )
    .option('--params <file>', 'its parameters, as JSON')
    .action((id: string, mode: string | undefined, flags: { readonly params?: string }) =>
      enable(store(), id, mode ?? 'shadow', flags.params),
    );
  add('disable <id>', 'in the next demo or the next day a live run opens').action((id: string) => {
    store().disable(id);
    console.log(`${id}: off${atNextStart(`; at once: fenshi control disable ${id}`)}`);
  });
  add('rollback <id>', 'to the version before').action((id: string) => console.log(`${id}: ${store().rollback(id)}${atNextStart()}`));
  add('remove <id>', 'take every version out of the store').action((id: string) => {
    store().remove(id);
    console.log(`${id}: removed`);
  });
  add('ls', 'what is installed')
    .option('--json', 'print as JSON')
    .action(({ json }: { readonly json?: boolean }) => list(store(), json === true));
}

/** @throws FenshiError USAGE, STRATEGY_INVALID */
function create(folder: string): void {
  const dir = resolve(folder);
  if (existsSync(dir)) throw new FenshiError('USAGE', `${folder} is there already`);
  const id = dir.split('/').at(-1)!;
  const manifest = manifestTemplate(id);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'strategy.json'), manifest);
  writeFileSync(join(dir, 'index.mjs'), codeTemplate);
  readStrategy(dir);
  console.log(`${folder}: strategy.json, index.mjs; next: fenshi strategy check ${folder}`);
}

/** @throws FenshiError STRATEGY_INVALID */
async function check(folder: string): Promise<void> {
  const strategy = readStrategy(resolve(folder));
  const { id, version, features } = strategy.manifest;
  const seat = await Seat.take(strategy, paramsOf(strategy.manifest, {}), { output: 'inherit' });
  const symbol = '600519.SH';
  // what a strategy meets first in life: a symbol of which nothing is known yet
  if (seat.fault === null) await seat.ask([{ symbol, tsMs: 0, features: Object.fromEntries(features.map((each) => [each, null])) }]);
  const { fault } = seat;
  seat.close();
  if (fault !== null) throw invalid(`${fault.code}: ${fault.message}`);
  console.log(`${id} ${version}: ok, sha256 ${strategy.sha256}`);
}

/** @throws FenshiError STRATEGY_INVALID */
function signFolder(folder: string, keyFile: string): void {
  const { sha256 } = readStrategy(resolve(folder));
  if (!existsSync(keyFile)) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(`${keyFile}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
    console.log(`made ${keyFile} and ${keyFile}.pub`);
  }
  writeFileSync(join(folder, signatureFile), signatureOf(sha256, createPrivateKey(readFileSync(keyFile, 'utf8'))));
  console.log(`signed: ${join(folder, signatureFile)}`);
}

/** @throws FenshiError NOT_FOUND, STRATEGY_INVALID */
function index(shelf: string): void {
  const listed = indexShelf(resolve(shelf), (path, why) => console.log(`${path}: left out, ${why}`));
  console.log(`${join(shelf, shelfFile)}: ${listed.length} ${listed.length === 1 ? 'strategy' : 'strategies'}`);
}

/** @throws FenshiError NOT_FOUND, STRATEGY_INVALID */
function search(shelf: string, word: string | undefined, json: boolean): void {
  const found = searchShelf(resolve(shelf), word);
  if (json) return console.log(JSON.stringify({ strategies: found }));
  if (found.length === 0) console.log('none');
  for (const { id, version, engine, label } of found)
    console.log(`${id.padEnd(24)} ${version.padEnd(10)} ${label.zh} / ${label.en}${fitsEngine(engine) ? '' : `, for ${engine}`}`);
}

function install(store: StrategyStore, folder: string, unsigned: boolean): void {
  const { strategy, signedBy, turnedOff } = store.install(folder, { unsigned });
  const { id, version } = strategy.manifest;
  if (turnedOff) console.log(`${id}: turned off, for ${version} does not know the parameters it ran under`);
  console.log(
    `${id} ${version}: installed, ${signedBy === null ? 'not signed' : `signed by ${signedBy}`}; next: fenshi strategy enable ${id} shadow`,
  );
}

/** @throws FenshiError USAGE, NOT_FOUND, STRATEGY_INVALID */
function enable(store: StrategyStore, id: string, mode: string, paramsFile: string | undefined): void {
  const known = strategyModes.find((each) => each === mode);
  if (known === undefined) throw new FenshiError('USAGE', `${mode}: expected shadow, canary or active`);
  store.enable(id, known, paramsFile === undefined ? undefined : jsonOf(paramsFile));
  console.log(`${id}: ${mode}${atNextStart()}`);
}

/** @throws FenshiError USAGE */
export function jsonOf(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new FenshiError('USAGE', `${file}: ${(error as Error).message}`);
  }
}

const atNextStart = (more = ''): string => (readUpLock() === null ? '' : `, in the next demo or the next day a live run opens${more}`);

type Seen = { readonly id: string; readonly asked: number; readonly fault: { readonly code: string; readonly message: string } | null };

/** What the run that is up says of its strategies; nothing where none is. */
async function seen(): Promise<ReadonlyMap<string, Seen>> {
  const lock = readUpLock();
  if (lock === null) return new Map();
  const address = `http://127.0.0.1:${opsPortOf('sandbox', lock.opsPort)}/readyz`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.json() as Promise<{ checks?: { strategies?: readonly Seen[] } }>,
    () => null,
  );
  return new Map((answer?.checks?.strategies ?? []).map((each) => [each.id, each]));
}

const lifeOf = (life: Seen | undefined): string =>
  life === undefined
    ? ''
    : life.fault === null
      ? `; runs, asked ${life.asked} times`
      : `; ended: ${life.fault.code}, ${life.fault.message.split('\n')[0]}`;

async function list(store: StrategyStore, json: boolean): Promise<void> {
  const rows = store.list();
  const lives = await seen();
  if (json) {
    for (const [id, entry] of rows)
      console.log(JSON.stringify({ id, ...entry, current: entry.history.at(-1), running: lives.get(id) ?? null }));
    return;
  }
  if (rows.length === 0) console.log('none; fenshi strategy new <folder> makes one');
  for (const [id, entry] of rows) {
    const current = entry.history.at(-1)!;
    const signedBy = entry.versions[current]?.signedBy ?? null;
    const others = versionsOf(entry).filter((version) => version !== current);
    const more = others.length === 0 ? '' : `, also ${others.join(', ')}`;
    console.log(
      `${id.padEnd(24)} ${current.padEnd(10)} ${entry.mode.padEnd(7)} ${signedBy === null ? 'not signed' : `signed by ${signedBy}`}${more}${lifeOf(lives.get(id))}`,
    );
  }
}
