/** A row in two lines: the first is what it is, the second why. Numbers change in place. */
import { memo } from 'react';
import { useNow } from '../frame/banner.tsx';
import { ChanceBar, PlanBar, Spark } from '../pieces/bars.tsx';
import { Countdown, To } from '../pieces/bits.tsx';
import { EvidenceLine } from '../pieces/evidence.tsx';
import { direction, gainOf, missing, percent, price, share } from '../pieces/numbers.ts';
import { headOf, LifecycleBar, RiskTags, StateChip } from '../pieces/state.tsx';
import { useTapeNow } from '../state/clock.ts';
import { minuteAt } from '../state/clock-math.ts';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useMine } from '../state/mine.ts';
import { type Closes, useSectorNames } from '../state/queries.ts';
import { type Reading, readingOf, speaks } from '../state/reading.ts';
import type { Instrument, Opportunity } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';

const staleMs = 9000;
type Props = {
  /** Its line in the list, from 0, and who measures it. */
  readonly at: number;
  readonly measure: (row: Element | null) => void;
  readonly opportunity: Opportunity;
  readonly instrument: Instrument | undefined;
  readonly closes: Closes;
  readonly isSelected: boolean;
  readonly isNew: boolean;
  readonly onSelect: (id: string) => void;
};

export const OpportunityRow = memo(function OpportunityRow(props: Props) {
  const { at, measure, opportunity, instrument, closes, isSelected, isNew, onSelect } = props;
  const { id, path, instrument: symbol, entity, facts, risk, dataState, openedMs } = opportunity;
  const words = useWords();
  const { isPast } = useShown();
  const live = useMarket((market) => market.live.get(id));
  const connected = useMarket((market) => market.connected);
  const now = useTapeNow() ?? opportunity.updatedMs;
  const mark = useMine((state) => state.mine.marks[id]);
  const reading = readingOf(opportunity, isPast ? undefined : live, now);
  const { last, isStale } = useLast(symbol, closes, isPast);
  const reference = instrument?.preCloseMilli ?? null;
  const isSymbol = entity.kind === 'symbol';
  const to = reading.isLive ? now : (facts.endedMs ?? now);
  return (
    <tr
      id={`row-${id}`}
      ref={measure}
      data-index={at}
      aria-rowindex={at + 2}
      className={`${isSelected ? 'sel' : ''}${isNew ? ' flash' : ''}`}
      aria-selected={isSelected}
      onClick={() => onSelect(id)}
    >
      <td>
        <StateChip path={path} endReason={facts.endReason} />
        <div className="row g8 l2">
          <LifecycleBar path={path} used={reading.used} />
          <RiskTags risk={risk} dataState={dataState} />
          {isStale && reading.isLive && isSymbol && <span className="tag w1">{words.stale}</span>}
        </div>
      </td>
      <td>
        <To path={`/o/${id}`} className="nm">
          {mark?.pinned === true && <span className="life">▪ </span>}
          <Name opportunity={opportunity} instrument={instrument} />
          <BoardChip instrument={instrument} />
        </To>
        <div className="sub">
          {isSymbol ? symbol.slice(0, 6) : entity.key}
          {mark?.ackMs !== undefined && ' ✓'}
        </div>
      </td>
      <LastPrice last={last} reference={reference} isStale={isStale || !connected} isSymbol={isSymbol} />
      <td>
        <Spark closes={closes} reference={reference} life={isSymbol ? [minuteAt(openedMs), minuteAt(to)] : undefined} tint={connected} />
      </td>
      <What opportunity={opportunity} />
      <Chance reading={reading} />
      <PlanCell opportunity={opportunity} reading={reading} last={last} />
      <td className="r">
        <Countdown timer={reading.timer} isLive={reading.isLive} stopped={!connected && !isPast} />
      </td>
    </tr>
  );
});

/** Of the stream where it is heard, else the newest minute. A price that has not been told for nine seconds has no colour. */
function useLast(symbol: string, closes: Closes, isPast: boolean): { readonly last: number | null; readonly isStale: boolean } {
  const quote = useMarket((market) => market.quotes.get(symbol));
  const tape = useMarket((market) => market.tape);
  const ready = useMarket((market) => market.report?.ready !== false);
  const now = useNow();
  const minute = closes.at(-1)?.[1] ?? null;
  if (isPast) return { last: minute, isStale: false };
  return { last: quote?.lastMilli ?? minute, isStale: !ready || tape === null || now - tape.receivedMs > staleMs };
}

