/**
 * What a vendor is to the rest of the engine: named endpoints, each a pure request builder and a pure parser. The collector does
 * the I/O, so that every parser can be run on any bytes.
 *
 * Units   end in the parser: prices Milli, volumes shares, money yuan, ratios fractions, instants epoch ms
 * Rows    a sound row is returned, an unsound one is rejected with its reason, never repaired
 * Errors  FenshiError SOURCE_BODY (not the format), SOURCE_REFUSED, SOURCE_LIMITED, SOURCE_DENIED (the vendor said no)
 */
import { FenshiError } from '../../contracts/errors.ts';
import type { Quote } from '../../contracts/quote.ts';
import type { TradeDate } from '../../contracts/units.ts';

export const sourceNames = ['tencent', 'sina', 'eastmoney', 'tushare'] as const;
export type SourceName = (typeof sourceNames)[number];

export type RequestSpec = {
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Present: POST. */
  readonly body?: string;
};

export const rejectReasons = ['SHAPE', 'FIELDS', 'NUMBER', 'TIME', 'INVARIANT', 'TRUNCATED', 'DATE', 'CODE'] as const;
export type RejectReason = (typeof rejectReasons)[number];
/** `no`: the instrument the row is about, where that could be read. */
export type Rejected = { readonly key: string; readonly reason: RejectReason; readonly no?: number };

export type Parsed<R> = {
  readonly rows: readonly R[];
  readonly rejected: readonly Rejected[];
  /** Rows of the whole list, where the answer is one page of it. */
  readonly total?: number;
  /** The vendor has more rows of this answer than it sent. */
  readonly more?: boolean;
  /** What the vendor sent besides: names that could not be decoded, rows nobody asked for, fields the layout does not know. */
  readonly anomalies?: Readonly<Partial<Record<'badName' | 'unrequested' | 'unknownField' | 'afterHours' | 'noTrade', number>>>;
};

/** SOURCE_LIMITED with the pause the source asks for; null where it does not say. */
export class SourceLimited extends FenshiError {
  readonly retryAfterMs: number | null;
  /** What is limited: the host, or the one endpoint that was requested. */
  readonly scope: 'host' | 'endpoint';

  constructor(detail: string, retryAfterMs: number | null, scope: 'host' | 'endpoint' = 'host') {
    super('SOURCE_LIMITED', detail);
    this.retryAfterMs = retryAfterMs;
    this.scope = scope;
  }
}

export type Endpoint<P, R> = {
  readonly source: SourceName;
  /** Label in metrics: a fixed word, never a symbol. */
  readonly name: string;
  /** Key of the adapter's hosts. */
  readonly host: string;
  readonly request: (params: P) => RequestSpec;
  /** @throws FenshiError as above */
  readonly parse: (body: Uint8Array, params: P) => Parsed<R>;
};

/** Instruments as numbers (contracts/units.ts). */
export type InstrumentsParams = { readonly instruments: readonly number[] };
export type InstrumentParams = { readonly instrument: number };

export type SourceQuote = {
  readonly quote: Quote;
  /** Null where its bytes are no GB18030; the last good one is kept by whoever shows it. */
  readonly name: string | null;
  readonly floatShares: number | null;
  readonly totalShares: number | null;
  /** Fixed-price trading 15:05–15:30, apart from the day's totals; null where the source does not tell. */
  readonly afterHours: { readonly shares: number; readonly yuan: number } | null;
};

/** One minute, stamped at its close; 09:30 is the opening match. Null where the source does not carry the field. */
export type SourceMinute = {
  readonly instrumentNo: number;
  readonly tsMs: number;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly closeMilli: number;
  readonly volumeShares: number;
  readonly amountYuan: number | null;
};

/** One whole day as traded. Null where the source does not carry the field. */
export type SourceDay = Omit<SourceMinute, 'tsMs'> & { readonly date: TradeDate };

