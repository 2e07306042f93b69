/**
 * Eastmoney's only push channel (contracts/spec/sources.md#eastmoney): server-sent events of ulist, each `data: {json}` and a blank line.
 *
 * Merge   a frame with full 1 replaces the list; with full 0 it carries only changed fields, keyed by the row number of the request
 * Alive   `data: null` says that nothing changed
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { secid } from '../../wire/symbols.ts';
import type { InstrumentsParams, Parsed, PushChannel, SourceQuote } from '../adapter.ts';
import { isObject, type JsonRow, readRows } from '../rows/rows.ts';
import { dataIn, ut } from './envelope.ts';
import { quoteFields, quoteOfRow, type Scale } from './rows.ts';

export const emStreamPath = ({ instruments }: InstrumentsParams): string =>
  `/api/qt/ulist/sse?secids=${instruments.map(secid).join(',')}&pn=1&pz=${instruments.length}&mpi=2000&invt=3&fltt=2&po=1&np=2&fields=${quoteFields}&ut=${ut.stream}`;
/** Cuts a byte stream into events; a frame may come in any number of pieces. */
export class EventSplitter {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #rest = '';

  /** Bodies of the `data:` fields that are complete now. @throws FenshiError SOURCE_BODY */
  push(chunk: Uint8Array): string[] {
    try {
      this.#rest += this.#decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new FenshiError('SOURCE_BODY', 'the stream is not UTF-8', { cause: error });
    }
    const blocks = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = blocks.pop()!;
    if (this.#rest.length > 4_000_000) throw new FenshiError('SOURCE_BODY', 'an event without an end');
    return blocks.flatMap((block) => {
      const data = block.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      return data.length === 0 ? [] : [data.map((line) => line.slice(5).trimStart()).join('\n')];
    });
  }
}

export class ListStream {
  readonly #scale: Scale;
  #rows = new Map<string, JsonRow>();
  #hasFull = false;

  constructor(scale: Scale = 'decimal') {
    this.#scale = scale;
  }

  /** Rows that the event changed. @throws FenshiError SOURCE_BODY, SOURCE_REFUSED */
  event(data: string): Parsed<SourceQuote> {
    const answer = parse(data);
    const body = dataIn(answer);
    if (body === null) return { rows: [], rejected: [] };
    const { diff } = body;
    if (!isObject(diff) && !Array.isArray(diff)) throw new FenshiError('SOURCE_BODY', 'no diff');
    const changed = Object.entries(diff);
    if (answer.full === 1) {
      this.#rows = new Map(changed.filter((entry): entry is [string, JsonRow] => isObject(entry[1])));
      this.#hasFull = true;
    } else {
      if (!this.#hasFull) throw new FenshiError('SOURCE_BODY', 'a delta before the first full list');
      for (const [key, fields] of changed) if (isObject(fields)) this.#rows.set(key, { ...this.#rows.get(key), ...fields });
    }
    return readRows(
      changed.map(([key, fields]) => (isObject(fields) ? this.#rows.get(key) : fields)),
      'f12',
      (row) => quoteOfRow(row, this.#scale),
    );
  }
}

export const emPush: PushChannel = {
  source: 'eastmoney',
  transport: 'sse',
  host: 'push2',
  capacity: 50, // no documented cap; tens of symbols are what pages use
  idleMs: 30_000,
  request: (params) => ({ path: emStreamPath(params), headers: { Accept: 'text/event-stream', Referer: 'https://quote.eastmoney.com/' } }),
  reader: () => {
    const [splitter, list] = [new EventSplitter(), new ListStream()];
    return (bytes) => {
      const told = splitter.push(bytes).map((event) => list.event(event));
      return { rows: told.flatMap(({ rows }) => rows), rejected: told.flatMap(({ rejected }) => rejected), unsupported: [] };
    };
  },
};

function parse(data: string): JsonRow {
  try {
    const answer: unknown = JSON.parse(data);
    if (isObject(answer)) return answer;
  } catch {
    // told below: the reason is the same
  }
  throw new FenshiError('SOURCE_BODY', `not an event: ${data.slice(0, 40)}`);
}
