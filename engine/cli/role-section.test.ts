import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../contracts/config.ts';
import { NotifyConfig } from '../../contracts/notify.ts';
import { type RoleName, roles } from '../../contracts/roles.ts';
import { sectionOf } from './role-section.ts';
import { shown } from './shown.ts';

const notify = NotifyConfig.parse({
  channels: { bot: { kind: 'bark', deviceKey: 'a-device-key' } },
  rules: [{ id: 'r', about: 'risk', channels: ['bot'] }],
});
const config = { ...defaultConfig, notify, tushare: { token: 'a-tushare-token' } };
const section = (name: RoleName, host = '127.0.0.1', own = config) =>
  sectionOf(name, { run: 'live', config: own, origins: new Map(), enabled: [], host, dataDir: '/data' });

test('no role is told another’s addresses and keys', () => {
  const told = (secret: string) => (Object.keys(roles) as RoleName[]).filter((name) => JSON.stringify(section(name)).includes(secret));
  expect([told('a-device-key'), told('a-tushare-token')]).toEqual([['notify'], ['feed']]);
});

test('a deep link leads to the run’s own page', () =>
  expect(section('notify').notify!.link).toBe(`http://127.0.0.1:${config.server.port}`));

test('a gateway that others can reach takes a token for everything; on loopback as it is configured', () => {
  const all = { ...config, server: { ...config.server, auth: 'all' as const } };
  const needs = (...of: Parameters<typeof section>) => section(...of).gateway!.needsToken;
  expect([needs('gateway'), needs('gateway', '0.0.0.0'), needs('gateway', '127.0.0.1', all)]).toEqual([false, true, true]);
  expect(section('gateway').gateway).toMatchObject({ dataDir: '/data', hosts: config.server.hosts, origins: config.server.origins });
});

describe('shown', () => {
  const value = (key: string, of: unknown) => shown(key, { value: of, from: 'x' } as never).value;
  test.each([
    ['tushare.token', 'abc', '(hidden)'],
    ['notify.channels.bot.deviceKey', 'abc', '(hidden)'],
    ['notify.channels.bot.secret', 'abc', '(hidden)'],
    // the key of a robot stands in its address
    ['notify.channels.bot.url', 'https://robot.example/send?key=abc', '(hidden)'],
    ['notify.channels.bot.url', `\${env:ROBOT}`, `\${env:ROBOT}`],
    ['notify.link', 'http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
  ])('%s', (key, of, wanted) => expect(value(key, of)).toBe(wanted));
});

test.each([
  ['a channel that there is not', [{ id: 'r', about: 'risk', channels: ['bto'] }], 'there is no channel bto'],
  [
    'two of one name',
    [
      { id: 'r', about: 'risk', channels: ['bot'] },
      { id: 'r', about: 'system', channels: ['bot'] },
    ],
    'another rule',
  ],
])('rules of %s are refused', (_what, rules, message) => {
  const result = NotifyConfig.safeParse({ channels: notify.channels, rules });
  expect(result.error?.issues.map((issue) => issue.message).join()).toContain(message);
});
