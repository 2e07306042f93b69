import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Brief, briefOf } from '../../contracts/brief.ts';
import { decodeBundle } from '../../contracts/bundle.ts';
import { decode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { evidenceWords } from '../../contracts/evidence-words.ts';
import { OpportunityBook } from '../../contracts/fold.ts';
import { type JournalDraft, JournalStep } from '../../contracts/journal.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { chain, sha256 } from '../../engine/log/hash.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { historiesDir, readHistory } from './history.ts';

const names = readdirSync(historiesDir, { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name)
  .sort();
const pinned = JSON.parse(readFileSync(join(historiesDir, 'today.json'), 'utf8')) as Record<string, string>;

describe.each(names)('history %s', (name) => {
  const { bundle, tape, journal } = readHistory(name);

  test('its journal is read by today’s shape, without a hole', () => {
    const steps = journal.map(readStep);

    expect(steps.map(({ step }) => step)).toEqual(steps.map((_step, i) => i + 1));
    for (const step of steps) JournalStep.parse(step);
  });

  test('whatever today’s code gives as evidence of it has words', () => {
    const named = foldDay(
      decodeBundle(bundle),
      tape.map((body) => decodeTape(body)),
      { sha: sha256(bundle) },
    ).steps.flatMap(({ entries }) =>
      entries.flatMap((entry) => {
        const evidence = entry.kind === 'transition' ? entry.evidence : entry.kind === 'signal' ? entry.signal.evidence : [];
        return evidence.map(({ feature }) => feature);
      }),
    );
    expect(named.length).toBeGreaterThan(40);
    expect([...new Set(named)].filter((id) => evidenceWords(id) === null)).toEqual([]);
  });

  test('every opportunity of it has a brief, however old the journal is', () => {
    const book = new OpportunityBook();
    for (const step of journal.map(readStep)) book.apply(step);
    const around = { epoch: 'x', instrument: null, limit: null, sector: null, quote: null };
    expect(book.size).toBeGreaterThan(0);
    for (const view of book.list()) expect(Brief.parse(briefOf(view, around)).text.zh).toContain('不构成投资建议');
  });

  test('its hashes chain over the bytes as they were written', () => {
    let hash = sha256(bundle);
    for (const body of journal) {
      const stored = decode(body) as JournalDraft & { prevHash: string; hash: string };
      expect(stored.prevHash).toBe(hash);
      hash = chain(hash, stored).hash;
      expect(stored.hash).toBe(hash);
    }
  });

  test('today’s code folds its tape to the pinned hash, twice', () => {
    const folded = [1, 2].map(
      () =>
        foldDay(
          decodeBundle(bundle),
          tape.map((body) => decodeTape(body)),
          { sha: sha256(bundle) },
        ).steps.at(-1)?.hash,
    );

    expect(folded).toEqual([pinned[name], pinned[name]]);
  });
});

test('every history has its hash of today, and no hash is of none', () => {
  expect(Object.keys(pinned).sort()).toEqual(names);
});
