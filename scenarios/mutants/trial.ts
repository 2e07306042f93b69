/** Runs mutated bodies through every parser and its oracle, and tells each disagreement. */
import { lcg } from '../support/days.ts';
import type { Feeds } from './feeds.ts';
import { mutated } from './mutate.ts';
import type { Verdict } from './oracle.ts';
import { subjectsOf } from './subjects.ts';

export type Tally = {
  readonly name: string;
  bodies: number;
  accepted: number;
  rejected: number;
  crashes: number;
  wrong: number;
  example: string | null;
};

/** `count` bodies over all parsers. A coded refusal is a verdict; any other throw is a crash. */
export function trial(feeds: Feeds, count: number, seed = 1): Tally[] {
  const subjects = subjectsOf(feeds);
  return subjects.map(({ name, deal }, at) => {
    const dice = lcg(seed * 1000 + at);
    const tally: Tally = { name, bodies: 0, accepted: 0, rejected: 0, crashes: 0, wrong: 0, example: null };
    for (let left = Math.ceil(count / subjects.length); left > 0; left--) {
      const { body, oracle, parse } = deal(dice);
      const sent = mutated(body, dice);
      const want = oracle(sent);
      const got = verdictOf(parse, sent);
      tally.bodies += 1;
      if (got instanceof Error) tally.crashes += 1;
      else if (got === 'error' || got.unsound) tally.rejected += 1;
      else tally.accepted += 1;
      const [told, wanted] = [got instanceof Error ? String(got.stack) : JSON.stringify(got), JSON.stringify(want)];
      if (told === wanted) continue;
      if (!(got instanceof Error)) tally.wrong += 1;
      tally.example ??= `${Buffer.from(sent).toString('latin1')}\n  parser ${told}\n  oracle ${wanted}`;
    }
    return tally;
  });
}

function verdictOf(parse: (body: Uint8Array) => Verdict, body: Uint8Array): Verdict | Error {
  try {
    return parse(body);
  } catch (error) {
    const coded = error instanceof Error && 'code' in error && String((error as { code: unknown }).code).startsWith('SOURCE_');
    return coded ? 'error' : (error as Error);
  }
}
