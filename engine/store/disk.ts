/** How full the disk under a run is. Levels as contracts/spec/engine.md#streams: a warning, an alarm, and no new day. */
import { statfs } from 'node:fs/promises';
import { FenshiError } from '../../contracts/errors.ts';

export const diskLevels = { ok: 0, warn: 0.7, alarm: 0.85, full: 0.95 } as const;
export type DiskLevel = keyof typeof diskLevels;
export type Disk = { readonly usedRatio: number; readonly freeBytes: number; readonly level: DiskLevel };

export const levelOf = (usedRatio: number): DiskLevel =>
  usedRatio >= diskLevels.full ? 'full' : usedRatio >= diskLevels.alarm ? 'alarm' : usedRatio >= diskLevels.warn ? 'warn' : 'ok';

/**
 * What is used of what we could use, as df counts it: room that is kept for root is neither. Counted as used, a fifth of a disk was told as
 * seven tenths.
 */
export const usedRatioOf = ({
  blocks,
  bfree,
  bavail,
}: {
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}): number => {
  const used = blocks - bfree;
  return used + bavail === 0 ? 0 : used / (used + bavail);
};

export async function diskUnder(dir: string): Promise<Disk> {
  const stats = await statfs(dir);
  const { bavail, bsize } = stats;
  const usedRatio = usedRatioOf(stats);
  return { usedRatio, freeBytes: bavail * bsize, level: levelOf(usedRatio) };
}

/** Before `day.open`: a day is refused rather than silenced in its middle. @throws FenshiError DISK_FULL */
export async function assertRoom(dir: string): Promise<void> {
  const { level, usedRatio, freeBytes } = await diskUnder(dir);
  if (level === 'full')
    throw new FenshiError(
      'DISK_FULL',
      `${dir}: ${Math.round(100 * usedRatio)} % used, ${Math.round(freeBytes / 1e9)} GB free; no new day is opened`,
    );
}
