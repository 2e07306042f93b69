import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from '../cell/cell.ts';
import { type CellImage, encodeImage } from '../cell/image.ts';
import type { JournalMark } from '../log/append.ts';
import { sha256 } from '../log/hash.ts';
import { CheckpointStore } from './checkpoints.ts';

let day: GeneratedDay;
let images: CellImage[];
const key = 'bundle:code';
const markOf = ({ n, step }: CellImage): JournalMark => ({ step, hash: 'c'.repeat(64), seq: step + 9, decidedN: n, skippedN: [3] });
const digest = (image: CellImage | null) => (image === null ? null : sha256(encodeImage(image)));

beforeAll(() => {
  day = generatedDay({ count: 12 });
  const cell = new Cell(day.bundle);
  images = [6000, 7000, 8000, 9000].map((until) => {
    for (const entry of day.entries.slice(cell.n, until)) cell.apply(entry);
    return cell.image();
  });
});

describe('checkpoints', () => {
  const store = async (...saved: CellImage[]) => {
    const dir = mkdtempSync(join(tmpdir(), 'fenshi-checkpoints-'));
    const checkpoints = new CheckpointStore(dir);
    for (const image of saved) await checkpoints.save({ image, mark: markOf(image) }, key);
    return { checkpoints, dir, folder: join(dir, 'checkpoints') };
  };
  const all = ({ checkpoints }: { checkpoints: CheckpointStore }) => [...checkpoints.of(day.market.date, key)];
  const newest = (kept: { checkpoints: CheckpointStore }) => all(kept)[0]?.image ?? null;

  test('the newest comes back as it was, and the cell restored from it is the same cell', async () => {
    const kept = await store(...images);

    expect(digest(newest(kept))).toBe(digest(images[3]!));
    expect(digest(Cell.restore(day.bundle, newest(kept)!).image())).toBe(digest(images[3]!));
    expect(readdirSync(kept.folder)).toHaveLength(3);
  });

  test('written over one that was longer, it is the same file as a new one', async () => {
    const [kept, fresh] = [await store(images[3]!, images[2]!, images[1]!, images[0]!), await store(images[0]!)];
    const name = readdirSync(fresh.folder)[0]!;

    expect(readFileSync(join(kept.folder, name)).equals(readFileSync(join(fresh.folder, name)))).toBe(true);
    expect(readdirSync(kept.folder)).toHaveLength(3);
  });

  test('saves that fail leave two of three', async () => {
    const kept = await store(images[0]!, images[1]!, images[2]!);
    const fail = () => {
      throw new Error('disk full');
    };
    for (let times = 0; times < 3; times++) {
      await expect(kept.checkpoints.save({ image: images[3]!, mark: markOf(images[3]!) }, key, null, fail)).rejects.toThrow('disk full');
    }
    expect(all(kept).map(({ image }) => digest(image))).toEqual([images[2]!, images[1]!].map(digest));
    expect(readdirSync(kept.folder), 'and nothing half written').toHaveLength(2);
  });

  test('after other code has begun the day anew its own files stay, and those of before go first', async () => {
    const kept = await store(images[1]!, images[2]!, images[3]!);
    for (const name of readdirSync(kept.folder)) utimesSync(join(kept.folder, name), 1, Number(name.replace(/\D/g, '').slice(8)));
    await kept.checkpoints.save({ image: images[0]!, mark: markOf(images[0]!) }, 'bundle:other');
    expect([...kept.checkpoints.of(day.market.date, 'bundle:other')].map(({ image }) => digest(image))).toEqual([digest(images[0]!)]);
    expect(all(kept).map(({ image }) => digest(image))).toEqual([images[3]!, images[2]!].map(digest));
  });

  test('older ones follow it, each with the place of the journal it was saved with; one of another day does not', async () => {
    const kept = await store(...images);

    expect(all(kept).map(({ image }) => digest(image))).toEqual([images[3]!, images[2]!, images[1]!].map(digest));
    expect(all(kept).map(({ mark }) => mark)).toEqual([images[3]!, images[2]!, images[1]!].map(markOf));
    expect([...kept.checkpoints.of('20261124', key)]).toEqual([]);
  });

  test.each([
    ['a flipped byte', (bytes: Buffer) => bytes.fill(bytes[5000]! ^ 1, 5000, 5001)],
    ['a file cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['an empty file', () => Buffer.alloc(0)],
  ])('%s: the one before is used', async (_what, spoil) => {
    const kept = await store(images[0]!, images[1]!);
    const file = join(kept.folder, readdirSync(kept.folder).sort().at(-1)!);
    writeFileSync(file, spoil(readFileSync(file)));

    expect(digest(newest(kept))).toBe(digest(images[0]!));
  });

  test('one that cannot be read is passed over and named', async () => {
    const kept = await store(images[0]!, images[1]!);
    const name = readdirSync(kept.folder).sort().at(-1)!;
    rmSync(join(kept.folder, name));
    mkdirSync(join(kept.folder, name));
    const told: string[] = [];
    const [first] = [...kept.checkpoints.of(day.market.date, key, (which, error) => told.push(`${which} ${String(error)}`))];

    expect(digest(first!.image)).toBe(digest(images[0]!));
    expect(told).toEqual([expect.stringMatching(new RegExp(`^${name} .*EISDIR`))]);
  });

  test('one of another bundle or other code is passed over', async () => {
    const kept = await store(images[0]!, images[1]!);
    expect([...kept.checkpoints.of(day.market.date, 'other')]).toEqual([]);
  });

  test('one of an older layout is passed over: the day is folded again', async () => {
    const older = { ...images[1]!, v: 2 } as unknown as CellImage;
    const kept = await store(images[0]!, older);

    expect(digest(newest(kept))).toBe(digest(images[0]!));
  });

  test('a write that was cut leaves nothing behind', async () => {
    const kept = await store(images[0]!);
    await expect(
      kept.checkpoints.save(
        { image: images[1]!, mark: markOf(images[1]!) },
        key,
        async () => undefined,
        () => {
          throw new Error('cut');
        },
      ),
    ).rejects.toThrow('cut');

    expect(digest(newest(kept))).toBe(digest(images[0]!));
    expect(digest(newest({ checkpoints: new CheckpointStore(kept.dir) }))).toBe(digest(images[0]!));
    expect(readdirSync(kept.folder)).toHaveLength(1);
  });
});
