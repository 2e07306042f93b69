/** The store's schema by numbered migrations: each runs once, in order, and is never changed afterwards. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { sha256 } from '../log/hash.ts';
import type { Store } from './client.ts';

const dir = join(import.meta.dirname, 'migrations');
export const database = 'fenshi';

type Done = { readonly id: string; readonly sha: string };

/** Statements of a file; a semicolon ends one only at the end of its line. */
const statementsIn = (text: string): string[] =>
  text
    .split(/;\s*\n/)
    .map((part) => part.replace(/^\s*--.*$/gm, '').trim())
    .filter((part) => part !== '');

/** Brings the schema up. @throws FenshiError STORE_SCHEMA when a migration that has run is not the one in this version */
export async function migrate(store: Store): Promise<string[]> {
  await store.command(`CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic`);
  await store.command(`CREATE TABLE IF NOT EXISTS ${database}.migrations (id String, sha String) ENGINE = MergeTree ORDER BY id`);
  const done = new Map((await store.rows<Done>(`SELECT id, sha FROM ${database}.migrations`)).map(({ id, sha }) => [id, sha]));
  const ran: string[] = [];
  for (const file of readdirSync(dir).sort()) {
    const text = readFileSync(join(dir, file), 'utf8');
    const [id, sha] = [file.replace(/\.sql$/, ''), sha256(Buffer.from(text))];
    const known = done.get(id);
    if (known !== undefined && known !== sha) throw new FenshiError('STORE_SCHEMA', `migration ${id} differs from the one applied`);
    if (known !== undefined) continue;
    // a crash between two statements leaves tables behind: making one again is no error
    for (const statement of statementsIn(text))
      await store.command(statement.replace(/^CREATE TABLE (\w+)/, `CREATE TABLE IF NOT EXISTS ${database}.$1`));
    await store.command(`INSERT INTO ${database}.migrations VALUES ('${id}', '${sha}')`);
    ran.push(id);
  }
  return ran;
}
