import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../../contracts/codec.ts';
import { JournalStep } from '../../contracts/journal.ts';
import { streams } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { collect } from '../../scenarios/support/collect.ts';
import { firstLines } from '../../scenarios/support/lines.ts';
import { freePort, freePorts } from '../../scenarios/support/test-broker.ts';
import { accessFor, startBroker } from '../log/broker.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { foldDay } from '../runtime/fold.ts';
import { readPosition } from '../runtime/position.ts';
import { StrategyStore } from '../sandbox/store.ts';
import { manifestTemplate } from '../sandbox/template.ts';

const noGateway = await import('uWebSockets.js').then(
  () => '',
  (error: Error) => error.message.split('\n')[0]!,
);
const run = promisify(execFile);

/** What strategies do that are ended for it, and the code that says so. */
const hostile = {
  exits: { decide: 'process.exit(0);', code: 'EXITED' },
  floods: {
    decide: 'return Array.from({ length: 1_000_000 }, () => ({ symbol: moments[0].symbol, score: 1 }));',
    code: 'TOO_MANY|TOO_BIG|TOO_SLOW|EXITED',
  },
  leaks: {
    decide: 'globalThis.kept ??= []; for (let i = 0; i < 128; i++) kept.push(Buffer.alloc(8 << 20, 1)); return [];',
    code: 'TOO_BIG|TOO_SLOW|EXITED',
  },
  loops: { decide: 'for (;;);', code: 'TOO_SLOW' },
  throws: { decide: "throw new Error('no');", code: 'THREW' },
} as const;

const canaries = { tushare: 'canary-tushare-7c1e90', url: 'canary-hook-path-d02b4f', secret: 'canary-hook-secret-55aa31' };

