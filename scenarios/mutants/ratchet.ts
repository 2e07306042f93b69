/** Scores of a mutation run, file by file, and the floors they may not fall under. */
import type { MutantResult } from '@stryker-mutator/api/core';
import { z } from 'zod';

/** Percent by file. */
export const Floors = z.record(z.string(), z.number().min(0).max(100));
export type Floors = z.infer<typeof Floors>;

/** Percent of a file's changes that a test noticed, rounded down; a change that no test covers is one nobody noticed. */
export function scoresOf(results: readonly Pick<MutantResult, 'fileName' | 'status'>[]): Floors {
  const tallies = new Map<string, { noticed: number; all: number }>();
  for (const { fileName, status } of results) {
    const noticed = status === 'Killed' || status === 'Timeout';
    if (!noticed && status !== 'Survived' && status !== 'NoCoverage') continue;
    const tally = tallies.get(fileName) ?? { noticed: 0, all: 0 };
    tallies.set(fileName, { noticed: tally.noticed + (noticed ? 1 : 0), all: tally.all + 1 });
  }
  const scores = [...tallies].map(([file, { noticed, all }]) => [file, Math.floor((100 * noticed) / all)] as const);
  return Object.fromEntries(scores.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Files below their floor or without one, in sentences; and floors of files that no longer exist. */
export function belowFloor(scores: Floors, floors: Floors, exists: (file: string) => boolean): string[] {
  const low = Object.entries(scores).flatMap(([file, score]) => {
    const floor = floors[file];
    if (floor === undefined) return [`${file}: ${score} %, and no floor yet (--keep)`];
    return score < floor ? [`${file}: ${score} %, floor ${floor} %`] : [];
  });
  return [...low, ...Object.keys(floors).flatMap((file) => (exists(file) ? [] : [`${file}: has a floor and is gone`]))];
}

/** Floors never fall: each file keeps the higher of its floor and its score, files that are gone lose theirs. */
export const raised = (scores: Floors, floors: Floors, exists: (file: string) => boolean): Floors =>
  Object.fromEntries(
    Object.entries({ ...floors, ...scores })
      .flatMap(([file, score]) => (exists(file) ? [[file, Math.max(score, floors[file] ?? 0)] as const] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
