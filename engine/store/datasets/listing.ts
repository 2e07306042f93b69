/** What is known of an imported file, for `data ls` and `data verify`. */
import type { Store } from '../client.ts';
import { RowBinary } from '../row-binary.ts';
import { database } from '../schema.ts';

export type Imported = {
  readonly name: string;
  readonly kind: string;
  readonly rows: number;
  readonly days: number;
  readonly symbols: number;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly licence: string;
  readonly sha: string;
  readonly path: string;
  readonly counters: Readonly<Record<string, number>>;
  /** Rows that were read and not taken, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** What a person should read: how labels were found, what is not followed, the first refused rows. */
  readonly notes: readonly string[];
};
export async function keepDataset(store: Store, imported: Imported): Promise<void> {
  const row = new RowBinary();
  row.string(imported.name).string(imported.kind).i64(imported.rows).u32(imported.days).u32(imported.symbols);
  row.date(imported.from).date(imported.to).string(imported.label).string(imported.licence).string(imported.sha);
  row
    .i64(Date.now())
    .string(JSON.stringify({ ...imported.counters, ...imported.refused }))
    .string(imported.path)
    .endRow();
  await store.insert(`${database}.datasets`, row);
}
