/** The query role: reads TAPE into memory and answers questions from there and from the store. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';
import { RoleStart, roleEnv } from '../../contracts/roles.ts';
import { streams } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { codeVersion } from '../cli/root.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { newestDay } from '../log/jetstream-tape.ts';
import type { StoreAddress } from '../store/chdb-process.ts';
import { Store } from '../store/client.ts';
import { storeAddress } from '../store/locate.ts';
import { makeLog } from '../telemetry/log.ts';
import { metrics, registry } from '../telemetry/metrics.ts';
import { serveOps } from '../telemetry/ops-server.ts';
import { queryMetrics } from '../telemetry/query-metrics.ts';
import { Answers } from './answers.ts';
import { DayTable } from './day-table.ts';
import { respond } from './responder.ts';

const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const log = makeLog('query', start.logLevel);
const waitMs = 200;
const stop = new AbortController();
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGINT', () => stop.abort())
  .on('disconnect', () => stop.abort());

try {
  await main();
  log.info({ event: 'query.stopped' });
  process.exit(0);
} catch (error) {
  log.fatal({ event: 'query.failed', code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  process.exit(1);
}

async function main(): Promise<void> {
  const nc = await connectBroker(start, 'fenshi-query');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  let day: DayTable | null = null;
  const store = storeFinder(start.dir);
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, () => ({
    ready: day !== null,
    checks: { n: day?.n ?? -1, store: store() !== null },
  }));
  respond(nc, start.run, new Answers({ day: () => day, store }));
  process.send?.({ type: 'up' });
  let newest = null;
  while (!stop.signal.aborted && newest === null) {
    newest = await newestDay(jsm, start.run).catch(() => null);
    if (newest === null) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  if (newest === null) return void (await nc.close());
  let openSeq = newest.openSeq;
  for await (const { seq, body } of streamFrom(js, streams(start.run).tape, openSeq, { signal: stop.signal })) {
    const entry = decodeTape(body);
    if (entry.type === 'day.open') {
      openSeq = seq;
      day = new DayTable(loadBundle(start.bundles, entry.bundle));
    }
    day?.apply(seq - openSeq, entry);
    queryMetrics.n.set(seq - openSeq);
  }
  ops.close();
  await nc.close();
}

/** The store as its role last said where it is; another address after a restart makes another client. */
function storeFinder(dir: string): () => Store | null {
  let [known, client]: [StoreAddress | null, Store | null] = [null, null];
  return () => {
    const address = start.store ?? storeAddress(dir);
    if (address === null) return null;
    if (client === null || known?.url !== address.url || known.password !== address.password) {
      void client?.close();
      [known, client] = [address, new Store(address)];
    }
    return client;
  };
}
