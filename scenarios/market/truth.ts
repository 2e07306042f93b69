/** What was planted in a day of a demo, as a file beside the run: for people and judges, never for the engine. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clockOf, msOfTsec } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { Episode } from './episodes.ts';

/** Writes `truth/<date>.json` into the run's folder and returns its path: one line an episode, by time of day. */
export function saveTruth(dir: string, date: string, episodes: readonly Episode[]): string {
  const lines = [...episodes]
    .sort((a, b) => a.tStart - b.tStart || a.no - b.no)
    .map(({ type, sub, no, tStart, tPeak, tEnd, difficulty, expected, params }) =>
      JSON.stringify({
        planted: type,
        sub,
        symbol: instrumentId(no),
        from: clockOf(msOfTsec(date, tStart)),
        peak: clockOf(msOfTsec(date, tPeak)),
        to: clockOf(msOfTsec(date, tEnd)),
        difficulty: Number(difficulty.toFixed(3)),
        seenBy: expected.detectors,
        params,
      }),
    );
  const file = join(dir, 'truth', `${date}.json`);
  mkdirSync(join(dir, 'truth'), { recursive: true });
  writeFileSync(`${file}.tmp`, `[\n${lines.join(',\n')}\n]\n`);
  renameSync(`${file}.tmp`, file);
  return file;
}
