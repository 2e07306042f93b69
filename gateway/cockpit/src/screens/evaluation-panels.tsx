/** The evaluation page's panels: where each step loses what it loses, how they settled, where probabilities come from. */
import { share } from '../pieces/numbers.ts';
import { type DayRecord, type Reasons, verdictOf } from '../state/evaluation.ts';
import { useStrategies } from '../state/queries.ts';
import type { Strategies } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';

type Strategy = Strategies['rows'][number];

export function Funnel({ record, name }: { readonly record: DayRecord; readonly name: string }) {
  const words = useWords();
  const told = words.evaluation;
  const { opened, confirmed, judged, running, target1, target2 } = record;
  const steps: readonly (readonly [string, number, number, string])[] = [
    [
      told.opened,
      opened,
      opened,
      [reasonsText(record.lost, words, told.lost), record.alive > 0 ? `${told.alive} ${record.alive}` : ''].filter(Boolean).join(' · '),
    ],
    [
      told.confirmed,
      confirmed,
      opened,
      [running > 0 ? `${told.running} ${running}` : '', reasonsText(record.unjudged, words, told.unjudged)].filter(Boolean).join(' · '),
    ],
    [told.judged, judged, confirmed, ''],
    [told.target1, target1, judged, ''],
    [told.target2, target2, judged, ''],
  ];
  return (
    <section className="pn" aria-label={told.funnel}>
      <div className="h2">
        <span>
          {told.funnel} <small>{`${name} · ${told.funnelWhy}`}</small>
        </span>
      </div>
      {steps.map(([label, count, of, why]) => (
        <div key={label} className="fs">
          <span className="t2">{label}</span>
          <span className="fb">
            <i style={{ width: `${opened === 0 ? 0 : (100 * count) / opened}%` }} />
          </span>
          <b>{count}</b>
          <span className="t3 s12">{of === 0 || label === told.opened ? '' : share(count / of)}</span>
          {why !== '' && <p className="t3 s12">{why}</p>}
        </div>
      ))}
    </section>
  );
}

const reasonsText = (reasons: Reasons, words: ReturnType<typeof useWords>, label: string): string =>
  reasons.length === 0 ? '' : `${label}: ${reasons.map(([reason, n]) => `${word(words.end, reason)} ${n}`).join(', ')}`;

export function Ends({ record: { ends, judged } }: { readonly record: DayRecord }) {
  const words = useWords();
  const told = words.evaluation;
  return (
    <section className="pn" aria-label={told.ends}>
      <div className="h2">
        <span>
          {told.ends} <small>{judged}</small>
        </span>
      </div>
      {judged === 0 && <p className="t3 s12">{told.nothingJudged}</p>}
      {ends.map(([reason, count]) => (
        <div key={reason} className="fs">
          <span className="t2">{word(words.end, reason)}</span>
          <span className="fb">
            <i style={{ width: `${(100 * count) / judged}%` }} />
          </span>
          <b>{count}</b>
          <span className="t3 s12">{share(count / judged)}</span>
        </div>
      ))}
    </section>
  );
}

export function Forecasts({ strategy }: { readonly strategy: Strategy | null }) {
  const words = useWords();
  const told = words.evaluation;
  const { data } = useStrategies();
  const shown = (strategy === null ? (data?.rows ?? []) : [strategy]).flatMap(({ id, forecasts }) =>
    forecasts.map((each) => ({ id, ...each })),
  );
  return (
    <section className="pn" aria-label={told.forecasts}>
      <div className="h2">
        <span>{told.forecasts}</span>
      </div>
      {strategy !== null && shown.length === 0 && <p className="t3 s12">{told.noForecasts}</p>}
      <ul className="fl">
        {shown.map(({ id, event, horizonSec, source, data: what, days, n, auc95 }) => (
          <li key={`${id}.${event}.${horizonSec}`}>
            <span>{`${strategy === null ? `${id} · ` : ''}${word(words.eventLong, event)}`}</span>
            <span className="t3 s12">{`${told.fittedOn(days, n, words.fitted[source])} · ${what}`}</span>
            <span className={verdictOf({ auc95 }) === 'measured' ? 's12' : 's12 t3'}>
              {`${auc95 === null ? '' : `AUC ${auc95.map((each) => each.toFixed(2)).join('–')} · `}${told.verdicts[verdictOf({ auc95 })]}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
