/** An opportunity as people see it: identity, public states, advice, risk notes. */
import { type Entity, entityToken } from './entity.ts';
import type { Direction } from './signal.ts';
import type { TradeDate } from './units.ts';

export const families = ['momentum', 'board', 'sector', 'risk'] as const;
export type Family = (typeof families)[number];

/** 发现, 确认, 跟踪, 结束; `archived` after the cool-down. */
export const publicStates = ['discovered', 'confirmed', 'tracking', 'ended', 'archived'] as const;
export type PublicState = (typeof publicStates)[number];

export const endReasons = [
  'TARGET',
  'STOP',
  'DECAY',
  'TIMEOUT',
  'INVALID',
  'UNCONFIRMED',
  'LIMIT',
  'SESSION',
  'DATA',
  'RISK',
  'MANUAL',
] as const;
export type EndReason = (typeof endReasons)[number];

export const advices = ['T0_WITH_BASE', 'OPEN_T1', 'WATCH', 'REDUCE', 'AVOID'] as const;
export type Advice = (typeof advices)[number];

/** `20261123.SH.600519.up.momentum.1`; also the tail of its subject. */
export const opportunityId = (date: TradeDate, entity: Entity, direction: Direction, family: Family, seqNo: number): string =>
  `${date}.${entityToken(entity)}.${direction}.${family}.${seqNo}`;

/** The first segment of a state path, folded to the public word; `suspended` keeps what it paused. */
export function publicState(path: string): PublicState {
  const head = path.split('.')[0]!;
  return head === 'suspended' ? 'tracking' : (head as PublicState);
}
