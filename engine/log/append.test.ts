import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../contracts/codec.ts';
import type { JournalDraft } from '../../contracts/journal.ts';
import { JournalStep } from '../../contracts/journal.ts';
import { JournalAppender, type PublishResult, type SubjectStore } from './append.ts';
import { chain } from './hash.ts';

const firstHash = 'a'.repeat(64);
const draftOf = (step: number, code = 'x'): JournalDraft => ({
  step,
  n: step * 3,
  entries: [{ kind: 'fault', actorId: 'market', actorSeq: step, tsMs: 1000 + step, scope: 's', code, message: 'm' }],
});

/** A broker in memory. `order`: which check comes first, as it differs between versions and topologies (contracts/spec/engine.md#append). */
class FakeBroker {
  readonly stored: { seq: number; msgId: string; body: Uint8Array }[] = [];
  readonly order: 'dedupe' | 'sequence';
  #seq = 0;

  constructor(order: 'dedupe' | 'sequence') {
    this.order = order;
  }

  take(body: Uint8Array, msgId: string, expected: number): PublishResult {
    const duplicate = this.stored.some((message) => message.msgId === msgId);
    const wrongSequence = (this.stored.at(-1)?.seq ?? 0) !== expected;
    if (this.order === 'dedupe' && duplicate) return { kind: 'unknown', why: 'duplicate' };
    if (wrongSequence) return { kind: 'unknown', why: '10071' };
    if (duplicate) return { kind: 'unknown', why: 'duplicate' };
    this.#seq += 1 + (this.stored.length % 3); // other subjects of the stream take numbers too
    this.stored.push({ seq: this.#seq, msgId, body });
    return { kind: 'stored', seq: this.#seq };
  }

  /** A store whose every answer is bent by `fault`. */
  store(fault: (publish: number) => 'ok' | 'lostAck' | 'lost' | 'late'): SubjectStore {
    let publishes = 0;
    let late: (() => void) | null = null;
    return {
      publish: async (body, msgId, expected) => {
        const kind = fault(publishes++);
        if (kind === 'lost') return { kind: 'unknown', why: 'time-out' };
        if (kind === 'late') {
          late = () => void this.take(body, msgId, expected); // commits after we stopped waiting, and after our look
          return { kind: 'unknown', why: 'time-out' };
        }
        const result = this.take(body, msgId, expected);
        return kind === 'lostAck' ? { kind: 'unknown', why: 'time-out' } : result;
      },
      nextAfter: async (seq) => {
        const found = this.stored.find((message) => message.seq > seq) ?? null;
        late?.();
        late = null;
        return found;
      },
    };
  }

  hashes = () => this.stored.map(({ body }) => JournalStep.parse(decode(body)).hash);
}

const appender = (store: SubjectStore) =>
  new JournalAppender(
    store,
    firstHash,
    (step) => `r:d:${step}`,
    async () => undefined,
  );

/** The chain that must stand whatever happened on the way. */
function expectedHashes(steps: number): string[] {
  const hashes: string[] = [];
  for (let step = 1, prev = firstHash; step <= steps; step++) {
    prev = chain(prev, draftOf(step)).hash;
    hashes.push(prev);
  }
  return hashes;
}

describe.each(['dedupe', 'sequence'] as const)('append protocol, %s checked first', (order) => {
  test.each(['ok', 'lostAck', 'lost', 'late'] as const)('each step is stored once when every second publish is %s', async (kind) => {
    const broker = new FakeBroker(order);
    const log = appender(broker.store((publish) => (publish % 2 === 0 ? kind : 'ok')));

    for (let step = 1; step <= 20; step++) await log.append(draftOf(step));

    expect(broker.hashes()).toEqual(expectedHashes(20));
  });

  test('a seeded mixture of faults loses and doubles nothing', async () => {
    const kinds = ['ok', 'lostAck', 'lost', 'late'] as const;
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      const broker = new FakeBroker(order);
      const log = appender(
        broker.store(() => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return kinds[(state >>> 16) % 4]!;
        }),
      );
      for (let step = 1; step <= 12; step++) await log.append(draftOf(step));
      expect(broker.hashes()).toEqual(expectedHashes(12));
    }
  });

  test('two writers of equal steps both succeed and store each step once', async () => {
    const broker = new FakeBroker(order);
    const [one, two] = [appender(broker.store(() => 'ok')), appender(broker.store(() => 'ok'))];

    for (let step = 1; step <= 10; step++) await Promise.all([one.append(draftOf(step)), two.append(draftOf(step))]);

    expect(broker.hashes()).toEqual(expectedHashes(10));
  });

  test('another hash for the same step is JOURNAL_FORK', async () => {
    const broker = new FakeBroker(order);
    const [one, two] = [appender(broker.store(() => 'ok')), appender(broker.store(() => 'ok'))];
    await one.append(draftOf(1));

    await expect(two.append(draftOf(1, 'other'))).rejects.toThrow('JOURNAL_FORK');
  });
});

describe('append protocol, restart', () => {
  test('what is stored is compared, not appended again; the chain goes on', async () => {
    const broker = new FakeBroker('sequence');
    const before = appender(broker.store(() => 'ok'));
    for (let step = 1; step <= 5; step++) await before.append(draftOf(step));
    const after = appender(broker.store(() => 'ok'));
    for (const { seq, body } of broker.stored) after.learn(seq, body);

    for (let step = 1; step <= 8; step++) await after.append(draftOf(step));

    expect(broker.hashes()).toEqual(expectedHashes(8));
  });

  test('a step that is stored with another hash is JOURNAL_FORK, however long ago it was learned', async () => {
    const broker = new FakeBroker('sequence');
    const before = appender(broker.store(() => 'ok'));
    for (let step = 1; step <= 5; step++) await before.append(draftOf(step));
    const after = appender(broker.store(() => 'ok'));
    for (const { seq, body } of broker.stored) after.learn(seq, body);

    await expect(after.append(draftOf(3, 'other'))).rejects.toThrow('JOURNAL_FORK');
  });

  test('a stored step that does not follow from the one before is refused', () => {
    const log = appender(new FakeBroker('sequence').store(() => 'ok'));
    const forged = { ...chain(firstHash, draftOf(1)), hash: 'f'.repeat(64) };

    expect(() => log.learn(1, encode(forged))).toThrow('JOURNAL_FORK');
    expect(() => log.learn(1, encode(chain(firstHash, draftOf(2))))).toThrow('JOURNAL_GAP');
  });

  test('from a mark on it goes on as if it had read the whole, and knows no step before it', async () => {
    const broker = new FakeBroker('sequence');
    const before = appender(broker.store(() => 'ok'));
    for (let step = 1; step <= 5; step++) await before.append(draftOf(step));
    const after = appender(broker.store(() => 'ok'));
    after.startAt(before.markAt(3));
    for (const { seq, body } of broker.stored.slice(3)) after.learn(seq, body);

    expect([after.step, after.hash]).toEqual([before.step, before.hash]);
    await expect(after.append(draftOf(4, 'other'))).rejects.toThrow('JOURNAL_FORK');
    for (let step = 4; step <= 8; step++) await after.append(draftOf(step));
    expect(broker.hashes()).toEqual(expectedHashes(8));
    await expect(after.append(draftOf(3))).rejects.toThrow('JOURNAL_GAP');
    expect(() => after.markAt(2)).toThrow('JOURNAL_GAP');
    expect(() => after.markAt(9)).toThrow('JOURNAL_GAP');
  });

  test('a mark keeps what this process itself has decided and skipped', async () => {
    for (const kind of ['ok', 'lostAck'] as const) {
      const log = appender(new FakeBroker('sequence').store(() => kind));
      await log.append({ ...draftOf(1, 'ENTRY_SKIPPED'), n: 7 });
      await log.append({ ...draftOf(2), n: 9 });
      const after = appender(new FakeBroker('sequence').store(() => 'ok'));
      after.startAt(log.markAt(2));
      expect([6, 7, 8, 9, 10].map((n) => after.maySkip(n))).toEqual([false, true, false, false, true]);
    }
  });

  test('a mark keeps what has been read as decided and skipped', () => {
    const skipping = (step: number): JournalDraft => {
      const draft = draftOf(step, 'ENTRY_SKIPPED');
      return { ...draft, n: 7 };
    };
    const log = appender(new FakeBroker('sequence').store(() => 'ok'));
    const first = chain(firstHash, skipping(1));
    log.learn(1, encode(first));
    log.learn(2, encode(chain(first.hash, { ...draftOf(2), n: 9 })));
    const after = appender(new FakeBroker('sequence').store(() => 'ok'));
    after.startAt(log.markAt(1));

    expect([6, 7, 8, 9, 10].map((n) => after.maySkip(n))).toEqual([false, true, false, false, true]);
    after.startAt(null);
    expect([after.step, after.hash, after.maySkip(6)]).toEqual([0, firstHash, true]);
  });
});
