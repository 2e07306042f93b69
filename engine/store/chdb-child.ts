/**
 * chDB behind ClickHouse's HTTP protocol: the part of it that `@clickhouse/client` speaks. A child of whoever needs a store, ended with it;
 * or, once its parent has said `keep`, everybody's who finds its address, ended when nobody has asked for a while.
 *
 * Usage        forked with {dir} in FENSHI_CHDB; sends {port} once it listens on loopback
 * Connections  one writes, two read: a heavy question delays neither inserts nor small ones (contracts/spec/engine.md#store)
 * Inserts      the body is spooled to a file and read by the engine, so that binary formats work
 * Errors       as ClickHouse words them, `Code: 47. DB::Exception: …`, with X-ClickHouse-Exception-Code
 */
import { createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ChdbResult, Session } from 'chdb';
import { addressFile } from './locate.ts';

const { dir, secret } = JSON.parse(process.env.FENSHI_CHDB ?? 'null') as { dir: string; secret: string };
/** Whoever works with it asks at least every two seconds. */
const [idleMs, lookMs] = [6000, 500];
let [kept, open, askedMs] = [false, 0, Date.now()];
const readers = 2;
const settings = [
  '--output_format_json_quote_64bit_integers=0',
  '--input_format_parallel_parsing=0',
  '--max_memory_usage=6000000000',
  '--max_threads=2',
];

const session = (): Session => new Session(join(dir, 'db'), { connectionArgs: settings });
const writer = session();
const pool = Array.from({ length: readers }, () => ({ session: session(), waiting: 0 }));
// what a killed one left: the folder is ours, now that it is open
rmSync(join(dir, 'spool'), { recursive: true, force: true });
mkdirSync(join(dir, 'spool'), { recursive: true });
let spooled = 0;

const server = createServer((request, response) => {
  open += 1;
  handle(request, response)
    .catch((error: unknown) => fail(response, error))
    .finally(() => {
      open -= 1;
      askedMs = Date.now();
    });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('message', (word) => {
  if (word !== 'keep') return;
  kept = true;
  setInterval(() => {
    // a folder that has been cleared away takes its store with it
    if (!existsSync(addressFile(dir)) || (open === 0 && Date.now() - askedMs > idleMs)) end();
  }, lookMs);
});
process.on('disconnect', () => {
  if (!kept) process.exit(0);
});
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined); // the parent decides
process.on('SIGTERM', end);

function end(): void {
  server.close();
  if (kept) rmSync(addressFile(dir), { force: true });
  for (const { session } of pool) session.close();
  writer.close();
  process.exit(0);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  const given = request.headers.authorization ?? '';
  if (given !== `Basic ${Buffer.from(`fenshi:${secret}`).toString('base64')}`) return refuse(response, 516, 'Authentication failed');
  const sql = url.searchParams.get('query');
  const params = Object.fromEntries(
    [...url.searchParams].flatMap(([key, value]) => (key.startsWith('param_') ? [[key.slice(6), unescaped(value)]] : [])),
  );
  const result = sql === null ? await ask(await textOf(request), params) : await insert(sql, request, params);
  const summary = {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  };
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'X-ClickHouse-Query-Id': url.searchParams.get('query_id') ?? '',
    'X-ClickHouse-Summary': JSON.stringify(summary),
  });
  response.end(result.bytes());
}

/** Parameters come as a tab-separated field would: `it\\'s`. */
function unescaped(value: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
  return value.startsWith('[') ? value : value.replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter);
}

async function ask(sql: string, params: Record<string, string>): Promise<ChdbResult> {
  if (!/^\s*(SELECT|WITH|SHOW|DESCRIBE|EXPLAIN|EXISTS)\b/i.test(sql)) return run(writer, sql, params);
  const reader = pool.reduce((least, each) => (each.waiting < least.waiting ? each : least));
  reader.waiting += 1;
  try {
    return await run(reader.session, sql, params);
  } finally {
    reader.waiting -= 1;
  }
}

function run(session: Session, sql: string, params: Record<string, string>): Promise<ChdbResult> {
  // the client names its format in the query; the engine wants it beside it
  const found = /\s+FORMAT\s+(\w+)\s*;?\s*$/i.exec(sql);
  const bare = found === null || /^\s*INSERT/i.test(sql) ? sql : sql.slice(0, found.index);
  const options = { format: found?.[1] ?? 'TabSeparated' };
  return Object.keys(params).length === 0 ? session.queryAsync(bare, options) : session.queryBindAsync(bare, params, options);
}

/** `INSERT … FORMAT X` in the address, rows in the body. */
async function insert(sql: string, request: IncomingMessage, params: Record<string, string>): Promise<ChdbResult> {
  const found = /^([\s\S]*?)\s+FORMAT\s+(\w+)\s*;?\s*$/i.exec(sql);
  if (found === null) return ask(`${sql}\n${await textOf(request)}`, params);
  spooled += 1;
  const file = join(dir, 'spool', `${process.pid}-${spooled}`);
  try {
    const zipped = request.headers['content-encoding'] === 'gzip';
    await (zipped ? pipeline(request, createGunzip(), createWriteStream(file)) : pipeline(request, createWriteStream(file)));
    return await writer.queryAsync(`${found[1]} FROM INFILE '${file}' COMPRESSION 'none' FORMAT ${found[2]}`);
  } finally {
    rmSync(file, { force: true });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request)
    parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  refuse(response, Number(/Code:\s*(\d+)/.exec(message)?.[1] ?? 1000), message);
}

function refuse(response: ServerResponse, code: number, message: string): void {
  const text = /^Code:/.test(message) ? message : `Code: ${code}. DB::Exception: ${message}`;
  response.writeHead(code === 516 ? 403 : 500, { 'Content-Type': 'text/plain', 'X-ClickHouse-Exception-Code': String(code) });
  response.end(text);
}
