/** The processes that exist, where they answer, and how they are started. `fenshi up` and docker-compose.yml follow it. */
import { z } from 'zod';
import { DayConfig } from './bundle.ts';
import { feedSources } from './config.ts';
import type { ErrorCode } from './errors.ts';
import { NotifyConfig } from './notify.ts';
import { runPattern } from './subjects.ts';
import { InstrumentId } from './units.ts';

export type Role = {
  readonly name: string;
  /** File that the launcher runs, relative to the repository. */
  readonly main: string;
  /** Loopback port of `/metrics` and `/healthz`, with the configuration's default `ops.port`. */
  readonly opsPort: number;
  /** The run cannot be without it. The others read what these write, and are left out if they must be. */
  readonly essential: boolean;
  /** Order of stopping: lower first, so that producers stop before what they feed. */
  readonly stopRank: number;
};

export const roles = {
  scenarios: { name: 'scenarios', main: 'scenarios/main.ts', opsPort: 8791, essential: true, stopRank: 0 },
  feed: { name: 'feed', main: 'engine/feeds/main.ts', opsPort: 8794, essential: true, stopRank: 1 },
  engine: { name: 'engine', main: 'engine/main.ts', opsPort: 8792, essential: true, stopRank: 2 },
  sandbox: { name: 'sandbox', main: 'engine/sandbox/main.ts', opsPort: 8797, essential: false, stopRank: 1 },
  notify: { name: 'notify', main: 'engine/notify/main.ts', opsPort: 8798, essential: false, stopRank: 3 },
  gateway: { name: 'gateway', main: 'gateway/main.ts', opsPort: 8793, essential: false, stopRank: 3 },
  store: { name: 'store', main: 'engine/store/main.ts', opsPort: 8795, essential: false, stopRank: 3 },
  query: { name: 'query', main: 'engine/query/main.ts', opsPort: 8796, essential: false, stopRank: 3 },
} as const satisfies Record<string, Role>;
export type RoleName = keyof typeof roles;

export const defaultOpsPort = 8791;
/** A role's ops port when the configuration's `ops.port` is `base`. */
export const opsPortOf = (name: RoleName, base: number): number => base + roles[name].opsPort - defaultOpsPort;

/** What a role is told at its start, as JSON in FENSHI_ROLE: by `fenshi up`, by docker-compose.yml or by hand. */
export const RoleStart = z.object({
  run: z.string().regex(runPattern),
  servers: z.string(),
  user: z.string(),
  password: z.string(),
  /** `/metrics` and `/healthz`; loopback unless a container says otherwise. */
  opsHost: z.string().default('127.0.0.1'),
  opsPort: z.int(),
  /** Folder of the run, and of the bundles all runs share. */
  dir: z.string(),
  bundles: z.string(),
  logLevel: z.string().default('info'),
  /** Of the code, for `fenshi_build_info`. */
  version: z.string().optional(),
  /** How often the supervisor has started this role again. */
  restarts: z.int().nonnegative().optional(),
  gateway: z
    .object({
      host: z.string(),
      port: z.int(),
      /** The data folder: tokens are of a machine, not of a run. */
      dataDir: z.string().optional(),
      /** Further Host names with their ports, and pages that may ask. */
      hosts: z.array(z.string()).optional(),
      origins: z.array(z.string()).optional(),
      /** Reading takes a token too. */
      needsToken: z.boolean().optional(),
      /** The one-time code of the first-run link. */
      code: z.string().optional(),
      /** The configuration in force as it may be shown: values with where they came from, secrets hidden. */
      config: z.array(z.object({ key: z.string(), value: z.unknown(), from: z.string() })).optional(),
    })
    .optional(),
  /** A ClickHouse elsewhere; without it the store role brings chDB. */
  store: z.object({ url: z.string(), username: z.string(), password: z.string() }).optional(),
  feed: z
    .object({
      /** Preferred first. */
      order: z.array(z.enum(feedSources)).min(1),
      cadenceMs: z.int().min(1000),
      /** Always asked for first. */
      watch: z.array(InstrumentId),
      /** Live: this role opens the trading days itself. Absent in a demo, where the scenarios role does. */
      live: z
        .object({
          hosts: z.record(z.string(), z.string()),
          token: z.string().nullable(),
          monitoredFile: z.string().nullable(),
          calendarFile: z.string().nullable(),
          config: DayConfig,
        })
        .optional(),
    })
    .optional(),
  /** Users' strategies, each a folder with the checksum it was enabled with, and its parameters whole. */
  sandbox: z
    .object({
      strategies: z.array(z.object({ id: z.string(), dir: z.string(), sha256: z.string(), params: z.record(z.string(), z.unknown()) })),
    })
    .optional(),
  notify: NotifyConfig.optional(),
  demo: z
    .object({
      seed: z.int(),
      count: z.int(),
      /** How the invented market behaves; a run begun before there was a choice goes on as `planted`. */
      market: z.enum(['real', 'planted']).optional(),
      /** First trading day; a run that exists already keeps the one it began with. */
      date: z.string(),
      startAt: z.string(),
      speed: z.number(),
      /** A folder of day files instead of the invented market. */
      recorded: z.string().nullable().optional(),
      /** The part of the configuration that its days' bundles carry. */
      config: DayConfig,
    })
    .optional(),
});
export type RoleStart = z.infer<typeof RoleStart>;
export const roleEnv = 'FENSHI_ROLE';
/** Exit code of a permanent failure: the supervisor does not restart the role. */
export const hopelessCode = 2;
/** What another start will not better; a poisoned entry, say, is not among them: it is skipped after three. */
export const hopelessErrors: readonly string[] = [
  'CONFIG_INVALID',
  'PORT_IN_USE',
  'BROKER_OUTDATED',
  'ACCESS_REFUSED',
  'JOURNAL_FORK',
  'RUN_KIND',
  'STORE_SCHEMA',
  'GATEWAY_UWS_UNAVAILABLE',
] satisfies readonly ErrorCode[];
