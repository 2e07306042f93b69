/** The market in one look: mean gain, breadth, ladder, regime, brake and sources. Of the past there are only the states the journal has. */
import { breadthEdges } from '../../../../contracts/breadth.ts';
import { Spark } from '../pieces/bars.tsx';
import { Behind } from '../pieces/behind.tsx';
import { missing, money, percent, share } from '../pieces/numbers.ts';
import { useTint } from '../pieces/tint.ts';
import { useTapeNow } from '../state/clock.ts';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useLadder, useOverview } from '../state/queries.ts';
import { sealedOf } from '../state/sealed.ts';
import { useSettings } from '../state/settings.ts';
import type { Overview, StateItem } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';

export function Strip() {
  const words = useWords();
  const { data: overview } = useOverview();
  return (
    <section className="strip" aria-label={words.market}>
      <Mean overview={overview} />
      <Breadth overview={overview} />
      <LadderCounts overview={overview} />
      <Trust />
    </section>
  );
}

function Mean({ overview }: { readonly overview: Overview | undefined }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const { day } = useShown();
  const gain = overview?.meanGain;
  const connected = useMarket((market) => market.connected);
  const tint = useTint(gain);
  const line = (overview?.line ?? []).map(([minute, value]): [number, number] => [minute, Math.round(10_000 * (1 + value))]);
  const discovered = day.marks.filter(
    ({ region, to, from }) => region === 'lifecycle' && to === 'discovered' && from !== 'discovered',
  ).length;
  return (
    <div className="ixs">
      <div className="ix">
        <span className="grow">
          <span className="lab">
            {words.meanGain} <Behind asOfMs={overview?.asOf.tsMs} />
          </span>
          <span className={`ixv ${tint}`}>
            <b>{percent(gain)}</b>
          </span>
        </span>
        <Spark closes={line} reference={10_000} width={64} height={30} tint={connected} />
      </div>
      <Figure label={words.turnover} value={overview === undefined ? missing : money(overview.amountYuan, language)} />
      <Figure
        label={words.symbols}
        value={overview === undefined ? missing : String(overview.up + overview.down + overview.flat + overview.unknown)}
      />
      <Figure label={words.discoveredToday} value={String(discovered)} />
    </div>
  );
}

const Figure = ({ label, value }: { readonly label: string; readonly value: string }) => (
  <div className="ix">
    <span className="grow">
      <span className="lab">{label}</span>
      <span className="ixv">
        <b>{value}</b>
      </span>
    </span>
  </div>
);

function Breadth({ overview }: { readonly overview: Overview | undefined }) {
  const words = useWords();
  const bins = overview?.breadth ?? [];
  // what stood is a bar of its own, between those that fell and those that rose
  const middle = breadthEdges.indexOf(0) + 1;
  const bars = overview === undefined ? [] : [...bins.slice(0, middle), overview.flat, ...bins.slice(middle)];
  const most = Math.max(...bars, 1);
  return (
    <div>
      <div className="row between lab">
        <span>{words.breadth}</span>
        <span>
          <b className="up">{overview?.up ?? missing}</b> <span className="t3">/ {overview?.flat ?? missing} /</span>{' '}
          <b className="dn">{overview?.down ?? missing}</b>
        </span>
      </div>
      <svg
        width="280"
        height="30"
        role="img"
        aria-label={`${words.breadth} ${overview?.up ?? missing} / ${overview?.flat ?? missing} / ${overview?.down ?? missing}`}
      >
        {bars.map((count, i) => {
          const height = Math.max((28 * count) / most, 2);
          const color = i < middle ? 'var(--dn)' : i === middle ? 'var(--flat)' : 'var(--up)';
          return <rect key={`${i}`} x={i * 25.4} y={30 - height} width="22" height={height} fill={color} opacity=".75" />;
        })}
      </svg>
    </div>
  );
}

function LadderCounts({ overview }: { readonly overview: Overview | undefined }) {
  const words = useWords();
  const { data: ladder } = useLadder();
  const rungs = new Map<number, number>();
  for (const { boards, state } of ladder?.rows ?? []) if (state !== 'broken') rungs.set(boards, (rungs.get(boards) ?? 0) + 1);
  // as on the page of the limits: of who was sealed, who is
  const { locked, sealed } = sealedOf(ladder?.rows ?? []);
  return (
    <div>
      <div className="row between lab">
        <span>{words.ladder}</span>
        <span>
          {words.sealRate} <b className="t2">{sealed === 0 ? missing : share(locked / sealed, 1)}</b>
        </span>
      </div>
      <div className="lds">
        <Rung count={overview?.atLimitUp} label={words.limitUp} tint="up" />
        <Rung count={overview?.brokenLimitUp} label={words.broken} />
        <Rung count={overview?.atLimitDown} label={words.limitDown} tint="dn" />
        <span className="ldsep" />
        {[...rungs]
          .sort(([a], [b]) => a - b)
          .slice(0, 5)
          .map(([boards, count]) => (
            <Rung key={boards} count={count} label={words.nBoards(boards)} />
          ))}
      </div>
    </div>
  );
}

const Rung = ({ count, label, tint }: { readonly count: number | undefined; readonly label: string; readonly tint?: string }) => (
  <span className="ld">
    <b className={tint}>{count ?? missing}</b>
    <span>{label}</span>
  </span>
);

const shown: readonly string[] = ['live', 'lagging', 'open', 'probing', 'connecting', 'standby'];
const dots: Readonly<Record<string, string>> = {
  live: 'ok',
  lagging: 'w',
  open: 'w',
  probing: 'w',
  connecting: 'hollow',
  standby: 'hollow',
};

function Trust() {
  const words = useWords();
  const { day } = useShown();
  const now = useTapeNow();
  const regime = day.states.market.get('market.regime');
  const brake = day.states.risk.get('risk.market.state');
  // what paced the morning of an invented market, and hands over to the sources: no source of anybody's
  const all = [...day.states.sources.values()];
  const sources = all.length > 1 ? all.filter(({ actor }) => actor !== 'source.generator') : all;
  const rank = (each: StateItem): number => shown.indexOf(each.state);
  return (
    <div>
      <div className="row between lab">
        <span>
          {words.market} <b className="t1 b">{word(words.regime, regime?.state ?? 'unknown')}</b>{' '}
          {regime !== undefined && now !== null && (
            <span className="t3">{words.forMinutes(Math.max(Math.round((now - regime.sinceMs) / 60_000), 0))}</span>
          )}
        </span>
        <span>
          {words.brake}{' '}
          <b className={brake?.state === 'frozen' ? 'warn' : 't2'}>
            {day.offset === 0 ? missing : brake?.state === 'frozen' ? words.on : words.off}
          </b>
        </span>
      </div>
      <div className="qs">
        {sources
          .sort((a, b) => rank(a) - rank(b))
          .slice(0, 4)
          .map((each) => (
            <span key={each.actor}>
              <span className={`dot ${dots[each.state] ?? 'hollow'}`} />
              <span className="t2">{word(words.sourceName, each.actor.slice('source.'.length))}</span>
              <span className="grow" />
              <span className={each.state === 'lagging' || each.state === 'open' ? 'warn' : 't3'}>{word(words.source, each.state)}</span>
            </span>
          ))}
      </div>
    </div>
  );
}
