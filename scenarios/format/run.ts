/** Runs a scenario through the cell and says what came of it, in the lines a scenario file expects. */
import type { Bundle } from '../../contracts/bundle.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import { clockOf, midnightOf } from '../../contracts/session.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { subjectToken } from '../../contracts/units.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { decodeImage, encodeImage } from '../../engine/cell/image.ts';
import { MemoryJournal } from '../../engine/log/memory.ts';
import { pace } from '../../engine/log/pacer.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { scenarioBundle, scenarioRows } from './day.ts';
import type { Scenario } from './scenario.ts';

export type ScenarioRun = {
  readonly observed: string[];
  /** Quotes refused by gate or condition while the price itself did what the pattern wants. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly hash: string;
  readonly restarts: number;
};

/**
 * `extraRestarts`: seconds of the day at which the cell is also taken down to bytes and made anew.
 * `openGate`: the detector sees every quote, so that all it refuses is counted; the journal must be the same without.
 */
export function runScenario(scenario: Scenario, extraRestarts: readonly number[] = [], openGate = true): ScenarioRun {
  const bundle = scenarioBundle(scenario);
  const sha = bundleSha(bundle);
  const midnight = midnightOf(scenario.date);
  const restarts = [...scenario.events.filter(({ event }) => event === 'restart').map(({ sec }) => sec), ...extraRestarts]
    .map((sec) => midnight + sec * 1000)
    .sort((a, b) => a - b);
  const endMs = midnight + scenario.frames.at(-1)!.sec * 1000;
  const journal = new MemoryJournal(sha);
  const observed: string[] = [];
  let cell = new Cell(bundle);
  cell.symbols.openGate = openGate;
  let done = 0;
  for (const entry of pace(
    { tradeDate: scenario.date, bundle: sha, codeVersion: 'scenario', origin: 'simulated' },
    scenarioRows(scenario),
  )) {
    if (entry.tsMs > endMs) break;
    for (; done < restarts.length && restarts[done]! <= entry.tsMs; done++) {
      cell = restarted(bundle, cell);
      cell.symbols.openGate = openGate;
    }
    const { draft } = cell.apply(throughBytes(entry));
    if (draft === null) continue;
    journal.appendNow(draft);
    for (const each of draft.entries) observed.push(...lineOf(each, scenario));
  }
  return { observed, refusals: cell.symbols.refusals[scenario.detector] ?? {}, hash: journal.hash, restarts: done };
}

const throughBytes = (entry: TapeEntry): TapeEntry => decodeTape(encodeTape(entry));
const restarted = (bundle: Bundle, cell: Cell): Cell => Cell.restore(bundle, decodeImage(encodeImage(cell.image())));

/** `10:02:06 tracking.rising target1`: time, state (`risk:` and `data:` name the regions beside it), why it ended, what was noted. Only of the scenario's own symbol. */
function lineOf(entry: JournalEntry, { no }: Scenario): string[] {
  const time = clockOf(entry.tsMs);
  if (entry.kind === 'control') return entry.accepted ? [] : [`${time} refused ${entry.code}`];
  if (!entry.actorId.includes(subjectToken(no))) return [];
  if (entry.kind === 'suppressed') return [`${time} suppressed ${entry.reason}`];
  if (entry.kind === 'fault') return [`${time} fault ${entry.code}`];
  // what is only watched has no opportunity to tell of it
  if (entry.kind === 'signal' && !entry.signal.opens && ['enter', 'exit'].includes(entry.signal.phase))
    return [`${time} ${entry.signal.phase === 'enter' ? 'watched' : 'no longer watched'} ${entry.signal.path}`];
  if (entry.kind !== 'transition' || entry.machine !== 'opportunity') return [];
  const { endReason, handover } = entry.data as { endReason: string | null; handover: { family: string } | null };
  const words = [time, entry.region === 'lifecycle' ? entry.to : `${entry.region}:${entry.to}`];
  if (entry.region === 'lifecycle' && entry.to === 'ended')
    words.push(String(endReason), ...(handover === null ? [] : [`handover:${handover.family}`]));
  if (entry.note !== null) words.push(entry.note);
  return [words.join(' ')];
}