describe.skipIf(noGateway !== '')(`fenshi up${noGateway === '' ? '' : ` (${noGateway})`}`, () => {
  let env: NodeJS.ProcessEnv;
  let dir: string;
  let up: Up;
  /** A token that may command. */
  let operator = '';

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fenshi-up-'));
    env = {
      ...process.env,
      FENSHI_DATA: dir,
      FENSHI__SERVER__PORT: String(await freePort()),
      FENSHI__NATS__PORT: String(await freePort()),
      FENSHI__OPS__PORT: String(await freePorts(8)),
      FENSHI__DEMO__SCALE: 'tiny',
      FENSHI__DEMO__SPEED: '120',
      FENSHI__LOG__LEVEL: 'debug',
      // what must be seen nowhere
      FENSHI__TUSHARE__TOKEN: canaries.tushare,
      FENSHI__NOTIFY__CHANNELS__HOOK__KIND: 'webhook',
      FENSHI__NOTIFY__CHANNELS__HOOK__URL: `http://127.0.0.1:9/${canaries.url}`,
      FENSHI__NOTIFY__CHANNELS__HOOK__SECRET: canaries.secret,
      FENSHI__NOTIFY__RULES: JSON.stringify([{ id: 'all', about: 'opportunity', channels: ['hook'] }]),
    };
    strategyOn('mine', 'export default { decide: (moments) => moments.map(({ symbol }) => ({ symbol, score: 0.9 })) };');
    for (const [id, { decide }] of Object.entries(hostile)) strategyOn(id, `export default { decide(moments) { ${decide} } };`);
    up = await Up.start(env);
  });
  afterAll(async () => {
    await up.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A strategy of one's own in the run's store, on. */
  function strategyOn(id: string, code: string): void {
    const from = mkdtempSync(join(tmpdir(), 'fenshi-up-strategy-'));
    writeFileSync(join(from, 'strategy.json'), manifestTemplate(id));
    writeFileSync(join(from, 'index.mjs'), code);
    const store = new StrategyStore(dir);
    store.install(from, { unsigned: true });
    store.enable(id, 'active');
    rmSync(from, { recursive: true });
  }

  const fenshi = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    run(process.execPath, ['engine/cli/launch.mjs', 'engine/cli/main.ts', ...args], { env: { ...env, ...more } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );

  test('status --json says what runs and that it is ready', async () => {
    const said = async (): Promise<unknown> => {
      const { code, stdout } = await fenshi(['status', '--json']);
      return [code, JSON.parse(stdout)];
    };
    await expect
      .poll(said, { timeout: 300_000 })
      .toMatchObject([0, { run: 'demo-1', ready: true, port: Number(env.FENSHI__SERVER__PORT) }]);
  });

  test('a second instance is told who is here', async () => {
    const { code, stderr } = await fenshi(['up']);

    expect(code).toBe(1);
    expect(stderr).toContain(`RUN_LOCKED: fenshi already runs here: demo-1, pid ${up.pid}`);
  });

  test('a taken port is named with the key that changes it, and leaves no lock behind', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const elsewhere = mkdtempSync(join(tmpdir(), 'fenshi-up-'));
    const { code, stderr } = await fenshi(['up'], { FENSHI_DATA: elsewhere, FENSHI__SERVER__PORT: String(port) });
    other.close();

    expect(code).toBe(1);
    expect(stderr).toContain(`PORT_IN_USE: 127.0.0.1:${port} is taken; set server.port`);
    expect(existsSync(join(elsewhere, 'up.lock'))).toBe(false);
  });

  test('tail prints transitions as they come, as text and as JSON', async () => {
    const json = await up.linesOf(['tail', '--json'], 2);
    const [text] = await up.linesOf(['tail'], 1);

    for (const line of json) expect(JSON.parse(line).change.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(text).toMatch(/^\d\d:\d\d:\d\d {2}\d{6}\.(SH|SZ|BJ) .* → /);
  });

  test('a command is answered by the journal step it caused, once for its id, and a refusal says why', async () => {
    const asked = (...words: string[]) => fenshi(['control', ...words, '--wait', '120', '--json']);
    const first = await asked('risk', 'market', '1', 'hold', '--id', 'quiet-1');
    const again = await asked('risk', 'market', '1', 'hold', '--id', 'quiet-2');
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(JSON.parse(again.stdout).step).toBeGreaterThan(JSON.parse(first.stdout).step);
    expect(JSON.parse(first.stdout)).toMatchObject({ run: 'demo-1', commandId: 'quiet-1', accepted: true, code: null });

    const refused = await asked('dismiss', 'nobody');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('CONTROL_REFUSED: NOT_FOUND at step')]);
    const fenced = await asked('fence');
    expect(fenced.stderr).toContain('CONTROL_REFUSED: NOT_SUPPORTED');
    const file = join(dir, 'params.json');
    writeFileSync(file, '{}');
    const behind = await asked('params', 'rally', file, 'before-somebody-else');
    expect(behind.stderr).toContain('CONTROL_REFUSED: PARAMS_CHANGED');
    const twice = await asked('risk', 'market', '1', 'hold', '--id', 'quiet-1');
    expect(JSON.parse(twice.stdout), 'the same command again').toEqual(JSON.parse(first.stdout));
    expect((await fenshi(['control', 'risk', 'market', '7'])).stderr).toContain('USAGE: level');
    // the configuration and the life of a model, at a place of the tape
    expect(JSON.parse((await asked('config', 'opportunities.liveMax=150', 'universe.adv20Min=2e7')).stdout)).toMatchObject({
      accepted: true,
    });
    expect((await asked('config', 'opportunities.liveMax')).stderr).toContain('USAGE: opportunities.liveMax: expected a value such as');
    expect((await asked('config', 'opportunities.liveMax=many')).stderr).toContain('USAGE: config.opportunities.liveMax');
    expect((await asked('stage', 'rally', 'nobody', 'shadow')).stderr).toContain('CONTROL_REFUSED: NOT_FOUND');
    expect((await asked('stage', 'rally', 'nobody', 'loud')).stderr).toContain('USAGE: state');
    expect((await asked('rollback', 'rally')).stderr).toContain('CONTROL_REFUSED: NOTHING_TO_ROLL_BACK');
  });

  test('a strategy of one’s own speaks through the tape; those that loop, throw, leak a gigabyte, flood or exit are ended and disabled there, and the run goes on', async () => {
    const nc = await connectBroker(accessFor(join(dir, 'demo-1'), Number(env.FENSHI__NATS__PORT), 'subscriber'), 'test');
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    const stream = streams('demo-1').journal;
    let [own, after] = [false, 0];
    const ended = new Set<string>();
    try {
      const { state } = await jsm.streams.info(stream);
      for await (const { body } of streamFrom(js, stream, state.first_seq)) {
        const { entries } = JournalStep.parse(decode(body));
        own ||= entries.some((entry) => entry.kind === 'signal' && entry.signal.strategy.id === 'mine');
        for (const entry of entries) {
          const named =
            entry.kind === 'control' && entry.command === 'disable' && entry.accepted ? /^sandbox-([a-z]+)/.exec(entry.commandId) : null;
          if (named !== null) ended.add(named[1]!);
        }
        if (ended.size === Object.keys(hostile).length) after += 1;
        if (own && after > 20) break;
      }
    } finally {
      await nc.close();
    }
    expect([...ended].sort()).toEqual(Object.keys(hostile));
    for (const [id, { code }] of Object.entries(hostile))
      expect(up.log).toMatch(new RegExp(`"event":"strategy.ended","strategy":"${id}","code":"(?:${code})"`));
    expect(up.log).not.toContain('"event":"strategy.ended","strategy":"mine"');
    const { stdout } = await fenshi(['strategy', 'ls']);
    expect(stdout).toMatch(/^loops .* active .*; ended: TOO_SLOW, no answer within 2000 ms\nmine .* active .*; runs, asked \d+ times$/m);
    expect(stdout.match(/; ended: /g)).toHaveLength(Object.keys(hostile).length);
  });

  test('its secrets are on no page, in no answer and no metric, though they are used', async () => {
    operator = (await fenshi(['token', 'create', 'canary', '--role', 'operator'])).stdout.trim();
    const base = `http://127.0.0.1:${env.FENSHI__SERVER__PORT}`;
    const headers = { authorization: `Bearer ${operator}`, 'content-type': 'application/json' };
    // used, wrongly too: what refuses them must not say them back
    await fenshi(['notify', 'test', 'hook']);
    const dismiss = { method: 'POST', body: JSON.stringify({ name: 'dismiss', opportunity: 'nobody' }) };
    const asked = [
      fetch(`${base}/v1/notifications/test`, { method: 'POST', headers, body: JSON.stringify({ channel: 'hook' }) }),
      fetch(`${base}/v1/commands`, { ...dismiss, headers }),
      fetch(`${base}/v1/commands`, { ...dismiss, headers: { ...headers, 'idempotency-key': operator } }),
      fetch(`${base}/v1/commands`, { ...dismiss, headers: { ...headers, authorization: `Bearer ${operator}x` } }),
    ];
    const answers = (await Promise.all(asked)).map(({ status }) => status);
    expect(answers, 'each of them reached its handler').toEqual([200, 409, 400, 401]);
    for (const path of ['/', '/docs', '/v1/openapi.json', '/v1/config', '/v1/notifications', '/v1/consumers', '/v1/sources', '/readyz'])
      asked.push(fetch(base + path, { headers }));
    const texts = await Promise.all(
      asked.map(async (answer) => JSON.stringify([...(await answer).headers]) + (await (await answer).text())),
    );
    let told = 0;
    const first = Number(env.FENSHI__OPS__PORT);
    for (const port of Array.from({ length: 8 }, (_, i) => first + i))
      for (const path of ['metrics', 'readyz']) {
        // of a role that does not run here nobody answers
        const text = await fetch(`http://127.0.0.1:${port}/${path}`).then(
          (answer) => answer.text(),
          () => null,
        );
        if (text === null) continue;
        texts.push(text);
        told += 1;
      }
    expect(told).toBeGreaterThan(10);
    expect(texts.filter((text) => text.includes('(hidden)')).length).toBeGreaterThan(0);
    expect(texts.flatMap((text, i) => secretsIn(text).map((name) => `${i}: ${name}`))).toEqual([]);
  });

  /** Which secrets of the run a text has; the passwords of its broker are of each run anew. */
  function secretsIn(text: string): string[] {
    const passwords = JSON.parse(readFileSync(join(dir, 'demo-1', 'secrets.json'), 'utf8')) as Record<string, string>;
    return Object.entries({ ...canaries, operator, ...passwords }).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
  }

  test('SIGTERM stops the roles in order and loses nothing: JOURNAL is the fold of TAPE as far as it goes', async () => {
    const { code, log } = await up.stop();

    expect(code).toBe(0);
    expect(existsSync(join(dir, 'up.lock'))).toBe(false);
    const stopped = [...log.matchAll(/"event":"(scenarios|feed|engine|gateway|store|query)\.stopped"/g)].map(([, role]) => role);
    expect(stopped).toEqual(['scenarios', 'feed', 'engine', 'gateway', 'query', 'store']);
    expect(log).toMatch(/"event":"notify.not-sent","channel":"hook"/);
    expect(log).toContain('"event":"notify.stopped"');
    expect(log).toContain('"event":"sandbox.stopped"');

    expect(readPosition(join(dir, 'demo-1'))).toBeNull();
    const { tape, journal } = await storedBy(dir, Number(env.FENSHI__NATS__PORT));
    const [open] = tape;
    if (open?.type !== 'day.open') throw new Error('no day.open');
    const { steps } = foldDay(loadBundle(join(dir, 'bundles'), open.bundle), tape);
    expect(tape.some(({ type }) => type === 'ext')).toBe(true);
    expect(journal.length).toBeGreaterThan(20);
    expect(journal.map(({ hash }) => hash)).toEqual(steps.slice(0, journal.length).map(({ hash }) => hash));
  });

  test('nor in the log, the streams, or any file but those that hold them', () => {
    expect(secretsIn(up.log)).toEqual([]);
    const held = ['demo-1/secrets.json', 'auth/'];
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files.length).toBeGreaterThan(20);
    const found = files.flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name).slice(dir.length + 1);
      return held.some((begin) => path.startsWith(begin))
        ? []
        : secretsIn(readFileSync(join(dir, path), 'latin1')).map((which) => `${path}: ${which}`);
    });
    expect(found).toEqual([]);
  });

  test('where nothing runs no command is taken', async () => {
    const { code, stderr } = await fenshi(['control', 'risk', 'market', '0']);

    expect([code, stderr]).toEqual([1, expect.stringContaining('NOTHING_RUNS')]);
  });

  test('where nothing runs there is no vendor to break, and a folder without day files is not served', async () => {
    const { code, stderr } = await fenshi(['source', 'fault', 'tencent', 'ban']);

    expect(code).toBe(1);
    expect(stderr).toContain('NOTHING_RUNS: no demo with emulated vendors runs here');
    const served = await fenshi(['up', '--recorded', join(dir, 'nowhere')]);
    expect([served.code, served.stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
    const both = await fenshi(['up', '--recorded', dir, '--run', 'demo-1']);
    expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('USAGE')]);
  });

  test('--run goes on where it stopped', async () => {
    up = await Up.start(env, '--run', 'demo-1');
    // a role that a busy machine keeps from speaking for some seconds is away, and says so
    const status = async (): Promise<unknown> => JSON.parse((await fenshi(['status', '--json'])).stdout);
    await expect.poll(status, { timeout: 300_000 }).toMatchObject({ run: 'demo-1', ready: true });
    expect((await up.stop()).log).toContain('"fromCheckpoint":true');
  });
});

