/** Forecasts with what they were fitted on, its sector and siblings, and where all of it comes from. */

import { OriginChip } from '../frame/header.tsx';
import { ChanceBar } from '../pieces/bars.tsx';
import { To } from '../pieces/bits.tsx';
import { missing, share } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useInstruments, useSectorNames } from '../state/queries.ts';
import { speaks } from '../state/reading.ts';
import type { Forecast } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import type { Seen } from './detail.tsx';
import { Name } from './home-row.tsx';
import { WhyNot } from './why-not.tsx';

export function SidePanels({ seen }: { readonly seen: Seen }) {
  return (
    <>
      <Forecasts forecasts={seen.opportunity.facts.forecasts ?? []} />
      {seen.opportunity.entity.kind === 'symbol' && seen.reading.isLive && <WhyNot symbol={seen.opportunity.instrument} />}
      <Siblings seen={seen} />
      <Provenance seen={seen} />
    </>
  );
}

export function Forecasts({ forecasts }: { readonly forecasts: readonly Forecast[] }) {
  const words = useWords();
  return (
    <section className="pn" aria-label={words.detail.forecasts}>
      <div className="h2">
        <span>{words.detail.forecasts}</span>
      </div>
      {forecasts.length === 0 && <p className="t3 s12">{words.noP}</p>}
      {forecasts.map((forecast) => (
        <ForecastRow key={forecast.event} forecast={forecast} />
      ))}
    </section>
  );
}

/** Four forms: measured with a bar; base rate with its tag and no bar; not given; and what it was fitted on in each. */
function ForecastRow({ forecast }: { readonly forecast: Forecast }) {
  const words = useWords();
  const { event, p, p0, lo, hi, source, data, days, n, auc95 } = forecast;
  const isMeasured = speaks(forecast);
  const { detail } = words;
  return (
    <div className="fc">
      <div className="row between">
        <span>
          <b className="b">{words.event[event]}</b> <span className="t3 s12">{words.eventLong[event]}</span>
        </span>
        {isMeasured ? (
          <b className="s14">{share(p)}</b>
        ) : (
          <span className="t3">
            <span className="tag">{p === null ? words.notGiven : words.noEdge}</span> {words.base} {share(p0)}
          </span>
        )}
      </div>
      {isMeasured && (
        <div className="row between fcb">
          <ChanceBar forecast={forecast} width={96} />
          <span className="t3 s12">
            {detail.interval} {share(lo)}–{share(hi)} · {words.base} {share(p0)}
          </span>
        </div>
      )}
      <div className="t3 s12 el" title={data}>
        {detail.fittedOn} {words.fitted[source]} · {detail.days(days)} · {detail.cases(n)} · {detail.auc}{' '}
        {auc95 === null ? missing : `${auc95[0].toFixed(2)}–${auc95[1].toFixed(2)}`}
      </div>
    </div>
  );
}

function Siblings({ seen: { opportunity, instrument } }: { readonly seen: Seen }) {
  const words = useWords();
  const { day } = useShown();
  const instruments = useInstruments();
  const sectors = new Set(instrument?.sectors ?? []);
  const names = useSectorNames();
  const related = [...day.items.values()]
    .filter(({ id, instrument: symbol, facts }) => {
      if (id === opportunity.id) return false;
      if (facts.parentId === opportunity.id || opportunity.facts.parentId === id || symbol === opportunity.instrument) return true;
      return instruments.get(symbol)?.sectors.some((code) => code.startsWith('I') && sectors.has(code)) === true;
    })
    .slice(-8)
    .reverse();
  return (
    <section className="pn" aria-label={words.detail.sector}>
      <div className="h2">
        <span>
          {words.detail.children} <small className="el">{[...sectors].map((code) => names.get(code) ?? code).join(' ')}</small>
        </span>
      </div>
      {related.length === 0 && <p className="t3 s12">{words.empty.nothing}</p>}
      <div className="sib">
        {related.map((each) => (
          <To key={each.id} path={`/o/${each.id}`} className="row between wide">
            <span>
              <Name opportunity={each} instrument={instruments.get(each.instrument)} />
            </span>
            <StateChip path={each.path} endReason={each.facts.endReason} />
          </To>
        ))}
      </div>
    </section>
  );
}

function Provenance({ seen: { opportunity } }: { readonly seen: Seen }) {
  const words = useWords();
  const { day } = useShown();
  const report = useMarket((market) => market.report);
  const newest = opportunity.transitions.at(-1);
  const { detail } = words;
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [words.market, <OriginChip key="origin" />],
    [detail.from, report?.source === null || report === null ? missing : word(words.sourceName, report.source)],
    [detail.stored, newest === undefined ? missing : `${words.step} ${newest.step} · ${newest.hash.slice(0, 8)} · ${detail.replayable}`],
    [detail.run, `${report?.run ?? ''} ${day.epoch.split('/')[1] ?? ''}`],
    ['', words.noAdvice],
  ];
  return (
    <section className="pn" aria-label={detail.provenance}>
      <div className="h2">
        <span>{detail.provenance}</span>
      </div>
      <dl className="pv">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
