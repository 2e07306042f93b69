/** Next opens after a seal, by strata: contracts/spec/limit-forecasts.md#strata. */
import type { NextOpens, StratumFacts } from '../../../contracts/next-open.ts';
import { type StratumKind, stratumEnds, stratumKinds, stratumOf } from '../../../contracts/strata.ts';
import { meanInterval } from '../ranking.ts';
import type { LimitDays, Session } from './days.ts';
import { closeCost, isTradable, limitDefinitions } from './events.ts';

type Case = { readonly sealed: Session; readonly day: number; readonly grossBp: number; readonly netBp: number };

/** What a stratum is told by, of a sealed session. */
const shownBy: Readonly<Record<StratumKind, (sealed: Session) => number>> = {
  boards: ({ boards }) => boards,
  'first-seal': ({ listed }) => listed!.firstMinute,
  'seal-share': ({ listed, amount }) => listed!.sealAmount / amount,
};

/** null where no sealed name has a next session. */
export function nextOpensOf({ sessions, days }: LimitDays): NextOpens | null {
  const cases = sessions.flatMap((next) => {
    const sealed = next.before;
    return sealed?.sealed === true ? [caseOf(sealed, next)] : [];
  });
  const bought = cases.filter(({ sealed }) => limitDefinitions['next-open'].isAbout(sealed));
  const all = stratumFacts(bought);
  if (all === null) return null;
  const oneWord = cases.filter(({ sealed }) => sealed.oneWord && isTradable(sealed) && sealed.listed !== null);
  const strata = Object.fromEntries(
    stratumKinds.map((kind) => [
      kind,
      Array.from({ length: stratumEnds[kind].length + 1 }, (_, i) =>
        stratumFacts(bought.filter(({ sealed }) => stratumOf(kind, shownBy[kind](sealed)) === i)),
      ),
    ]),
  ) as NextOpens['strata'];
  return {
    // sessions stand in the order of their days
    from: days[bought[0]!.sealed.day]!.date,
    to: days[bought.at(-1)!.sealed.day]!.date,
    all,
    strata,
    oneWord: oneWord.length === 0 ? null : openedFacts(oneWord),
  };
}

function caseOf(sealed: Session, next: Session): Case {
  const gross = next.open / next.preClose - 1;
  return { sealed, day: next.day, grossBp: 10_000 * gross, netBp: 10_000 * (gross - closeCost(sealed.close)) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const tenths = (value: number): number => Math.round(10 * value) / 10;

function openedFacts(cases: readonly Case[]) {
  return { n: cases.length, days: new Set(cases.map(({ day }) => day)).size, grossBp: tenths(mean(cases.map(({ grossBp }) => grossBp))) };
}

function stratumFacts(cases: readonly Case[]): StratumFacts | null {
  if (cases.length === 0) return null;
  const net = cases.map(({ netBp }) => netBp);
  const [lo, hi] = meanInterval(cases.map(({ day, netBp }) => ({ day, value: netBp })));
  const gained = net.filter((bp) => bp > 0).length / net.length;
  return { ...openedFacts(cases), netBp: tenths(mean(net)), net95: [tenths(lo), tenths(hi)], gained: Math.round(1000 * gained) / 1000 };
}
