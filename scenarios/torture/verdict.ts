/** What is wrong with an outcome, in sentences; empty when nothing is. */
import { OpportunityBook, withHistory } from '../../contracts/fold.ts';
import type { FoldedDay } from '../support/days.ts';
import type { Outcome } from './fire.ts';

export function violations({ steps: expected, quarantined }: FoldedDay, outcome: Outcome): string[] {
  const { steps, lifecycle, dead, early, client, stopped } = outcome;
  const found: string[] = [];
  const say = (count: number, what: string) => {
    if (count > 0) found.push(`${count} ${what}`);
  };
  if (stopped !== null) found.push(stopped);
  say(expected.filter(({ hash }, i) => steps[i]?.hash !== hash).length, 'journal steps lost or different');
  say(Math.max(0, steps.length - expected.length), 'journal steps too many');
  const entries = expected.flatMap(({ step, entries: all }) => all.map((_entry, index) => `${step}:${index}`));
  compare(
    entries,
    lifecycle.map(({ step, index }) => `${step}:${index}`),
    'lifecycle entries',
    say,
  );
  compare(
    quarantined.map(({ n, row }) => `${n}:${row}`),
    dead,
    'dead letters',
    say,
  );
  say(early.length, `effects before their step was stored: ${early.join(', ')}`);
  if (client !== null) say(differences(expected, client), 'opportunities differ on the client');
  return found;
}

function compare(want: readonly string[], got: readonly string[], what: string, say: (count: number, what: string) => void): void {
  const held = new Set(got);
  say(want.filter((each) => !held.has(each)).length, `${what} lost`);
  say(got.length - held.size, `${what} doubled`);
  const wanted = new Set(want);
  say([...held].filter((each) => !wanted.has(each)).length, `${what} that should not be`);
}

function differences(expected: FoldedDay['steps'], client: ReadonlyMap<string, unknown>): number {
  const book = new OpportunityBook();
  for (const step of expected) book.apply(step);
  const views = book.list().map(withHistory);
  const wrong = views.filter((view) => JSON.stringify(client.get(view.id)) !== JSON.stringify(view)).length;
  return wrong + Math.max(0, client.size - views.length);
}
