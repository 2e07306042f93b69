/** The store as the rest of the engine sees it: ClickHouse at an address, whoever answers there. */
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { FenshiError } from '../../contracts/errors.ts';
import { storeMetrics } from '../telemetry/store-metrics.ts';
import type { StoreAddress } from './chdb-process.ts';
import type { RowBinary } from './row-binary.ts';

const requestMs = 120_000;
/** What one question may cost where others ask it: seconds, rows, bytes. Beyond any of them the store refuses. */
export const askedLimits = { max_execution_time: 5, max_result_rows: 200_000, max_memory_usage: 2_000_000_000 } as const;

export class Store {
  readonly #client: ClickHouseClient;
  readonly #settings: string;

  /** `limits`: of every question for rows. */
  constructor({ url, username, password }: StoreAddress, limits: Readonly<Record<string, number>> = {}) {
    const set = Object.entries(limits).map(([name, most]) => `${name} = ${most}`);
    this.#settings = set.length === 0 ? '' : ` SETTINGS ${set.join(', ')}`;
    this.#client = createClient({
      url,
      username,
      password,
      request_timeout: requestMs,
      compression: { request: false, response: false },
      max_open_connections: 8,
      // the same as chDB is started with: a 64-bit number is a number in JSON
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, input_format_parallel_parsing: 0 },
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Rows of a question; parameters as `{name:Type}`. @throws FenshiError STORE_UNAVAILABLE | STORE_REFUSED */
  async rows<T>(query: string, params: Readonly<Record<string, unknown>> = {}): Promise<T[]> {
    return this.#told(async () => {
      const answer = await this.#client.query({ query: `${query}${this.#settings}`, query_params: { ...params }, format: 'JSONEachRow' });
      return answer.json<T>() as Promise<T[]>;
    });
  }

  /** A definition or another statement without rows. */
  async command(query: string, params: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#told(() => this.#client.command({ query, query_params: { ...params } }));
  }

  /** All rows of the buffer as one block: stored whole or not at all. */
  async insert(table: string, rows: RowBinary): Promise<void> {
    if (rows.rows === 0) return;
    const startedMs = performance.now();
    await this.#told(() =>
      this.#client
        .exec({ query: `INSERT INTO ${table} FORMAT RowBinary`, values: Readable.from([Buffer.from(rows.bytes)]) })
        .then(({ stream }) => void stream.resume()),
    );
    storeMetrics.inserts.observe((performance.now() - startedMs) / 1000);
    storeMetrics.rows.inc({ table }, rows.rows);
  }

  /** A question's rows in a format of the engine's, as they come. */
  stream(query: string, format: string, params: Readonly<Record<string, unknown>> = {}): Promise<Readable> {
    return this.#told(async () => (await this.#client.exec({ query: `${query} FORMAT ${format}`, query_params: { ...params } })).stream);
  }

  /** Rows in a format of the engine's into a table. */
  async load(table: string, format: string, values: Readable): Promise<void> {
    await this.#told(() =>
      this.#client.exec({ query: `INSERT INTO ${table} FORMAT ${format}`, values }).then(({ stream }) => void stream.resume()),
    );
  }

  close = (): Promise<void> => this.#client.close();

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      const refused = code !== undefined && /^\d+$/.test(code);
      throw new FenshiError(refused ? 'STORE_REFUSED' : 'STORE_UNAVAILABLE', (message ?? String(error)).slice(0, 300), { cause: error });
    }
  }
}
