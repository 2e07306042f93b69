/** The two READMEs and the pages of contracts/spec: every line that a reader would type is one that there is, and what asks a gateway is run. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Config } from '../contracts/config.ts';
import { fenshiProgram } from '../engine/cli/program.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { DayState } from '../gateway/day-state.ts';
import { type Gateway, startGateway } from '../gateway/server.ts';
import { loadUws } from '../gateway/uws.ts';
import { generatedDay } from './support/days.ts';
import { gatewayOptions } from './support/gateway.ts';
import { freePort } from './support/test-broker.ts';

const run = promisify(execFile);
const pages = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', ...readdirSync('contracts/spec').map((name) => `contracts/spec/${name}`)];
type Block = { readonly page: string; readonly language: string; readonly text: string };
const blocks: readonly Block[] = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, text]) => ({
    page,
    language: language!,
    text: text!,
  })),
);
/** Words of a line as a shell has them, up to a comment. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/\s#\s.*$/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare!);
const lines = blocks
  .filter(({ language, text }) => ['', 'sh'].includes(language) && !/[─▶│]/.test(text))
  .flatMap(({ page, text }) => text.split('\n').map((line) => ({ page, line: line.trim() })))
  .filter(({ line }) => line !== '' && !line.startsWith('#'));
const inline = pages.flatMap((page) =>
  [
    ...readFileSync(page, 'utf8')
      .replaceAll(/^```[\s\S]*?^```/gm, '')
      .matchAll(/`((?:fenshi|npm run) [^`…|]+)`/g),
  ].map(([, line]) => ({ page, line: line! })),
);
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
const toolFile = {
  bench: 'scenarios/bench/main.ts',
  torture: 'scenarios/torture/main.ts',
  mutants: 'scenarios/mutants/main.ts',
  calibrate: 'scenarios/calibrate/main.ts',
};

/** @throws what commander says of a line that is none of its own */
async function understood(words: readonly string[]): Promise<boolean> {
  let isLeaf = false;
  const tame = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0)
      command.action(() => {
        isLeaf = true;
      });
    for (const each of command.commands) tame(each);
  };
  const program = await fenshiProgram();
  tame(program);
  await program.parseAsync(words, { from: 'user' });
  return isLeaf;
}

/** null for what stands as it should. */
async function faultOf(line: string): Promise<string | null> {
  const [name, ...rest] = wordsOf(line);
  if (name === 'fenshi')
    return understood(rest).then(
      (isLeaf) => (isLeaf ? null : 'a group, not a command'),
      (error: Error) => error.message,
    );
  if (name === 'npm') return npmFaultOf(rest);
  if (name === 'node') return existsSync(rest[0]!) ? null : 'no such file';
  if (['curl', 'alias', 'npx', 'cp', 'docker', 'git'].includes(name!)) return null;
  return 'nothing that is known here';
}

function npmFaultOf([first, ...rest]: readonly string[]): string | null {
  const name = first === 'run' ? rest[0]! : first!;
  if (name === 'pack') return null;
  if (scripts[name] === undefined) return 'no such script';
  const flags = rest.join(' ').split('-- ')[1]?.split(' ') ?? [];
  const file = toolFile[name as keyof typeof toolFile];
  if (flags.length === 0 || file === undefined) return null;
  const source = readFileSync(file, 'utf8');
  const unknown = flags.filter((flag, i) => {
    if (flag.startsWith('--')) return !new RegExp(`\\b${flag.slice(2)}\\b`).test(source);
    return flags[i - 1] === '--only' && name === 'bench' && !source.includes(`'${flag}'`);
  });
  return unknown.length === 0 ? null : `${file} knows no ${unknown.join(' ')}`;
}

