/** The query role: reads TAPE into memory and answers questions from there and from the store. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import { streams } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { newestDay } from '../log/jetstream-tape.ts';
import { storedTape } from '../log/stored-tape.ts';
import { roleOnBroker } from '../runtime/role-on-broker.ts';
import type { StoreAddress } from '../store/chdb-process.ts';
import { askedLimits, Store } from '../store/client.ts';
import { storeAddress } from '../store/locate.ts';
import { queryMetrics } from '../telemetry/query-metrics.ts';
import { Answers } from './answers.ts';
import { DayTable } from './day-table.ts';
import { PastMarkets } from './past-markets.ts';
import { respond } from './responder.ts';

const waitMs = 500;

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up } = role;
  let day: DayTable | null = null;
  const store = storeFinder(start);
  const bundleOf = (sha: string) => loadBundle(start.bundles, sha);
  const { nc, js, jsm } = await roleOnBroker(role, 'query', () => ({
    code: day === null ? 'NO_DAY' : null,
    facts: { n: day?.n ?? -1, store: store() !== null },
  }));
  const onFault = (error: unknown): void =>
    log.error({ event: 'query.fault', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const past = new PastMarkets((date) => storedTape(js, jsm, start.run, join(start.dir, 'days'), date, signal), bundleOf);
  respond(nc, start.run, new Answers({ day: () => day, store, past }), onFault);
  up();
  let newest = null;
  for (let told = ''; !signal.aborted && newest === null; ) {
    newest = await newestDay(jsm, start.run).catch((error: unknown) => {
      if (String(error) !== told) log.warn({ event: 'query.waits', error: String(error) });
      told = String(error);
      return null;
    });
    if (newest === null) await pause(waitMs, undefined, { signal }).catch(() => undefined);
  }
  let openSeq = newest?.openSeq ?? 0;
  if (newest !== null)
    for await (const { seq, body } of streamFrom(js, streams(start.run).tape, openSeq, { signal })) {
      const entry = decodeTape(body);
      if (entry.type === 'day.open') {
        openSeq = seq;
        day = new DayTable(bundleOf(entry.bundle));
      }
      day?.apply(seq - openSeq, entry);
      queryMetrics.n.set(seq - openSeq);
    }
}

/** The store as its role last said where it is; another address after a restart makes another client. */
function storeFinder(start: RoleStart): () => Store | null {
  let [known, client]: [StoreAddress | null, Store | null] = [null, null];
  return () => {
    const address = start.store ?? storeAddress(start.dir);
    if (address === null) return null;
    if (client === null || known?.url !== address.url || known.password !== address.password) {
      void client?.close();
      [known, client] = [address, new Store(address, askedLimits)];
    }
    return client;
  };
}

await runRole('query', main);
