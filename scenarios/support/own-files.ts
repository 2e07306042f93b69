/** Files as a user has them, in a folder of the test's own, and what they are read as. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { clockOf } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import { type Input, inputsOf } from '../../engine/files/inputs.ts';
import { shippedLayouts } from '../../engine/files/layout.ts';
import { type Asked, FileRows } from '../../engine/files/reader.ts';

export class OwnFiles {
  readonly dir = mkdtempSync(join(tmpdir(), 'fenshi-files-'));

  async input(name: string, content: string | Buffer): Promise<Input> {
    const path = join(this.dir, name);
    writeFileSync(path, content);
    return (await inputsOf(path))[0]!;
  }

  async open(name: string, content: string | Buffer, asked?: Asked): Promise<FileRows> {
    return (await FileRows.open(await this.input(name, content), shippedLayouts(), asked))!;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const yuan = (milli: number | null): number | null => (milli === null ? null : milli / 1000);
/** `600519.SH 20260616 09:31:00 10/10.01/9.97/9.98 9600 95904` of each bar. */
export async function barsOf(file: FileRows): Promise<string[]> {
  const said: string[] = [];
  for await (const bar of file.bars())
    said.push(
      `${instrumentId(bar.no)} ${bar.date} ${clockOf(bar.tsMs)} ${[bar.openMilli, bar.highMilli, bar.lowMilli, bar.closeMilli].map(yuan).join('/')} ${bar.shares} ${bar.yuan}`,
    );
  return said;
}

export const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030');

/** Three minutes of one stock, as `barsOf` says them. */
export const threeMinutes = [
  '600519.SH 20260616 09:31:00 10/10.01/9.97/9.98 9600 95904',
  '600519.SH 20260616 09:32:00 9.98/9.99/9.95/9.96 23400 233298',
  '600519.SH 20260616 09:33:00 9.96/9.97/9.94/9.95 39200 390236',
];
