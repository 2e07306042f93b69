/** 腾讯: the whole market in eight requests, and the most tolerant of all sources. */
import type { DataSourceAdapter } from '../adapter.ts';
import { tencentBoardMoves, tencentBoards, tencentMembers } from './boards.ts';
import { tencentDays } from './days.ts';
import { tencentFlow } from './flow.ts';
import { tencentFiveDays, tencentMinutes } from './minutes.ts';
import { tencentQuotes } from './quotes.ts';

export const tencent = {
  name: 'tencent',
  domain: 'tencent',
  hosts: { quotes: 'https://qt.gtimg.cn', minutes: 'https://web.ifzq.gtimg.cn', flow: 'https://proxy.finance.qq.com' },
  quotes: tencentQuotes,
  minutes: tencentMinutes,
  fiveDays: tencentFiveDays,
  flow: tencentFlow,
  boards: tencentBoards,
  members: tencentMembers,
  boardMoves: tencentBoardMoves,
  days: tencentDays,
} as const satisfies DataSourceAdapter & Record<string, unknown>;
