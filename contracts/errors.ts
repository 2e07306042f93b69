/**
 * Every coded error: meaning, whether trying again can help, HTTP status where a person may see it.
 * errors.md says the same for people; a test holds the two equal.
 */
export const errorCodes = {
  CONFIG_INVALID: {
    meaning: 'A configuration value is missing, unknown or of the wrong type; the line is named.',
    retryable: false,
    status: 500,
  },
  CALENDAR_UNKNOWN: {
    meaning: 'The date lies outside every calendar at hand (shipped 2010–2026, library, file, Tushare); no guess is made.',
    retryable: false,
    status: 422,
  },
  NOT_A_TRADING_DAY: { meaning: 'The exchanges are closed on that date.', retryable: false, status: 422 },
  RULE_UNCOVERED: { meaning: 'No dated price-limit rule covers this board on this date.', retryable: false, status: 422 },
  BUNDLE_MISSING: { meaning: 'The bundle that day.open names is not in the bundle folder.', retryable: false, status: 500 },
  BUNDLE_CORRUPT: {
    meaning: "The bundle's bytes do not have the sha256 that day.open names, or do not match its schema.",
    retryable: false,
    status: 500,
  },
  TAPE_HOLE: {
    meaning: 'The tape is not contiguous, or begins after the checkpoint; the cell stops rather than skip.',
    retryable: false,
    status: 500,
  },
  TAPE_CORRUPT: { meaning: 'A tape entry is not a known body.', retryable: false, status: 500 },
  JOURNAL_FORK: { meaning: 'JOURNAL holds another hash for the same step; the cell stops whole.', retryable: false, status: 500 },
  JOURNAL_GAP: { meaning: 'JOURNAL lacks a step.', retryable: false, status: 500 },
  BROKER_UNREACHABLE: { meaning: 'nats-server cannot be reached.', retryable: true, status: 503 },
  BROKER_OUTDATED: { meaning: 'nats-server is older than 2.12.15.', retryable: false, status: 500 },
  RUN_LOCKED: { meaning: 'Another process holds this run or its store.', retryable: false, status: 409 },
  PORT_IN_USE: { meaning: 'The port is taken by another program.', retryable: false, status: 500 },
  REPLAY_INPUT: { meaning: 'The file is not a tick file of a known layout; the line is named.', retryable: false, status: 422 },
  SCENARIO_INVALID: { meaning: 'A scenario file cannot be read; the line is named.', retryable: false, status: 422 },
  SOURCE_UNREACHABLE: {
    meaning: 'A source gave no answer: refused, timed out, or closed the connection without bytes.',
    retryable: true,
    status: 502,
  },
  SOURCE_STATUS: { meaning: 'A source answered with an HTTP error.', retryable: true, status: 502 },
  SOURCE_BODY: {
    meaning: 'The body of a source is not in its format; the failure is never taken for an empty list.',
    retryable: true,
    status: 502,
  },
  SOURCE_REFUSED: { meaning: 'A source answered with an error of its own; the message is in the log.', retryable: false, status: 502 },
  SOURCE_LIMITED: {
    meaning: 'A source reports a rate limit; it is requested less often until it recovers.',
    retryable: true,
    status: 429,
  },
  SOURCE_DENIED: { meaning: 'A source refuses the token, the permission or the address.', retryable: false, status: 403 },
  STORE_UNAVAILABLE: {
    meaning: 'The store (chDB or ClickHouse) does not answer, or another process holds its folder.',
    retryable: true,
    status: 503,
  },
  STORE_REFUSED: { meaning: 'The store refused a statement; its own code is in the message.', retryable: false, status: 500 },
  IMPORT_INVALID: {
    meaning: 'A file is of no kind that can be imported, or one of its rows cannot be read; the line is named.',
    retryable: false,
    status: 422,
  },
  REFERENCE_MISSING: { meaning: 'No source lists the instruments; no day is opened.', retryable: true, status: 503 },
  QUERY_INVALID: { meaning: 'A request does not match its schema, or asks for too much at once.', retryable: false, status: 400 },
  SERVICE_UNAVAILABLE: { meaning: 'No responder for requests of this kind.', retryable: true, status: 503 },
  DISK_FULL: {
    meaning: 'The disk under the run is full: no new day is opened and intake stops; it resumes by itself once there is room.',
    retryable: true,
    status: 507,
  },
  NOT_STORED: {
    meaning: 'The broker has not acknowledged an entry for some seconds; it is retried.',
    retryable: true,
    status: 503,
  },
  ACCESS_REFUSED: { meaning: 'The broker refuses a permission that the role needs.', retryable: false, status: 403 },
  RUN_KIND: {
    meaning: 'The run holds a market of another kind (simulated, recorded or live); kinds never share a run.',
    retryable: false,
    status: 409,
  },
  STRATEGY_INVALID: {
    meaning: 'A strategy folder is not one that can be run: manifest, code, checksum or signature; the part is named.',
    retryable: false,
    status: 422,
  },
  STORE_SCHEMA: {
    meaning: 'The store was made by another version: an applied migration differs.',
    retryable: false,
    status: 500,
  },
  GATEWAY_UWS_UNAVAILABLE: {
    meaning: 'uWebSockets.js cannot be loaded on this system; the ways out are named.',
    retryable: false,
    status: 500,
  },
  BAD_FRAME: { meaning: 'The frame is not valid JSON or MessagePack of the agreed subprotocol.', retryable: false, status: 400 },
  UNKNOWN_OP: { meaning: 'The frame names an operation that does not exist.', retryable: false, status: 400 },
  UNKNOWN_CHANNEL: { meaning: 'The frame names a channel that does not exist.', retryable: false, status: 404 },
  FRAME_TOO_LARGE: { meaning: 'A frame from a client may hold at most 4 KiB.', retryable: false, status: 413 },
  RATE_LIMITED: { meaning: 'More than 20 frames a second, 64 at once.', retryable: true, status: 429 },
  TOO_MANY_CHANNELS: { meaning: 'A connection may hold at most 256 channels.', retryable: false, status: 400 },
  HOST_REFUSED: { meaning: 'The Host header is not allowed (DNS rebinding).', retryable: false, status: 403 },
  ORIGIN_REFUSED: { meaning: 'The Origin header is not allowed.', retryable: false, status: 403 },
  NO_SUBPROTOCOL: { meaning: 'None of the offered subprotocols is fenshi.v1.json or fenshi.v1.msgpack.', retryable: false, status: 400 },
  NOT_FOUND: { meaning: 'There is nothing under this address.', retryable: false, status: 404 },
  NOT_READY: { meaning: 'The day has not been read yet.', retryable: true, status: 503 },
  USAGE: { meaning: 'A command was given an invalid argument or option.', retryable: false, status: 400 },
  NOTHING_RUNS: { meaning: 'No run is up on this machine, or what was asked of it has ended.', retryable: false, status: 503 },
  CONTROL_REFUSED: {
    meaning: 'The cell has answered a command with a refusal; its code is in the message.',
    retryable: false,
    status: 409,
  },
  CONTROL_PENDING: {
    meaning: 'The command is stored and has no answer in the journal yet; it is carried out once, however often it is asked for by its id.',
    retryable: true,
    status: 504,
  },
  CONFLICT: { meaning: 'What was to be replaced is not what stands there any more: read it again.', retryable: false, status: 409 },
  BAD_REQUEST: { meaning: 'A request parameter is malformed.', retryable: false, status: 400 },
  NOTIFY_REFUSED: {
    meaning: 'A notification was not taken by its channel; the vendor’s reason is in the message.',
    retryable: false,
    status: 502,
  },
  UNAUTHORIZED: { meaning: 'A valid token is needed.', retryable: false, status: 401 },
  TOKENS_FULL: { meaning: 'A thousand tokens are valid or revoked and not expired yet: no other is made.', retryable: false, status: 409 },
  TOKENS_UNREADABLE: {
    meaning: 'The list of tokens cannot be read: by a token nobody is admitted until it can, and none is made or revoked.',
    retryable: false,
    status: 500,
  },
  FORBIDDEN: { meaning: 'The token’s role may not do this.', retryable: false, status: 403 },
  METHOD_NOT_ALLOWED: { meaning: 'The address does not know this method; Allow names those it knows.', retryable: false, status: 405 },
  BODY_TOO_LARGE: { meaning: 'A request body may hold at most 64 KiB.', retryable: false, status: 413 },
  UNSUPPORTED_TYPE: { meaning: 'The body’s content type is not read here.', retryable: false, status: 415 },
  TOO_MANY_REQUESTS: { meaning: 'Too many requests from this address; Retry-After says when.', retryable: true, status: 429 },
  UPGRADE_REQUIRED: { meaning: 'The address is a WebSocket.', retryable: false, status: 426 },
  BUSY: { meaning: 'The limit of concurrent requests is reached; try again.', retryable: true, status: 503 },
  DEADLINE: { meaning: 'The response missed its deadline.', retryable: true, status: 504 },
  INTERNAL: { meaning: 'An internal fault; see the log.', retryable: false, status: 500 },
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** An expected failure with a code people can look up. Bugs are plain assertions, not these. */
export class FenshiError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.name = 'FenshiError';
    this.code = code;
    this.retryable = errorCodes[code].retryable;
  }
}
