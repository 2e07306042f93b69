/** The parsers under test, from this checkout or from a copy with a bug in it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Feeds = {
  readonly tencentQuotes: typeof import('../../engine/feeds/tencent/quotes.ts');
  readonly tencentMinutes: typeof import('../../engine/feeds/tencent/minutes.ts');
  readonly tencentFlow: typeof import('../../engine/feeds/tencent/flow.ts');
  readonly tencentBoards: typeof import('../../engine/feeds/tencent/boards.ts');
  readonly tencentDays: typeof import('../../engine/feeds/tencent/days.ts');
  readonly emDays: typeof import('../../engine/feeds/eastmoney/days.ts');
  readonly emMarket: typeof import('../../engine/feeds/eastmoney/market.ts');
  readonly emQuotes: typeof import('../../engine/feeds/eastmoney/quotes.ts');
  readonly emSeries: typeof import('../../engine/feeds/eastmoney/series.ts');
  readonly emSse: typeof import('../../engine/feeds/eastmoney/sse.ts');
  readonly emLists: typeof import('../../engine/feeds/eastmoney/lists.ts');
  readonly sinaQuotes: typeof import('../../engine/feeds/sina/quotes.ts');
  readonly sinaSocket: typeof import('../../engine/feeds/sina/socket.ts');
  readonly tushare: typeof import('../../engine/feeds/tushare/apis.ts');
};

export type { Feeds };

const files: Readonly<Record<keyof Feeds, string>> = {
  tencentQuotes: 'tencent/quotes.ts',
  tencentMinutes: 'tencent/minutes.ts',
  tencentFlow: 'tencent/flow.ts',
  tencentBoards: 'tencent/boards.ts',
  tencentDays: 'tencent/days.ts',
  emDays: 'eastmoney/days.ts',
  emMarket: 'eastmoney/market.ts',
  emQuotes: 'eastmoney/quotes.ts',
  emSeries: 'eastmoney/series.ts',
  emSse: 'eastmoney/sse.ts',
  emLists: 'eastmoney/lists.ts',
  sinaQuotes: 'sina/quotes.ts',
  sinaSocket: 'sina/socket.ts',
  tushare: 'tushare/apis.ts',
};

export async function feedsIn(root: string): Promise<Feeds> {
  const loaded = await Promise.all(
    Object.entries(files).map(async ([name, file]) => [
      name,
      (await import(pathToFileURL(join(root, 'engine', 'feeds', file)).href)) as unknown,
    ]),
  );
  return Object.fromEntries(loaded) as Feeds;
}
