/**
 * What a role says of itself, once a second on core NATS: `status.v1.<run>.<role>`. Not kept; who wants to know now listens now.
 *
 * Ready  the role does what it is for: entries are being read, stored, served. `code` says why not, `detail` in whose words
 * Words  a sentence for people by code, here and nowhere else: page, `fenshi status` and `/readyz` say the same
 */
import { z } from 'zod';
import { EpochMs } from './units.ts';

/** How long a stage of the pipeline took over the last `windowSec`, in ms; `count` of what passed. */
export const StageLatency = z.object({ stage: z.string(), p50Ms: z.number(), p99Ms: z.number(), count: z.int(), windowSec: z.number() });
export type StageLatency = z.infer<typeof StageLatency>;

/** `firstMs`: of the oldest message; null of an empty stream. */
export const StorageReport = z.object({
  disk: z.object({ usedRatio: z.number(), freeBytes: z.number(), level: z.enum(['ok', 'warn', 'alarm', 'full']) }),
  streams: z.array(z.object({ name: z.string(), messages: z.int(), bytes: z.int(), firstMs: EpochMs.nullable() })),
});
export type StorageReport = z.infer<typeof StorageReport>;

export const RoleStatus = z.object({
  v: z.literal(1),
  role: z.string(),
  tsMs: EpochMs,
  ready: z.boolean(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  /** Numbers and names behind it, by role. */
  facts: z.record(z.string(), z.unknown()),
  /** Stages that this role measures: feed (row received → on TAPE), tape (→ read), step (→ concluded), commit (→ in JOURNAL). */
  stages: z.array(StageLatency).optional(),
});
export type RoleStatus = z.infer<typeof RoleStatus>;

/** A role without a status message for this long is away. */
export const awayMs = 3500;

/** `{}` stands for the detail. */
const sentences = {
  STARTING: ['正在启动', 'It is starting'],
  ROLE_AWAY: ['进程 {} 没有响应', 'The role {} does not answer'],
  BROKER_UNREACHABLE: ['消息服务（nats-server）连接中断：{}', 'The broker (nats-server) cannot be reached: {}'],
  NOT_STORED: ['新数据没有被写入：{}', 'Entries are not being stored: {}'],
  TAPE_SILENT: ['没有新的行情进入（{}）', 'No entry of the tape comes in ({})'],
  DISK_FULL: [
    '磁盘已满，暂停写入；腾出空间后自动继续：{}',
    'The disk is full and intake has stopped; it goes on by itself once there is room: {}',
  ],
  ACCESS_REFUSED: ['消息服务拒绝了权限：{}', 'The broker refuses a permission: {}'],
  MARKET_CLOSED: ['今天休市（{}）', 'The market is closed today ({})'],
  BEFORE_OPEN: ['尚未开盘，{} 起准备当日数据', 'Not open yet; the day is prepared from {} on'],
  AFTER_CLOSE: ['已收盘；{}', 'The day is over; {}'],
  CALENDAR_UNKNOWN: [
    '交易日历没有这一天（{}）：请配置 Tushare 令牌，或在 reference.calendar 给出日历文件',
    'The calendar does not know {}: give a Tushare token, or a file in reference.calendar',
  ],
  OPENING: ['正在准备当日数据（{}）', 'The day is being opened ({})'],
  NO_NETWORK: ['没有网络：{}', 'There is no network: {}'],
  DAY_REFUSED: ['当日无法开启：{}', 'The day could not be opened: {}'],
  STANDBY: ['正在等待采集权（租约）', 'It waits for the right to collect (lease)'],
  CATCHING_UP: ['正在追赶日志：{}', 'It is catching up with the journal: {}'],
  NO_DAY: ['还没有交易日的数据', 'There is no trading day yet'],
  STORE_UNAVAILABLE: ['归档库不可用：{}', 'The archive does not answer: {}'],
} as const;
export type StatusCode = keyof typeof sentences;

/** The sentence of a code; the code itself where there is none. */
export function sayStatus(code: string, detail: string | null, language: 'zh' | 'en'): string {
  const found = sentences[code as StatusCode]?.[language === 'zh' ? 0 : 1] ?? `${code}: {}`;
  return found.replace('{}', detail ?? '').replace(/[:：]\s*$/, '');
}

/** Where a market's rows come from. An invented market is never shown as the real one: this travels with every day and message. */
export const origins = ['simulated', 'recorded', 'live'] as const;
export type Origin = (typeof origins)[number];
