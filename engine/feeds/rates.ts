/** Requests a second by source and host: what each vendor was seen to bear (contracts/spec/quality.md#ingest). */
import type { SourceName } from './adapter.ts';
import type { Rate } from './collector/token-bucket.ts';

/** A budget that all hosts of a source share. */
export const everyHost = '*';

export const sourceRates: Readonly<Record<SourceName, Readonly<Record<string, Rate>>>> = {
  tencent: { quotes: { perSec: 10, burst: 20 }, minutes: { perSec: 5, burst: 5 }, flow: { perSec: 5, burst: 5 } },
  sina: { quotes: { perSec: 10, burst: 20 } },
  // 300 in 5 min is where bans begin, whichever of its hosts is asked
  eastmoney: { [everyHost]: { perSec: 0.9, burst: 5 } },
  tushare: { api: { perSec: 3, burst: 5 } },
};
