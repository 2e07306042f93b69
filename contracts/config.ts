/** The whole configuration, each key with its default. Unknown keys are errors. fenshi.config.yaml comments them for people. */
import { z } from 'zod';
import { ForecastMap } from './forecast.ts';
import { modelStates } from './model.ts';
import { NotifyConfig } from './notify.ts';
import { InstrumentId } from './units.ts';

/** Sources that carry the market's quotes, in the order of preference the evidence supports (contracts/spec/sources.md#common). */
export const feedSources = ['tencent', 'sina', 'eastmoney'] as const;

/** What nobody else can reach. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
const section = <T extends z.ZodObject>(schema: T) => schema.prefault({} as z.input<T>);

/** How what several ideas say becomes one chance (contracts/spec/lifecycle.md#fusion). */
export const fusions = ['log-odds', 'noisy-or'] as const;
export type Fusion = (typeof fusions)[number];

const seconds = z.int().min(0).max(14_400).optional();
const cost = z.number().min(0).max(0.1).optional();
/** What may change within a day (command `config`): what is left out stays. Bounds are the command's: a day's bundle has what it was opened with. */
export const ConfigChange = z.strictObject({
  opportunities: z
    .strictObject({
      liveMax: z.int().min(1).max(5000).optional(),
      fusion: z.enum(fusions).optional(),
      coolDownSec: seconds,
      coolDownTargetSec: seconds,
      coolDownStopSec: seconds,
      coolDownTwoStopsSec: seconds,
      roundTripCost: cost,
      impactCost: cost,
    })
    .optional(),
  universe: z.strictObject({ excludeRiskWarning: z.boolean().optional(), adv20Min: z.number().min(0).max(1e12).optional() }).optional(),
});
export type ConfigChange = z.infer<typeof ConfigChange>;

export const Config = z.strictObject({
  server: section(
    z
      .strictObject({
        /** Loopback, unless reading takes a token too (`auth: all`) and one was made (`fenshi token create`). */
        host: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('127.0.0.1'),
        port: z.int().min(1).max(65_535).default(8787),
        /** What takes a token: commands alone, or reading as well. */
        auth: z.enum(['commands', 'all']).default('commands'),
        /** Further names under which it may be asked, with their ports as a browser writes them. */
        hosts: z.array(z.string().regex(/^[\w.:[\]-]{1,253}$/)).default([]),
        /** Further pages that may ask, `https://…`. */
        origins: z.array(z.url()).default([]),
      })
      .refine(({ host, auth }) => auth === 'all' || loopbackHosts.includes(host), {
        path: ['host'],
        error: 'can be reached by others: set server.auth to all',
      }),
  ),
  nats: section(z.strictObject({ port: z.int().min(1).max(65_535).default(4333) })),
  /** First of the roles' `/metrics` ports, one per role from here on. */
  ops: section(z.strictObject({ port: z.int().min(1).max(65_500).default(8791) })),
  log: section(z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })),
  feed: section(
    z.strictObject({
      order: z.array(z.enum(feedSources)).min(1).default(['tencent', 'sina', 'eastmoney']),
      /** Seconds from sweep to sweep; the exchanges themselves speak every 3. */
      cadenceSec: z.number().min(1).max(60).default(3),
      /** Instruments that are always asked for first. */
      watch: z.array(InstrumentId).default([]),
      /** One address a source, where it is not the vendor's own: a proxy, an emulator. */
      hosts: z.partialRecord(z.enum(['tencent', 'sina', 'eastmoney', 'tushare']), z.url()).default({}),
    }),
  ),
  tushare: section(
    z.strictObject({
      /** From the environment or a file: `${env:TUSHARE_TOKEN}`. */
      token: z.string().min(1).nullable().default(null),
    }),
  ),
  reference: section(
    z.strictObject({
      /** A file of trading days beyond the shipped calendar, `cal_date,is_open` a line, as Tushare's trade_cal is saved. */
      calendar: z.string().nullable().default(null),
      /** A file of instrument ids, one per line: the exchanges' list of closely watched ones. */
      monitored: z.string().nullable().default(null),
    }),
  ),
  clean: section(
    z.strictObject({
      /** Hold back an exchange whose feed has stopped moving while another still does (contracts/spec/quality.md#silence, per exchange). */
      staleGuard: z.boolean().default(true),
    }),
  ),
  universe: section(
    z.strictObject({
      excludeRiskWarning: z.boolean().default(true),
      /** Yuan a day: U8's floor for the 20-day average turnover. */
      adv20Min: z.number().default(30_000_000),
    }),
  ),
  opportunities: section(
    z.strictObject({
      liveMax: z.int().default(200),
      /** Left out it is log-odds; it has no default here, so that a bundle of before keeps its name. */
      fusion: z.enum(fusions).optional(),
      coolDownSec: z.int().default(600),
      coolDownTargetSec: z.int().default(300),
      coolDownStopSec: z.int().default(1200),
      coolDownTwoStopsSec: z.int().default(1800),
      roundTripCost: z.number().default(0.00102),
      impactCost: z.number().default(0.0002),
    }),
  ),
  /** By detector: `mode` (off, shadow, canary, active) and its own parameters, which its own schema checks (engine/detectors). */
  detectors: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /**
   * Maps by model: for a strategy's paths, '' for all it has none for. `state`: as what a day opens with it (contracts/spec/detectors.md#models);
   * `active: true` is the same as `state: active`. `features`: the version of the features it was fitted on, another than this code's keeps it out.
   */
  models: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
      z.strictObject({
        strategy: z.string(),
        active: z.boolean().default(false),
        state: z.enum(modelStates).optional(),
        features: z.string().optional(),
        maps: z.record(z.string(), z.array(ForecastMap)),
      }),
    )
    .default({}),
  notify: section(NotifyConfig),
  demo: section(
    z.strictObject({
      seed: z.int().default(1),
      scale: z.enum(['tiny', 'ci', 'full']).default('ci'),
      /** How it behaves: `real` as recorded days do, `planted` with clearer shapes, by which detection is judged. */
      market: z.enum(['real', 'planted']).default('real'),
      startAt: z
        .string()
        .regex(/^\d\d:\d\d$/)
        .default('10:00'),
      speed: z.number().positive().default(1),
      /** A folder of day files, served by the emulated vendors instead of the invented market. */
      recorded: z.string().nullable().default(null),
    }),
  ),
});
export type Config = z.infer<typeof Config>;
export const defaultConfig: Config = Config.parse({});