describe('what a reader would type', () => {
  test('each line of a block is a command that there is, with options that it has', async () => {
    expect(lines.length).toBeGreaterThan(60);
    const faults = await Promise.all(lines.map(async ({ page, line }) => ({ page, line, fault: await faultOf(line) })));
    expect(faults.filter(({ fault }) => fault !== null)).toEqual([]);
  });

  test('so are those within sentences', async () => {
    expect(inline.length).toBeGreaterThan(20);
    const faults = await Promise.all(inline.map(async ({ page, line }) => ({ page, line, fault: await faultOf(line) })));
    // a sentence may speak of a command without what it takes, and a synopsis has brackets
    const isSpoken = ({ line, fault }: (typeof faults)[number]): boolean =>
      line.includes('[') || /^a group|missing required argument|required option/.test(fault ?? 'a group');
    expect(faults.filter((each) => !isSpoken(each))).toEqual([]);
  });

  test.each([
    ['fenshi raplay ticks.csv', /unknown command|too many/],
    ['fenshi replay ticks.csv --symbl 600519.SH', /unknown option/],
    ['fenshi source fault tencent', /missing required argument/],
    ['fenshi data', /^a group|outputHelp|help/],
    ['npm run benhc', /no such script/],
    ['npm run bench -- --only nothing', /knows no nothing/],
    ['node scenarios/none.mjs', /no such file/],
    ['brew install fenshi', /nothing that is known/],
  ])('%s would be noticed', async (line, fault) => {
    expect(await faultOf(line)).toMatch(fault);
  });

  test('both READMEs have the same lines', () => {
    const of = (page: string) => lines.filter((each) => each.page === page).map(({ line }) => wordsOf(line).join(' '));
    expect(of('README.zh-CN.md').map((line) => line.replace('自用', 'my own'))).toEqual(of('README.md'));
  });

  test('a configuration that is shown is one that is read', () => {
    const shown = blocks.filter(({ language }) => language === 'yaml');
    expect(shown.length).toBeGreaterThan(0);
    const withSecrets = (text: string): string =>
      text.replaceAll(/\$\{env:(\w+)\}/g, (_all, name: string) =>
        name.endsWith('URL') ? 'https://127.0.0.1/hook' : 'a-secret-of-sixteen',
      );
    for (const { text } of shown) expect(Config.safeParse(parse(withSecrets(text))).error?.issues ?? []).toEqual([]);
  });
});

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

describe.skipIf(reason !== '')(`what asks a gateway${reason === '' ? '' : ` (${reason})`}`, () => {
  let port: number;
  let gateway: Gateway;
  let count: number;
  beforeAll(async () => {
    if (loaded instanceof Error) return;
    const made = generatedDay({ count: 40, until: '10:30' });
    const day = new DayState('test-1');
    for (const step of foldDay(made.bundle, made.entries).steps) day.apply(made.bundle.tradeDate, step);
    day.caughtUp = true;
    count = day.book.size;
    port = await freePort();
    gateway = await startGateway(loaded, gatewayOptions(day, port, {}));
  });
  afterAll(() => gateway?.close());

  const asking = lines.filter(({ page, line }) => page === 'README.md' && /^(curl|npx wscat)/.test(line));
  test.each(asking.map(({ line }) => line))('%s', async (line) => {
    const [name, ...rest] = wordsOf(line.replaceAll('127.0.0.1:8787', `127.0.0.1:${port}`));
    // curl ends with 28 when the time it was given is over: that is what was asked
    const { stdout } = await run(name!, rest, { encoding: 'utf8' }).catch((error: { code: number; stdout: string }) => {
      if (error.code !== 28) throw error;
      return error;
    });
    expect(count).toBeGreaterThan(3);
    if (line.includes('/v1/opportunities')) expect((JSON.parse(stdout) as { items: unknown[] }).items).toHaveLength(Math.min(5, count));
    else expect(stdout).toMatch(/"recovered":false,"part":1,"parts":\d+,"snapshot":\[\{"id":"20261123\./);
  });
  test('all of them were met', () => {
    expect(asking).toHaveLength(3);
  });
});
