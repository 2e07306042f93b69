import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectors as registered } from '../detectors/registry.ts';
import { Manifest } from '../sandbox/manifest.ts';
import { withEnabled } from '../sandbox/seating.ts';
import { manifestTemplate } from '../sandbox/template.ts';
import { loadConfig } from './config.ts';
import { shownConfig } from './shown.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);

describe('configuration', () => {
  test('later layers win, and each value says where it came from', () => {
    write('fenshi.config.yaml', 'server:\n  port: 1001\ndemo:\n  seed: 5\n');
    write('fenshi.local.yaml', 'server:\n  port: 1002\n');

    const { config, origins } = loadConfig(dir, { 'demo.seed': 7 }, { FENSHI__NATS__PORT: '4444' });

    expect([config.server.port, config.demo.seed, config.nats.port]).toEqual([1002, 7, 4444]);
    expect(['server.port', 'demo.seed', 'nats.port', 'log.level'].map((key) => origins.get(key)?.from)).toEqual([
      'fenshi.local.yaml:2',
      'flag --demo.seed',
      'FENSHI__NATS__PORT',
      'default',
    ]);
  });

  test.each([
    ['an unknown key', 'server:\n  prot: 8787\n', 'fenshi.config.yaml:2: server.prot: unknown key'],
    ['a wrong type', 'demo:\n\n  seed: many\n', 'fenshi.config.yaml:3: demo.seed'],
    ['broken YAML', 'server: [\n', 'fenshi.config.yaml:'],
    ['a bind beyond loopback', 'server:\n  host: 0.0.0.0\n', 'fenshi.config.yaml:2: server.host'],
  ])('%s is CONFIG_INVALID with its line', (_what, text, message) => {
    write('fenshi.config.yaml', text);

    expect(() => loadConfig(dir, {}, {})).toThrow(`CONFIG_INVALID: ${message}`);
  });

  test('secrets are resolved, and shown as written', () => {
    write('fenshi.config.yaml', 'log:\n  level: $' + '{env:FENSHI_TEST_LEVEL}\n');
    process.env.FENSHI_TEST_LEVEL = 'debug';

    const { config, origins } = loadConfig(dir, {}, {});

    expect([config.log.level, origins.get('log.level')?.value]).toEqual(['debug', `$${'{env:FENSHI_TEST_LEVEL}'}`]);
  });

  test('a secret under a map that the shipped file has empty is shown nowhere, wherever it was written', () => {
    write('fenshi.config.yaml', 'notify:\n  channels: {}\n');
    write(
      'fenshi.local.yaml',
      `notify:\n  channels:\n    hook: { kind: webhook, url: 'https://127.0.0.1/in-file', secret: "$\{env:FENSHI_TEST_SECRET}" }\n`,
    );
    process.env.FENSHI_TEST_SECRET = 'resolved-secret';
    const { config, origins } = loadConfig(
      dir,
      {},
      {
        FENSHI__NOTIFY__CHANNELS__PHONE__KIND: 'bark',
        FENSHI__NOTIFY__CHANNELS__PHONE__DEVICE_KEY: 'in-the-environment',
      },
    );

    expect(config.notify.channels).toMatchObject({ hook: { secret: 'resolved-secret' }, phone: { deviceKey: 'in-the-environment' } });
    const told = JSON.stringify(shownConfig(origins));
    for (const secret of ['resolved-secret', 'in-file', 'in-the-environment']) expect(told).not.toContain(secret);
    expect(origins.has('notify.channels')).toBe(false);
    expect(shownConfig(origins).find(({ key }) => key === 'notify.channels.hook.kind')).toMatchObject({ value: 'webhook' });
  });

  test('a variable is text where a key wants text, digits and all', () => {
    const { config } = loadConfig(
      dir,
      {},
      {
        FENSHI__TUSHARE__TOKEN: '00123456789012345678',
        FENSHI__NOTIFY__CHANNELS__CHAT__KIND: 'telegram',
        FENSHI__NOTIFY__CHANNELS__CHAT__TOKEN: '123456789',
        FENSHI__NOTIFY__CHANNELS__CHAT__CHAT_ID: '-100123',
        FENSHI__SERVER__PORT: '1234',
      },
    );
    expect(config.tushare.token).toBe('00123456789012345678');
    expect(config.notify.channels.chat).toMatchObject({ token: '123456789', chatId: '-100123' });
    expect(config.server.port).toBe(1234);
    expect(() => loadConfig(dir, {}, { FENSHI__SERVER__PORT: 'many' })).toThrow('CONFIG_INVALID: FENSHI__SERVER__PORT');
  });

  test('more strategies of a kind than a cell can keep apart are refused with their number; those that are off do not count', () => {
    const more = (mode: string) =>
      `detectors:\n${Array.from({ length: 31 }, (_, i) => `  steep-${i}: { detector: rally, mode: ${mode} }\n`).join('')}`;
    write('fenshi.config.yaml', more('shadow'));
    expect(() => loadConfig(dir, {}, {})).toThrow(/CONFIG_INVALID: .*detectors: 3\d strategies look at symbols, at most 31 may/);
    // those of one's own count as well
    const shipped = loadConfig(mkdtempSync(join(tmpdir(), 'fenshi-config-')), {}, {}).config;
    const own = Array.from({ length: 31 }, (_, i) => ({
      mode: 'shadow',
      params: {},
      strategy: { dir: '', sha256: 'a'.repeat(64), manifest: Manifest.parse(JSON.parse(manifestTemplate(`own-${i}`))) },
    }));
    expect(() => withEnabled(shipped, own as never)).toThrow(/CONFIG_INVALID: detectors: 3\d strategies look at symbols/);
    write('fenshi.config.yaml', more('off'));
    expect(Object.keys(loadConfig(dir, {}, {}).config.detectors)).toContain('steep-30');
  });

  test('a detector has further strategies under names of their own, in shadow unless told otherwise', () => {
    write(
      'fenshi.config.yaml',
      'detectors:\n  rally-steep:\n    detector: rally\n    r3: 0.02\n  flow:\n    detector: moneyflow\n    mode: canary\n',
    );

    const { detectors } = loadConfig(dir, {}, {}).config;

    expect(Object.keys(detectors)).toEqual([...registered.map(({ id }) => id), 'flow', 'rally-steep']);
    expect(detectors['rally-steep']).toMatchObject({ detector: 'rally', mode: 'shadow', r3: 0.02 });
    expect(detectors.flow).toMatchObject({ detector: 'moneyflow', mode: 'canary' });
    expect(detectors.rally).toMatchObject({ mode: 'active', r3: 0.01 });
    expect(loadConfig(dir, {}, {}).config.detectors).toEqual(detectors);
  });

  test.each([
    ['an unknown key without a detector', 'detectors:\n  ralley:\n    r3: 1\n', 'fenshi.config.yaml:3: detectors.ralley: unknown key'],
    [
      'a detector that is not there',
      'detectors:\n  mine:\n    detector: ralley\n',
      'fenshi.config.yaml:3: detectors.mine.detector: there is no ralley',
    ],
    [
      'a model of a strategy that is not there',
      'models:\n  m1:\n    strategy: ralley\n    maps: {}\n',
      'models.m1.strategy: there is no ralley',
    ],
    ['a model without maps', 'models:\n  m1:\n    strategy: rally\n    maps: {}\n', 'models.m1.maps: there are none'],
    ['a name that is no token', 'detectors:\n  My.One:\n    detector: rally\n', 'detectors.My.One'],
    ['a parameter its detector does not have', 'detectors:\n  mine:\n    detector: rally\n    r9: 1\n', 'detectors.mine.r9: unknown key'],
  ])('%s is CONFIG_INVALID', (_what, text, message) => {
    write('fenshi.config.yaml', text);

    expect(() => loadConfig(dir, {}, {})).toThrow(message);
  });
});
