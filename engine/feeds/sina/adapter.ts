/** 新浪: level-1 with exact shares, over HTTP or one WebSocket for some hundreds of symbols. */
import type { DataSourceAdapter } from '../adapter.ts';
import { sinaQuotes } from './quotes.ts';
import { sinaPush } from './socket.ts';

export const sina = {
  name: 'sina',
  domain: 'sina',
  hosts: { quotes: 'https://hq.sinajs.cn' },
  quotes: sinaQuotes,
  push: sinaPush,
} as const satisfies DataSourceAdapter;