/** Of a stock or a sector; the code where nobody has told a name. */
export function Name({
  opportunity: { instrument, entity },
  instrument: known,
}: {
  readonly opportunity: Pick<Opportunity, 'instrument' | 'entity'>;
  readonly instrument: Instrument | undefined;
}) {
  const sectors = useSectorNames();
  return <>{entity.kind === 'sector' ? (sectors.get(entity.key) ?? entity.key) : (known?.name ?? instrument)}</>;
}

export function BoardChip({ instrument }: { readonly instrument: Instrument | undefined }) {
  const words = useWords();
  if (instrument === undefined) return null;
  const chip = word(words.board, instrument.board);
  return (
    <>
      {chip !== '' && chip !== instrument.board && (
        <span className="bd" title={word(words.boardLong, instrument.board)}>
          {chip}
        </span>
      )}
      {instrument.boards > 0 && <span className="tag upf"> {words.nBoards(instrument.boards)}</span>}
    </>
  );
}

function LastPrice({
  last,
  reference,
  isStale,
  isSymbol,
}: {
  readonly last: number | null;
  readonly reference: number | null;
  readonly isStale: boolean;
  readonly isSymbol: boolean;
}) {
  const gain = gainOf(last, reference);
  const tint = isStale ? 'fl' : direction(gain);
  if (!isSymbol) return <td className="r" />;
  return (
    <td className="r">
      <div className={`pr ${tint}`}>{price(last)}</div>
      <div className={`s12 ${tint}`}>{percent(gain)}</div>
    </td>
  );
}

function What({ opportunity }: { readonly opportunity: Opportunity }) {
  const words = useWords();
  const { day } = useShown();
  const { facts, strategies, family, path } = opportunity;
  const reason = day.reasons.get(opportunity.id);
  const first = strategies[0] ?? family;
  const variants = [...new Set(Object.values(facts.tracks ?? {}).map(({ variant }) => word(words.variant, variant)))].join(' + ');
  const advice = headOf(path) === 'discovered' ? words.waiting : facts.advice === undefined ? '' : word(words.advice, facts.advice);
  return (
    <td className="what">
      <div className="el">
        <span className="d">{word(words.strategy, first)}</span>
        <span className="v">{variants}</span>
        <span className="a">{advice}</span>{' '}
        {(facts.risks ?? []).slice(0, 3).map((risk) => (
          <span key={risk} className="tag n gap">
            {word(words.risks, risk)}
          </span>
        ))}
      </div>
      <div className="sub">{reason === undefined ? '' : <EvidenceLine evidence={reason.evidence} />}</div>
    </td>
  );
}

/** A chance never stands without the name of its event; one without a measured edge is the base rate, and has no bar. */
function Chance({ reading: { forecast, isLive } }: { readonly reading: Reading }) {
  const words = useWords();
  if (forecast === null)
    return (
      <td className="r">
        <div className="pc t3">{missing}</div>
        <div className="sub">{words.noP}</div>
      </td>
    );
  const name = words.event[forecast.event];
  if (!speaks(forecast))
    return (
      <td className="r" title={words.noEdge}>
        <div className="pc t3">
          {words.base} {share(forecast.p0)}
        </div>
        <div className="sub">{name}</div>
      </td>
    );
  return (
    <td
      className="r"
      title={`${words.eventLong[forecast.event]} · ${words.base} ${share(forecast.p0)} · ${words.fitted[forecast.source]} n=${forecast.n}`}
    >
      <div className={isLive ? 'pc' : 'pc t3'}>
        <span className="t3 s12">{name} </span>
        {share(forecast.p)}
      </div>
      <div className="chance">
        <ChanceBar forecast={forecast} />
      </div>
    </td>
  );
}

function PlanCell({
  opportunity: { facts, path },
  reading,
  last,
}: {
  readonly opportunity: Opportunity;
  readonly reading: Reading;
  readonly last: number | null;
}) {
  const words = useWords();
  const { plan, stopMilli, nextMilli } = reading;
  if (plan === null || stopMilli === null) return <td className="t3 s12">{missing}</td>;
  if (!reading.isLive && facts.confirmedMs == null) return <td className="t3 s12">{words.noPlan}</td>;
  if (path === 'tracking.locked')
    return (
      <td className="s12">
        {words.queue} <b>{price(plan.entryMilli)}</b>
      </td>
    );
  return (
    <td>
      <PlanBar plan={plan} stopMilli={stopMilli} lastMilli={reading.isLive ? last : null} />
      <div className="plan3">
        <span className="dn">{price(stopMilli)}</span>
        <span className="t3">{price(plan.entryMilli)}</span>
        <span className="up">{price(nextMilli)}</span>
      </div>
    </td>
  );
}