/** Stocks of an exchange, under its index, that rose, fell and stood. */
export type SourceBreadth = { readonly instrumentNo: number; readonly up: number; readonly down: number; readonly flat: number };
/** Stocks by the day's move in per cent; ±11 stand for the limits. */
export type SourceMoves = { readonly percent: number; readonly stocks: number };

/** Money flow of one instrument or board, cumulative since the open. Vendors' classes differ: never mix two sources. */
export type SourceFlow = {
  /** Instrument id or the vendor's board code. */
  readonly entity: string;
  readonly tsMs: number;
  readonly mainYuan: number;
  readonly superYuan: number | null;
  readonly largeYuan: number | null;
  readonly mediumYuan: number | null;
  readonly smallYuan: number | null;
};

export type BoardKind = 'industry' | 'concept' | 'region';
export type SourceBoard = {
  readonly code: string;
  readonly name: string;
  readonly kind: BoardKind;
  readonly change: number | null;
  readonly mainYuan: number | null;
  readonly up: number | null;
  readonly down: number | null;
  readonly leaderNo: number | null;
};
/** A board's change today and over 5 and 20 days, fractions. */
export type SourceBoardMove = {
  readonly code: string;
  readonly name: string;
  readonly change: number | null;
  readonly change5: number | null;
  readonly change20: number | null;
};
export type SourceMember = { readonly board: string; readonly instrumentNo: number; readonly name: string };

/** A named set of endpoints. `domain`: what fails together; a backup is another domain. */
/** A row of a limit pool (涨停、炸板、跌停、昨日涨停…). Null where that pool has no such field. */
export type SourcePoolRow = {
  readonly instrumentNo: number;
  readonly name: string;
  readonly lastMilli: number | null;
  readonly change: number | null;
  readonly amountYuan: number | null;
  readonly industry: string | null;
  /** Consecutive boards 连板; yesterday's for the pool of yesterday. */
  readonly boards: number | null;
  /** 封板资金 in yuan. */
  readonly sealYuan: number | null;
  readonly firstSealMs: number | null;
  readonly lastSealMs: number | null;
  /** 炸板次数. */
  readonly opened: number | null;
};

/** 盘口异动: what a vendor saw. Its meaning stays the vendor's; `type` is its number, `word` ours for it. */
export type SourceChange = {
  readonly tsMs: number;
  readonly instrumentNo: number;
  readonly name: string;
  readonly type: number;
  readonly word: string;
  /** As the vendor lists them; which is what depends on the type. */
  readonly values: readonly number[];
};

export type PushFrame = Parsed<SourceQuote> & {
  /** Instruments this channel says it does not carry. */
  readonly unsupported: readonly number[];
};

/** A channel the vendor pushes quotes on. Pure as an endpoint is: the reader keeps what one connection has told, nothing else. */
export type PushChannel = {
  readonly source: SourceName;
  readonly transport: 'websocket' | 'sse';
  /** Key of the adapter's hosts. */
  readonly host: string;
  /** Instruments a connection carries. */
  readonly capacity: number;
  /** Silent for longer: the connection is dead. */
  readonly idleMs: number;
  readonly request: (params: InstrumentsParams) => RequestSpec;
  /** A reader of one connection: messages of a WebSocket, bytes of an event stream in any pieces. @throws FenshiError as above */
  readonly reader: () => (frame: Uint8Array) => PushFrame;
};

export type DataSourceAdapter = {
  readonly name: SourceName;
  readonly domain: string;
  readonly hosts: Readonly<Record<string, string>>;
  readonly quotes?: Endpoint<InstrumentsParams, SourceQuote> & { readonly batch: number };
  readonly minutes?: Endpoint<InstrumentParams & { readonly date: string }, SourceMinute>;
  readonly flow?: Endpoint<InstrumentParams & { readonly date: string }, SourceFlow>;
  readonly push?: PushChannel;
};
