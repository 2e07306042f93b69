/** Notifications: where they go, by which rules, and what is quiet. Addresses and keys come from the environment or a file: `${env:…}`. */
import { z } from 'zod';
import { families, publicStates } from './opportunity.ts';

const secret = z.string().min(1).max(500);
/** One robot, app or mailbox. */
export const NotifyChannel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('wecom'), url: z.url() }),
  z.strictObject({ kind: z.literal('dingtalk'), url: z.url(), secret }),
  z.strictObject({ kind: z.literal('feishu'), url: z.url(), secret }),
  z.strictObject({ kind: z.literal('telegram'), token: secret, chatId: z.string(), host: z.url().default('https://api.telegram.org') }),
  z.strictObject({ kind: z.literal('bark'), deviceKey: secret, host: z.url().default('https://api.day.app') }),
  z.strictObject({ kind: z.literal('webhook'), url: z.url(), secret }),
  z.strictObject({
    kind: z.literal('smtp'),
    host: z.string(),
    port: z.int().min(1).max(65_535).default(465),
    /** TLS from the first byte; false for a server on this machine. */
    secure: z.boolean().default(true),
    user: z.string().nullable().default(null),
    password: secret.nullable().default(null),
    from: z.string(),
    to: z.array(z.string()).min(1).max(20),
  }),
]);
export type NotifyChannel = z.infer<typeof NotifyChannel>;

export const severities = ['info', 'notice', 'urgent'] as const;
export type Severity = (typeof severities)[number];
/** What may change of an opportunity whose state stands (engine/notify/updates.ts). */
export const updateKinds = ['rank', 'chance', 'target', 'stop', 'risk'] as const;
export type UpdateKind = (typeof updateKinds)[number];
const names = z.array(z.string().max(96)).min(1).max(500);

/** All that is given must hold. `about` what: a change of an opportunity, of a risk scope, or the run itself. */
export const NotifyRule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  about: z.enum(['opportunity', 'risk', 'system']),
  channels: names,
  state: z.array(z.enum(publicStates)).min(1).optional(),
  /** Not changes of the state, but one of these of an opportunity whose state stands. */
  update: z.array(z.enum(updateKinds)).min(1).optional(),
  family: z.array(z.enum(families)).min(1).optional(),
  strategy: names.optional(),
  symbol: names.optional(),
  /** Codes of sectors: what is of a stock in one, or of the sector itself. */
  sector: names.optional(),
  /** Names of watch-lists of who sits at this machine. */
  list: names.optional(),
  /** Risk scopes as they begin: `market`, `sector.`, `symbol.SH.600519`. */
  scope: names.optional(),
  /** Least chance of a net gain. */
  pMin: z.number().min(0).max(1).optional(),
  /** Least severity: a confirmed opportunity and a caution are notices, a risk of level 2 or 3 and a dead engine are urgent. */
  severity: z.enum(severities).default('info'),
  /** Of the same opportunity or scope by this rule, seconds; what is more severe than the one before is not held back. */
  cooldownSec: z.int().min(0).max(86_400).default(0),
});
export type NotifyRule = z.infer<typeof NotifyRule>;

/** What people keep beside the rules of the configuration, in the bucket `MINE-<run>` under `rules`. */
export const ownRulesKey = 'rules';
export const OwnRules = z.strictObject({ v: z.literal(1), rules: z.array(NotifyRule).max(50) });
export type OwnRules = z.infer<typeof OwnRules>;

export type RuleFault = { readonly at: number; readonly key: 'channels' | 'id'; readonly message: string };
/** What is wrong among rules: a channel that there is not, an id that is another's. */
export const faultsOf = (rules: readonly NotifyRule[], channels: object): RuleFault[] =>
  rules.flatMap((rule, at): RuleFault[] => [
    ...rule.channels
      .filter((name) => !Object.hasOwn(channels, name))
      .map((name) => ({ at, key: 'channels' as const, message: `there is no channel ${name}` })),
    ...(rules.findIndex(({ id }) => id === rule.id) < at ? [{ at, key: 'id' as const, message: `${rule.id} is another rule's` }] : []),
  ]);

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const NotifyConfig = z
  .strictObject({
    channels: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), NotifyChannel).default({}),
    rules: z.array(NotifyRule).default([]),
    /** Shanghai clock times between which only what is urgent is sent; the rest joins the digest behind them. */
    quiet: z.array(z.strictObject({ from: clock, to: clock })).default([]),
    /** At most one digest a channel in so many seconds. */
    digestSec: z.int().min(10).max(3600).default(60),
    /** What deep links begin with. */
    link: z.url().nullable().default(null),
  })
  .superRefine(({ channels, rules }, context) => {
    for (const { at, key, message } of faultsOf(rules, channels)) context.addIssue({ code: 'custom', path: ['rules', at, key], message });
  });
export type NotifyConfig = z.infer<typeof NotifyConfig>;

/** What became of a message: sent, again, held, failed, unknown; or of an alert that made none: why. */
export const DeliveryLine = z.object({
  atMs: z.number(),
  channel: z.string(),
  outcome: z.string(),
  title: z.string(),
  key: z.string().nullable(),
  count: z.int(),
  latencyMs: z.number().nullable(),
  why: z.string().nullable(),
});
export type DeliveryLine = z.infer<typeof DeliveryLine>;
