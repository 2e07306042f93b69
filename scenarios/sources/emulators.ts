/** All emulated vendors over one market table: real HTTP, SSE and WebSocket servers on loopback, with scripted faults. */
import { eastmoneyRoute } from './eastmoney.ts';
import { FaultDesk, type Vendor } from './faults.ts';
import { serveVendor } from './server.ts';
import { serveSinaSocket, sinaRoute } from './sina.ts';
import type { MarketTable } from './table.ts';
import { tencentRoute } from './tencent.ts';
import { type Calendar, tushareRoute } from './tushare.ts';

export type Emulators = {
  readonly urls: Readonly<Record<Vendor, string>>;
  readonly faults: FaultDesk;
  readonly close: () => Promise<void>;
};
export const emulatedToken = 'emulated-token';

/** `ports`: fixed ones, so that a restart keeps its addresses; else any free. */
export async function startEmulators(
  table: MarketTable,
  options: { readonly calendar?: Calendar; readonly ports?: Partial<Record<Vendor, number>>; readonly tusharePageRows?: number } = {},
): Promise<Emulators> {
  const faults = new FaultDesk(table);
  const { calendar = [], ports = {}, tusharePageRows } = options;
  const [tencent, sina, eastmoney, tushare] = await Promise.all([
    serveVendor('tencent', faults, tencentRoute(table, faults), ports.tencent),
    serveVendor('sina', faults, sinaRoute(table, faults), ports.sina),
    serveVendor('eastmoney', faults, eastmoneyRoute(table, faults), ports.eastmoney),
    serveVendor('tushare', faults, tushareRoute(table, faults, emulatedToken, calendar, tusharePageRows), ports.tushare),
  ]);
  serveSinaSocket(sina, table, faults);
  return {
    urls: { tencent: tencent.url, sina: sina.url, eastmoney: eastmoney.url, tushare: tushare.url },
    faults,
    close: async () => {
      await Promise.all([tencent, sina, eastmoney, tushare].map((each) => each.close()));
    },
  };
}
