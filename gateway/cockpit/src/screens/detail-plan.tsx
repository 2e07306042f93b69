/** The plan, frozen when it was confirmed: a ladder of prices with how far each is from the last one. */
import { direction, gainOf, missing, percent, price } from '../pieces/numbers.ts';
import { clockText } from '../state/look-back.ts';
import { useWords, word } from '../words/index.ts';
import type { Seen } from './detail.tsx';

export function PlanPanel({ seen: { opportunity, reading, lastMilli, instrument } }: { readonly seen: Seen }) {
  const words = useWords();
  const { plan, stopMilli } = reading;
  const { facts } = opportunity;
  const { detail } = words;
  if (plan === null) return null;
  const isTrailing = stopMilli !== null && stopMilli !== plan.stopMilli;
  const rungs: readonly (readonly [name: string, milli: number | null, tint: string])[] = [
    [detail.limitUp, instrument?.limitUpMilli ?? null, 'up'],
    [detail.target2, plan.target2Milli, 'up'],
    [detail.target1, plan.target1Milli, 'up'],
    [detail.last, lastMilli, 'now'],
    ...(isTrailing ? ([[detail.trail, stopMilli, 'dn']] as const) : []),
    [detail.entry, plan.entryMilli, 't2'],
    [detail.stop, plan.stopMilli, 'dn'],
  ];
  const shown = rungs.filter(([, milli]) => milli !== null).sort(([, a], [, b]) => b! - a!);
  const due = facts.timers?.horizon;
  return (
    <section className="pn" aria-label={detail.plan}>
      <div className="h2">
        <span>
          {detail.plan} <small>{facts.confirmedMs == null ? detail.notYetFrozen : detail.frozenAtConfirm}</small>
        </span>
        {facts.advice !== undefined && <span className="tag life">{word(words.advice, facts.advice)}</span>}
      </div>
      <div className="plan">
        <ol>
          {shown.map(([name, milli, tint]) => (
            <li key={name} className={tint === 'now' ? 'now' : ''}>
              <span className="t2">{name}</span>
              <span className="grow" />
              <b className={tint === 'now' ? '' : tint}>{price(milli)}</b>
              <span className={tint === 'now' ? direction(gainOf(lastMilli, plan.entryMilli)) : 't3'}>
                {tint === 'now' ? percent(gainOf(lastMilli, plan.entryMilli)) : percent(gainOf(milli, lastMilli))}
              </span>
            </li>
          ))}
        </ol>
      </div>
      <dl className="kv">
        <dt>{detail.rewardRisk}</dt>
        <dd>{plan.rewardRisk.toFixed(2)}</dd>
        <dt>{detail.due}</dt>
        <dd>{due === undefined ? missing : clockText(due)}</dd>
        <dt>{detail.sigma}</dt>
        <dd>{percent(plan.sigmaH).replace('+', '')}</dd>
        <dt>{detail.score}</dt>
        <dd>{facts.score?.toFixed(2) ?? missing}</dd>
      </dl>
      {(facts.risks ?? []).length > 0 && (
        <div className="row g6 wrap risks">
          {(facts.risks ?? []).map((risk) => (
            <span key={risk} className="tag w1">
              {word(words.risks, risk)}
            </span>
          ))}
        </div>
      )}
    </section>
  );
}
