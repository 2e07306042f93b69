/** Strategies of one's own: the tutorial of contracts/spec/strategies.md from its own text, the store, and every way to break a bound. */
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../contracts/config.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from '../cell/cell.ts';
import { registeredDetectors } from '../reference/shipped.ts';
import { foldDay } from '../runtime/fold.ts';
import { EndedStrategies } from './ended.ts';
import { paramsOf, readStrategy } from './manifest.ts';
import { Seat, type ShownMoment } from './seat.ts';
import { Seated, withEnabled } from './seating.ts';
import { StrategyStore, signatureOf } from './store.ts';
import { codeTemplate, manifestTemplate } from './template.ts';
import { stepped } from './try-day.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-sandbox-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A strategy folder; `manifest` over the template's. */
function folder(id: string, code: string = codeTemplate, manifest: object = {}): string {
  const path = join(dir, `${id}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(path);
  const whole = { ...(JSON.parse(manifestTemplate(id)) as object), ...manifest };
  writeFileSync(join(path, 'strategy.json'), JSON.stringify(whole));
  writeFileSync(join(path, 'index.mjs'), code);
  return path;
}
const shown: readonly ShownMoment[] = ['600519.SH', '000001.SZ'].map((symbol) => ({
  symbol,
  tsMs: 1,
  features: { ret_3m: 0.02, amtZ1m: 3, nar1m: 0.5 },
}));

describe('the tutorial', () => {
  const page = readFileSync('contracts/spec/strategies.md', 'utf8');
  const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;
  let day: GeneratedDay;
  beforeAll(() => {
    day = generatedDay({ seed: 3, count: 60, until: '10:30', faulty: false });
  });

  test('shows what `fenshi strategy new` writes', () => {
    expect(JSON.parse(block('json'))).toEqual(JSON.parse(manifestTemplate('my-surge')));
    expect(block('js')).toBe(codeTemplate);
  });

  test('its strategy goes from the page through the store into a day and opens what the engine follows; the tape replays without it', async () => {
    const from = join(dir, 'my-surge');
    mkdirSync(from);
    writeFileSync(join(from, 'strategy.json'), block('json'));
    writeFileSync(join(from, 'index.mjs'), block('js'));
    const store = new StrategyStore(join(dir, 'data'));
    store.install(from, { unsigned: true });
    store.enable('my-surge', 'active');
    const enabled = store.enabled();
    const config = withEnabled(defaultConfig, enabled);
    const bundle = { ...day.bundle, detectors: registeredDetectors(config).filter(({ id }) => id === 'rally' || id === 'my-surge') };
    const seats = await Promise.all(enabled.map((each) => Seated.of(each, { patienceMs: 60_000 })));
    const cell = new Cell(bundle);
    const step = stepped(seats, (_id, why) => expect.fail(why));
    const tape: TapeEntry[] = [];
    const concluded: JournalEntry[] = [];
    const take = (entry: TapeEntry): void => {
      tape.push(entry);
      concluded.push(...(cell.apply(entry).draft?.entries ?? []));
    };
    for (const entry of day.entries) {
      take(entry);
      for (const more of await step(cell, entry)) take(more);
    }
    for (const { seat } of seats) seat.close();

    const own = concluded.flatMap((entry) => (entry.kind === 'signal' && entry.signal.strategy.id === 'my-surge' ? [entry.signal] : []));
    expect(own.some(({ phase }) => phase === 'enter')).toBe(true);
    expect(own.some(({ phase }) => phase === 'confirm')).toBe(true);
    expect(own[0]!.evidence.map(({ feature, op, threshold }) => [feature, op, threshold])).toEqual([
      ['ret_3m', '>=', 0.008],
      ['amtZ1m', '>=', 1.5],
    ]);
    expect(concluded.some((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.to === 'discovered')).toBe(
      true,
    );
    expect(foldDay(bundle, tape).steps.flatMap(({ entries }) => entries)).toEqual(concluded);
  });
});

describe('a seat', () => {
  test.each<[code: string, what: string, body: string, manifest?: object]>([
    ['TOO_SLOW', 'loops for ever', 'export default { decide() { for (;;); } };'],
    ['THREW', 'throws', 'export default { decide() { throw new Error("mine"); } };'],
    ['THREW', 'is no strategy', 'export default 1;'],
    ['THREW', 'cannot be read as a module', 'export default {'],
    [
      'THREW',
      'reads a file that is not its own',
      'import { readFileSync } from "node:fs";\nexport default { decide: () => readFileSync("/etc/hostname") };',
    ],
    ['THREW', 'writes a file', 'import { writeFileSync } from "node:fs";\nexport default { decide: () => writeFileSync("mine", "x") };'],
    ['THREW', 'starts a process', 'import { execSync } from "node:child_process";\nexport default { decide: () => execSync("id") };'],
    [
      'THREW',
      'starts a worker',
      'import { Worker } from "node:worker_threads";\nexport default { decide: () => void new Worker("x", { eval: true }) };',
    ],
    ['THREW', 'signals another process', 'export default { decide: () => process.kill(process.ppid, "SIGUSR1") };'],
    [
      'BAD_ANSWER',
      'answers over the channel by itself',
      'export default { decide() { process.removeAllListeners("message"); process.on("message", ({ n }) => process.send({ n, readings: [], cpuMs: 5000n })); return []; } };',
    ],
    [
      'TOO_SLOW',
      'hides the CPU it takes',
      'process.cpuUsage = () => ({ user: 0, system: 0 });\nlet x = 0;\nexport default { decide() { for (let i = 0; i < 4e8; i++) x += i; return []; } };',
    ],
    ['EXITED', 'ends its process', 'export default { decide: () => process.exit(0) };'],
    ['TOO_BIG', 'fills its heap', 'const held = [];\nexport default { decide() { for (;;) held.push(new Array(1000).fill(0.5)); } };'],
    [
      'TOO_BIG',
      'holds a gigabyte outside its heap',
      'const held = [];\nexport default { decide() { for (;;) if (held.length < 60) held.push(Buffer.alloc(16e6, 1)); } };',
    ],
    [
      'TOO_MANY',
      'speaks without being asked, a million times',
      'export default { decide() { for (let i = 0; i < 1e6; i++) process.send({ n: -i }); return []; } };',
    ],
    [
      'TOO_MANY',
      'answers for more symbols than it was shown',
      'export default { decide: ([{ symbol }]) => Array.from({ length: 5000 }, () => ({ symbol, score: 1 })) };',
    ],
    ['BAD_ANSWER', 'answers for a symbol it was not shown', 'export default { decide: () => [{ symbol: "300750.SZ", score: 1 }] };'],
    ['BAD_ANSWER', 'names one twice', 'export default { decide: ([{ symbol }]) => [{ symbol, score: 1 }, { symbol, score: 1 }] };'],
    ['BAD_ANSWER', 'has a score beyond 1', 'export default { decide: ([{ symbol }]) => [{ symbol, score: 2 }] };'],
    ['BAD_ANSWER', 'has a score that is no number', 'export default { decide: ([{ symbol }]) => [{ symbol, score: NaN }] };'],
    ['BAD_ANSWER', 'answers no list', 'export default { decide: () => 7 };'],
  ])('%s: a strategy that %s is ended, and answers nothing more', async (code, what, body) => {
    // the loop alone waits for its end by the clock; the others have all the time a busy machine takes
    const seat = await Seat.take(readStrategy(folder('bad', body)), {}, { patienceMs: what === 'loops for ever' ? 300 : 60_000 });
    for (let call = 0; call < 3 && seat.fault === null; call++) await seat.ask(shown);

    expect(seat.fault?.code).toBe(code);
    expect(await seat.ask(shown)).toBeNull();
    seat.close();
  });

  test('takes more CPU than it may, three times in a row: ended; twice: not', async () => {
    const body =
      'export default { decide(m, memory) { memory.n = (memory.n ?? 0) + 1; if (memory.n !== 3) { const t = process.cpuUsage().user; while (process.cpuUsage().user - t < 5000); } return []; } };';
    const seat = await Seat.take(readStrategy(folder('slow', body, { limits: { cpuMs: 1, memoryMb: 192 } })), {}, { patienceMs: 60_000 });
    const codes: (string | null)[] = [];
    for (let call = 0; call < 6; call++) {
      await seat.ask(shown);
      codes.push(seat.fault?.code ?? null);
    }
    // a busy machine may charge the third call too: then the end comes sooner and never later
    expect(codes.slice(0, 2)).toEqual([null, null]);
    expect(codes[5]).toBe('TOO_SLOW');
    seat.close();
  });

  test('has no environment and sees its own parameters; two at a time do not see each other', async () => {
    const body =
      'export default { decide: ([{ symbol }], memory, { rise }) => (globalThis.seen = (globalThis.seen ?? 0) + 1, [{ symbol, score: rise, path: [Object.keys(process.env).filter((k) => !k.startsWith("NODE_CHANNEL_")).length, globalThis.seen].join(" ") }]) };';
    const seats = await Promise.all(
      [0.25, 0.5].map((rise) => Seat.take(readStrategy(folder('mine', body)), { rise, surprise: 1 }, { patienceMs: 60_000 })),
    );
    for (const [i, seat] of seats.entries())
      expect(await seat.ask(shown), String(i)).toMatchObject([{ score: [0.25, 0.5][i], path: '0 1' }]);
    for (const seat of seats) seat.close();
  });
});

describe('a manifest is refused, and says where', () => {
  test.each<[object, string]>([
    [{ id: 'My Surge' }, 'strategy.json: id'],
    [{ version: 'one' }, 'strategy.json: version'],
    [{ engine: '>=9.0.0' }, 'engine: it is for >=9.0.0'],
    [{ main: 'other.mjs' }, 'main: there is no file other.mjs'],
    [{ main: '../x.mjs' }, 'main: there is no file ../x.mjs'],
    [{ features: ['ret_9m'] }, 'strategy.json: features.0'],
    [{ features: [] }, 'strategy.json: features'],
    [{ colour: 'red' }, 'strategy.json: colour: unknown key'],
    [{ params: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } }, 'params.a'],
    [{ params: { type: 'object', properties: { a: { type: 'number' } } } }, 'params.a: it has no default'],
    [{ limits: { cpuMs: 0, memoryMb: 192 } }, 'strategy.json: limits.cpuMs'],
  ])('%j', (manifest, message) => {
    expect(() => readStrategy(folder('mine', codeTemplate, manifest))).toThrow(`STRATEGY_INVALID: ${message}`);
  });

  test('no folder, no JSON, a link, too much', () => {
    expect(() => readStrategy(join(dir, 'nowhere'))).toThrow('STRATEGY_INVALID');
    const broken = folder('mine');
    writeFileSync(join(broken, 'strategy.json'), '{');
    expect(() => readStrategy(broken)).toThrow('STRATEGY_INVALID: strategy.json');
    const linked = folder('mine');
    symlinkSync('/etc/hostname', join(linked, 'x'));
    expect(() => readStrategy(linked)).toThrow('STRATEGY_INVALID: x: neither a file nor a folder');
    const large = folder('mine');
    writeFileSync(join(large, 'x'), Buffer.alloc(1_048_577));
    expect(() => readStrategy(large)).toThrow('STRATEGY_INVALID: more than 200 files or 1048576 bytes');
  });

  test('parameters are those of its schema, with its defaults', () => {
    const { manifest } = readStrategy(folder('mine'));
    expect(paramsOf(manifest, { rise: 0.02 })).toEqual({ rise: 0.02, surprise: 1.5 });
    expect(() => paramsOf(manifest, { rise: 'much' })).toThrow('STRATEGY_INVALID: params.rise');
    expect(() => paramsOf(manifest, { raise: 1 })).toThrow('STRATEGY_INVALID: params');
  });

  test('its checksum is of every name and byte', () => {
    const from = folder('mine');
    const { sha256 } = readStrategy(from);
    const other = join(dir, 'other-mine');
    cpSync(from, other, { recursive: true });
    expect(readStrategy(other).sha256).toBe(sha256);
    writeFileSync(join(other, 'more.mjs'), '');
    expect(readStrategy(other).sha256).not.toBe(sha256);
  });
});

describe('the store', () => {
  const store = () => new StrategyStore(mkdtempSync(join(dir, 'data-')));
  const keys = generateKeyPairSync('ed25519');
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  function signed(manifest: object = {}): string {
    const from = folder('mine', codeTemplate, manifest);
    writeFileSync(join(from, 'signature.json'), signatureOf(readStrategy(from).sha256, keys.privateKey));
    return from;
  }

  test('installs what a trusted key signed; what nobody signed only when told; what another wrote over never', () => {
    const own = store();
    expect(() => own.install(signed())).toThrow('no key that is trusted here signed it');
    own.trust('me', pem);
    expect(own.install(signed()).signedBy).toBe('me');
    const changed = signed({ version: '1.0.1' });
    writeFileSync(join(changed, 'index.mjs'), `${codeTemplate}\n`);
    expect(() => own.install(changed, { unsigned: true })).toThrow('it is not the signature of these files');
    expect(() => own.trust('x', 'no key')).toThrow('STRATEGY_INVALID: a key is expected');
    expect(own.install(folder('mine', codeTemplate, { version: '1.0.2' }), { unsigned: true }).signedBy).toBeNull();
  });

  test('a version keeps its bytes; an id of the product is taken', () => {
    const own = store();
    own.install(folder('mine'), { unsigned: true });
    own.install(folder('mine'), { unsigned: true });
    expect(() => own.install(folder('mine', `${codeTemplate}\n`), { unsigned: true })).toThrow('1.0.0 is installed with other bytes');
    expect(() => own.install(folder('rally'), { unsigned: true })).toThrow('rally is a strategy of the product');
  });

  test('on, off, back to the version before, with its parameters; unknown ids are NOT_FOUND', () => {
    const own = store();
    own.install(folder('mine'), { unsigned: true });
    own.install(folder('mine', codeTemplate, { version: '1.1.0' }), { unsigned: true });
    expect(own.enabled()).toEqual([]);
    own.enable('mine', 'shadow', { rise: 0.02 });
    expect(own.enabled()).toMatchObject([
      { mode: 'shadow', params: { rise: 0.02, surprise: 1.5 }, strategy: { manifest: { version: '1.1.0' } } },
    ]);
    expect(own.rollback('mine')).toBe('1.0.0');
    expect(own.enabled()).toMatchObject([{ params: { rise: 0.02 }, strategy: { manifest: { version: '1.0.0' } } }]);
    expect(() => own.rollback('mine')).toThrow('there is no version before 1.0.0');
    expect(() => own.enable('mine', 'active', { rise: 'x' })).toThrow('STRATEGY_INVALID: params.rise');
    own.disable('mine');
    expect(own.enabled()).toEqual([]);
    for (const act of [
      () => own.enable('other', 'active'),
      () => own.disable('other'),
      () => own.rollback('other'),
      () => own.remove('other'),
    ])
      expect(act).toThrow('NOT_FOUND');
    own.remove('mine');
    expect(own.list()).toEqual([]);
  });

  test('a version that does not know the parameters it would run under is turned off, and a name every object has is unknown', () => {
    const own = store();
    own.install(folder('mine'), { unsigned: true });
    own.enable('mine', 'active', { rise: 0.02 });
    const without = { version: '1.1.0', params: { type: 'object', properties: {}, additionalProperties: false } };
    expect(own.install(folder('mine', codeTemplate, without), { unsigned: true }).turnedOff).toBe(true);
    expect(own.enabled()).toEqual([]);
    expect(() => own.remove('constructor')).toThrow('NOT_FOUND');
    expect(own.install(folder('constructor'), { unsigned: true }).turnedOff).toBe(false);
  });

  test('files that changed in the store are not run', () => {
    const data = mkdtempSync(join(dir, 'data-'));
    const own = new StrategyStore(data);
    own.install(folder('mine'), { unsigned: true });
    own.enable('mine', 'active');
    writeFileSync(join(data, 'strategies', 'mine', '1.0.0', 'index.mjs'), 'export default {};');
    const told: string[] = [];
    expect(own.enabled((id, why) => told.push(`${id}: ${why}`))).toEqual([]);
    expect(told).toEqual([expect.stringContaining('mine 1.0.0: its files are not those that were installed')]);
  });
});

describe('what was ended in a run', () => {
  const fault = { code: 'THREW', message: 'mine' } as const;
  const [first, second] = [
    { id: 'mine', sha256: 'a' },
    { id: 'mine', sha256: 'b' },
  ];

  test('stays ended through a restart with the same bytes; a new version is another strategy, and is not disabled', () => {
    const run = mkdtempSync(join(dir, 'run-'));
    new EndedStrategies(run, [first]).add('mine', 'a', fault);
    const again = new EndedStrategies(run, [first]);
    expect([again.isEnded('mine'), again.untold('20261123'), again.unseated()]).toEqual([
      true,
      ['mine'],
      [{ id: 'mine', asked: 0, fault }],
    ]);
    const next = new EndedStrategies(run, [second]);
    expect([next.isEnded('mine'), next.untold('20261123'), next.unseated()]).toEqual([false, [], []]);
  });

  test('is told each day’s tape, and not again once it was', () => {
    const ended = new EndedStrategies(mkdtempSync(join(dir, 'run-')), [first]);
    ended.add('mine', 'a', fault);
    expect(ended.untold('20261123')).toEqual(['mine']);
    expect(ended.untold('20261123')).toEqual([]); // being told
    ended.told('mine', '20261123');
    expect([ended.untold('20261123'), ended.untold('20261124')]).toEqual([[], ['mine']]);
  });

  test('is forgotten with a file that was cut, and remembered where none can be written', () => {
    const run = mkdtempSync(join(dir, 'run-'));
    writeFileSync(join(run, 'strategies-ended.json'), '{"mine":');
    expect(new EndedStrategies(run, [first]).isEnded('mine')).toBe(false);
    const ended = new EndedStrategies(join(run, 'nowhere'), [first]);
    expect(() => ended.add('mine', 'a', fault)).toThrow('ENOENT');
    expect(ended.isEnded('mine')).toBe(true);
  });
});
