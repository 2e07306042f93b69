/** What goes wrong with an emulated vendor, by script: one fault a vendor at a time, from one run time to another. */
import type { MarketTable } from './table.ts';

export const vendors = ['tencent', 'sina', 'eastmoney', 'tushare'] as const;
export type Vendor = (typeof vendors)[number];
export const faultKinds = [
  /** The connection is taken and closed without a byte: Eastmoney's ban. */
  'ban',
  /** Refused before HTTP: the host is down. */
  'down',
  'tooMany',
  /** Tushare: one API of it (stock_basic) may be asked once an hour. */
  'oneApi',
  /** Not for us: HTTP 403, or the control line that refuses a socket. */
  'denied',
  'serverError',
  /** Bytes come, one in a while. */
  'drip',
  /** A page of HTML with status 200. */
  'html',
  'truncated',
  /** One field more than the layout has. */
  'drift',
  /** Rows as they stood when the fault began; the clock in them too. */
  'stale',
  /** Prices as they stood, with a clock that goes on. */
  'frozen',
  'badGbk',
  /** Volume a hundred times too large. */
  'unit',
  /** One board (STAR) in a unit that does not exist. */
  'board',
  /** Streams end after their first message. */
  'wsDrop',
] as const;
/** Where an emulator is told what goes wrong: PUT `{"kind": "ban", "seconds": 120}`, kind null to end it. No vendor has such a path. */
export const faultPath = '/-/fault';
export type FaultKind = (typeof faultKinds)[number];
export type Fault = { readonly vendor: Vendor; readonly kind: FaultKind; readonly fromMs: number; readonly toMs: number };

export class FaultDesk {
  readonly #table: MarketTable;
  #script: Fault[] = [];
  /** Requests by vendor, for ban budgets. */
  readonly requests: Record<Vendor, number> = { tencent: 0, sina: 0, eastmoney: 0, tushare: 0 };

  constructor(table: MarketTable) {
    this.#table = table;
  }

  plan(faults: readonly Fault[]): void {
    this.#script = [...faults];
  }

  /** From now on, in run time, in place of what was planned for the vendor; null: nothing any more. */
  set(vendor: Vendor, kind: FaultKind | null, seconds: number): void {
    const { nowMs } = this.#table;
    this.#table.showTo(vendor, false); // a view frozen before is none of this fault's
    this.#script = this.#script.filter((fault) => fault.vendor !== vendor);
    if (kind !== null) this.#script.push({ vendor, kind, fromMs: nowMs, toMs: nowMs + seconds * 1000 });
  }

  /** The fault of a vendor now, in run time; what is read of the market next is what this vendor sees of it. */
  of(vendor: Vendor): FaultKind | null {
    const { nowMs } = this.#table;
    const kind = this.#script.find((fault) => fault.vendor === vendor && nowMs >= fault.fromMs && nowMs < fault.toMs)?.kind ?? null;
    this.#table.showTo(vendor, kind === 'stale' || kind === 'frozen');
    return kind;
  }
}
