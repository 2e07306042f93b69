/** Records a history with today's code: `npx tsx scenarios/histories/record.ts <version>-<what>`. Small on purpose: it stays in the repository for ever. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { encodeBundle } from '../../contracts/bundle.ts';
import { encode } from '../../contracts/codec.ts';
import { midnightOf } from '../../contracts/session.ts';
import { encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay, testDate } from '../support/days.ts';
import { historiesDir } from './history.ts';

const name = process.argv[2];
if (name === undefined) throw new Error('name the history: <version>-<what>');
const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  return midnightOf(testDate) + ((h * 60 + m) * 60 + s) * 1000;
};
/** What an operator might do in a morning, so that the command paths are in the history too. */
const commands: readonly TapeEntry[] = (
  [
    ['09:51:30', { name: 'risk', scope: 'market', level: 1, policy: 'hold' }],
    ['09:53:00', { name: 'risk', scope: 'market', level: 0, policy: 'hold' }],
    ['09:54:00', { name: 'risk', scope: 'market', level: 3, policy: 'hold' }],
    ['09:54:40', { name: 'risk', scope: 'market', level: 1, policy: 'hold' }],
    ['09:55:00', { name: 'risk', scope: 'market', level: 0, policy: 'hold' }],
    ['10:00:00', { name: 'dismiss', opportunity: 'nobody' }],
    ['10:12:00', { name: 'disable', detector: 'rally' }],
  ] as const
).map(([clock, command], i) => ({ type: 'control', v: 1, tsMs: at(clock), commandId: `history-${i}`, command }));

const day = generatedDay({ count: 10, seed: 1, until: '10:15' });
/** The auction's rows say little and weigh much. */
const kept = day.entries.filter(({ type, tsMs }) => type === 'day.open' || tsMs >= at('09:24:30'));
const entries = [...kept, ...commands].sort((a, b) => a.tsMs - b.tsMs);
const { steps } = foldDay(day.bundle, entries);

const pack = (bytes: Uint8Array): Buffer =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } });
const framed = (bodies: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(body.byteLength);
      return [length, Buffer.from(body)];
    }),
  );
const dir = join(historiesDir, name);
mkdirSync(dir, { recursive: true });
writeFileSync(join(dir, 'bundle.br'), pack(encodeBundle(day.bundle)));
writeFileSync(join(dir, 'tape.br'), pack(framed(entries.map(encodeTape))));
writeFileSync(join(dir, 'journal.br'), pack(framed(steps.map((step) => encode(step)))));
console.log(`${name}: ${entries.length} entries, ${steps.length} steps, last hash ${steps.at(-1)?.hash}`);
