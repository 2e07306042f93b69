/** Whether what was followed lived as the planted truth did: of the episodes that were met, by their type. Pure. */
import type { JournalEntry } from '../../contracts/journal.ts';
import { publicState } from '../../contracts/opportunity.ts';
import { tsecOf } from '../../contracts/session.ts';

/** `states`: those of an opportunity for a rise, of a board for a board. */
export type ExpectedLife = {
  readonly type: string;
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly family: 'momentum' | 'board';
  readonly states: readonly string[];
};
/** An opportunity from its birth on: public states it was in, why it ended; trading seconds. */
export type Life = {
  readonly key: string;
  readonly family: string;
  readonly tsec: number;
  readonly strategies: Set<string>;
  readonly states: Set<string>;
  endReason: string | null;
};
/** What a board's rule said it was. */
export type BoardWord = { readonly key: string; readonly tsec: number; readonly path: string };
export type Agreement = { readonly met: number; readonly agreed: number };

export class Lives {
  readonly #lives = new Map<string, Life>();
  readonly boards: BoardWord[] = [];

  get all(): readonly Life[] {
    return [...this.#lives.values()];
  }

  hear(entry: JournalEntry): void {
    if (entry.kind === 'signal' && entry.signal.strategy.id === 'limitup')
      this.boards.push({ key: entry.signal.entity.key, tsec: tsecOf(entry.tsMs), path: sealedAnyhow(entry.signal.path) });
    if (entry.kind !== 'transition' || entry.machine !== 'opportunity' || entry.region !== 'lifecycle') return;
    const { actorId, to, tsMs } = entry;
    const { entity, family, direction, endReason, tracks } = entry.data as {
      readonly entity: { readonly key: string };
      readonly family: string;
      readonly direction: string;
      readonly endReason: string | null;
      readonly tracks: Readonly<Record<string, unknown>>;
    };
    if (direction !== 'up') return;
    const born: Life = {
      key: entity.key,
      family,
      tsec: tsecOf(tsMs),
      strategies: new Set<string>(),
      states: new Set<string>(),
      endReason: null,
    };
    const life = this.#lives.get(actorId) ?? born;
    life.states.add(publicState(to));
    // of one that was discovered again the last end holds
    life.endReason = endReason;
    for (const id of Object.keys(tracks)) life.strategies.add(id);
    this.#lives.set(actorId, life);
  }
}

/** One price, or late: it is sealed. */
const sealedAnyhow = (path: string): string => (path === 'late' || path === 'one-word' ? 'sealed' : path);

/** By type of episode. What was not met says nothing here: that is its recall. */
export function agreementOf(
  expected: readonly ExpectedLife[],
  lives: readonly Life[],
  boards: readonly BoardWord[],
): Map<string, Agreement> {
  const found = new Map<string, Agreement>();
  for (const each of expected) {
    const agrees = each.family === 'board' ? boardAgrees(each, boards) : lifeAgrees(each, lives);
    if (agrees === null) continue;
    const { met, agreed } = found.get(each.type) ?? { met: 0, agreed: 0 };
    found.set(each.type, { met: met + 1, agreed: agreed + (agrees ? 1 : 0) });
  }
  return found;
}

/** The first life within the window; of what fades again, one that ended otherwise than at its target. */
function lifeAgrees({ key, from, to, family, states }: ExpectedLife, lives: readonly Life[]): boolean | null {
  const own = lives.filter(
    (life) => life.key === key && life.family === family && life.strategies.has('rally') && life.tsec >= from && life.tsec <= to,
  );
  const first = own.reduce<Life | null>((best, life) => (best === null || life.tsec < best.tsec ? life : best), null);
  if (first === null) return null;
  const isLost = !states.includes('ended') || first.endReason !== 'TARGET';
  return isLost && states.every((state) => first.states.has(state));
}

/** All it was planted to go through within its window, in that order, and nothing else. A touch is a watch, and no seal. */
function boardAgrees({ key, from, to, states }: ExpectedLife, boards: readonly BoardWord[]): boolean | null {
  const said = boards.flatMap((word) =>
    word.key === key && word.tsec >= from && word.tsec <= to && word.path !== 'touched' ? [word.path] : [],
  );
  const changes = said.filter((path, i) => path !== said[i - 1]);
  return changes.length === 0 ? null : changes.join() === states.join();
}

export function addedTo(sum: Map<string, Agreement>, more: ReadonlyMap<string, Agreement>): void {
  for (const [type, { met, agreed }] of more) {
    const was = sum.get(type) ?? { met: 0, agreed: 0 };
    sum.set(type, { met: was.met + met, agreed: was.agreed + agreed });
  }
}
