/** 东方财富: the richest source and the easiest to be banned from, by closing the connection without a byte. */
import type { DataSourceAdapter, Endpoint, SourceFlow } from '../adapter.ts';
import { emDayFlow, emDays } from './days.ts';
import { emBoards, emChanges, emMembers, emPool } from './lists.ts';
import { emBreadth, emMoves } from './market.ts';
import { emFlowPage, emQuote, emQuotePage, emQuotes } from './quotes.ts';
import { type DayParams, emFlow, emMinutes } from './series.ts';
import { emPush } from './sse.ts';

const instrumentFlow: Endpoint<DayParams, SourceFlow> = {
  ...emFlow,
  request: ({ instrument, date }) => emFlow.request({ entity: instrument, date }),
  parse: (body, { instrument, date }) => emFlow.parse(body, { entity: instrument, date }),
};

export const eastmoney = {
  name: 'eastmoney',
  domain: 'eastmoney',
  hosts: { push2: 'https://push2.eastmoney.com', push2his: 'https://push2his.eastmoney.com', push2ex: 'https://push2ex.eastmoney.com' },
  quotes: emQuotes,
  push: emPush,
  quote: emQuote,
  quotePage: emQuotePage,
  minutes: emMinutes,
  flow: instrumentFlow,
  entityFlow: emFlow,
  flowPage: emFlowPage,
  boards: emBoards,
  members: emMembers,
  pool: emPool,
  changes: emChanges,
  days: emDays,
  dayFlow: emDayFlow,
  breadth: emBreadth,
  moves: emMoves,
} as const satisfies DataSourceAdapter & Record<string, unknown>;