/** What the run's streams hold, read through a broker of our own on its store. */
async function storedBy(dir: string, port: number) {
  const runDir = join(dir, 'demo-1');
  const broker = await startBroker({
    program: process.env.NATS_SERVER ?? 'nats-server',
    configFile: 'nats.conf',
    dir: runDir,
    run: 'demo-1',
    port,
  });
  const nc = await connectBroker(accessFor(runDir, port, 'engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  const names = streams('demo-1');
  const tape = await collect(js, jsm, names.tape, decodeTape);
  const journal = await collect(js, jsm, names.journal, (body) => JournalStep.parse(decode(body)));
  await nc.close();
  await broker.stop();
  return { tape, journal };
}

/** A running `fenshi up` and what it prints. */
class Up {
  readonly #child: ChildProcess;
  readonly #env: NodeJS.ProcessEnv;
  #log = '';

  private constructor(child: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#child = child;
    this.#env = env;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  static async start(env: NodeJS.ProcessEnv, ...flags: string[]): Promise<Up> {
    const args = ['engine/cli/launch.mjs', 'engine/cli/main.ts', 'up', ...flags];
    const up = new Up(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }), env);
    await new Promise<void>((resolve, reject) => {
      up.#child.stderr!.on('data', () => {
        if (up.#log.includes('fenshi: ready')) resolve();
      });
      up.#child.once('exit', () => reject(new Error(`did not come up: ${up.#log}`)));
    });
    return up;
  }

  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async stop(): Promise<{ code: number | null; log: string }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await new Promise((resolve) => this.#child.once('close', resolve));
    }
    return { code: this.#child.exitCode, log: this.#log };
  }

  linesOf(args: readonly string[], count: number): Promise<string[]> {
    return firstLines(['engine/cli/launch.mjs', 'engine/cli/main.ts', ...args], count, this.#env);
  }
}
