/** Alarms against planted truth: which alarm met an episode, which episode was met, how late, how often more than once. Pure. */
export type Truth = { readonly key: string; readonly from: number; readonly to: number; readonly difficulty: number };
/** `key`: the symbol or sector; trading seconds. */
export type Alarm = { readonly key: string; readonly tsec: number };

export type Score = {
  readonly alarms: number;
  readonly episodes: number;
  /** Alarms within the window of an episode of their key. */
  readonly hits: number;
  /** Episodes with at least one. */
  readonly found: number;
  /** Further alarms within an episode that was found. */
  readonly duplicates: number;
  /** Trading seconds from the beginning of each found episode to its first alarm. */
  readonly delays: readonly number[];
  /** By tenth of difficulty, easiest first: episodes and found. */
  readonly byDifficulty: readonly { readonly episodes: number; readonly found: number }[];
};

export function scoreOf(truths: readonly Truth[], alarms: readonly Alarm[]): Score {
  const byKey = new Map<string, Truth[]>();
  for (const truth of truths) byKey.set(truth.key, [...(byKey.get(truth.key) ?? []), truth]);
  const first = new Map<Truth, number>();
  let [hits, duplicates] = [0, 0];
  for (const { key, tsec } of [...alarms].sort((a, b) => a.tsec - b.tsec)) {
    const met = byKey.get(key)?.find(({ from, to }) => tsec >= from && tsec <= to);
    if (met === undefined) continue;
    hits += 1;
    if (first.has(met)) duplicates += 1;
    else first.set(met, tsec);
  }
  const delays = [...first].map(([{ from }, tsec]) => tsec - from);
  return {
    alarms: alarms.length,
    episodes: truths.length,
    hits,
    found: first.size,
    duplicates,
    delays,
    byDifficulty: tenthsOf(truths, first),
  };
}

function tenthsOf(truths: readonly Truth[], found: ReadonlyMap<Truth, number>): Score['byDifficulty'] {
  const sorted = [...truths].sort((a, b) => a.difficulty - b.difficulty);
  const at = (part: number): number => Math.round((part * sorted.length) / 10);
  return Array.from({ length: 10 }, (_, part) => {
    const own = sorted.slice(at(part), at(part + 1));
    return { episodes: own.length, found: own.filter((truth) => found.has(truth)).length };
  });
}

export const emptyScore: Score = {
  alarms: 0,
  episodes: 0,
  hits: 0,
  found: 0,
  duplicates: 0,
  delays: [],
  byDifficulty: Array.from({ length: 10 }, () => ({ episodes: 0, found: 0 })),
};

/** Of several days; tenths of each day are summed. */
export const summed = (a: Score, b: Score): Score => ({
  alarms: a.alarms + b.alarms,
  episodes: a.episodes + b.episodes,
  hits: a.hits + b.hits,
  found: a.found + b.found,
  duplicates: a.duplicates + b.duplicates,
  delays: [...a.delays, ...b.delays],
  byDifficulty: a.byDifficulty.map((each, i) => ({
    episodes: each.episodes + b.byDifficulty[i]!.episodes,
    found: each.found + b.byDifficulty[i]!.found,
  })),
});

/** The same truth about other keys: what an alarm would meet by chance. Every key takes the next one's episodes. */
export function shuffled(truths: readonly Truth[], keys: readonly string[]): Truth[] {
  const next = new Map(keys.map((key, i) => [key, keys[(i + 1) % keys.length]!]));
  return truths.map((truth) => ({ ...truth, key: next.get(truth.key) ?? truth.key }));
}
