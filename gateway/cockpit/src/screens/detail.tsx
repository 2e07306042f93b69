/** One opportunity: where it is in its life, what ends it and how far off, what the plan is, and why it is believed. */
import { useEffect, useState } from 'react';
import { msOfTsec, tsecOf } from '../../../../contracts/session.ts';
import { Icon } from '../frame/icons.tsx';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, Skeleton, To } from '../pieces/bits.tsx';
import { save } from '../pieces/export.ts';
import { gainOf, missing, money, percent, price, signed } from '../pieces/numbers.ts';
import { RiskTags, StateChip } from '../pieces/state.tsx';
import { useTint } from '../pieces/tint.ts';
import { useTapeNow } from '../state/clock.ts';
import { useWhole, type Whole } from '../state/detail.ts';
import { useKeys } from '../state/keys.ts';
import { lookAt, useLookBack, useShown } from '../state/look-back.ts';
import { useMarket, watchQuotes } from '../state/market.ts';
import { mark, useMine } from '../state/mine.ts';
import { goTo } from '../state/place.ts';
import { type Minute, useInstruments, useMinutes } from '../state/queries.ts';
import { type Reading, readingOf, withLive } from '../state/reading.ts';
import { useSettings } from '../state/settings.ts';
import type { Instrument } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { ack, copyBrief, copyLink, dismiss, opportunityKeys, pin } from './acts.ts';
import { DayChart } from './day-chart.tsx';
import { DetailEvidence } from './detail-evidence.tsx';
import { MachinePanel } from './detail-machine.tsx';
import { PlanPanel } from './detail-plan.tsx';
import { SidePanels } from './detail-side.tsx';
import { Timeline } from './detail-timeline.tsx';
import { FocusChart } from './focus-chart.tsx';
import { BoardChip, Name } from './home-row.tsx';
import '../css/instrument.css';
import '../css/detail.css';

export type Seen = {
  readonly opportunity: Whole;
  readonly instrument: Instrument | undefined;
  readonly minutes: readonly Minute[];
  readonly reading: Reading;
  readonly lastMilli: number | null;
  readonly nowMs: number;
};

export default function Detail({ id }: { readonly id: string }) {
  const words = useWords();
  const { data: opportunity, error, isPending } = useWhole(id);
  useOwnDay(id);
  if (error !== null && opportunity === undefined)
    return <Empty title={words.detail.gone} why={error.message} action={words.keys.back} onAction={() => goTo('/')} />;
  if (isPending || opportunity === undefined) return <Skeleton rows={14} />;
  return <Shown opportunity={opportunity} />;
}

/** One of another day is shown as that day ended, with that day's prices. */
function useOwnDay(id: string): void {
  const today = useMarket((market) => market.day.epoch.split('/')[1] ?? '');
  const date = useLookBack((look) => look.date);
  const own = /^\d{8}/.exec(id)?.[0] ?? today;
  useEffect(() => {
    if (date === null && today !== '' && own !== today) lookAt(own, msOfTsec(own, 14_400));
  }, [date, own, today]);
}

function Shown({ opportunity }: { readonly opportunity: Whole }) {
  const words = useWords();
  const seen = useSeen(opportunity);
  useDetailKeys(opportunity);
  const isSymbol = opportunity.entity.kind === 'symbol';
  return (
    <div className="s-detail page-col">
      <Head seen={seen} />
      <div className="g3">
        <div className="scroll">
          <MachinePanel seen={seen} />
          <Timeline opportunity={opportunity} />
        </div>
        <div className="scroll">
          {isSymbol && <DayChart seen={seen} />}
          {isSymbol && <FocusChart seen={seen} />}
          <DetailEvidence opportunity={opportunity} />
        </div>
        <div className="scroll">
          <PlanPanel seen={seen} />
          <SidePanels seen={seen} />
        </div>
      </div>
      <StatusBar
        keys={[
          [['Esc'], words.keys.back],
          [['PgUp', 'PgDn'], words.keys.nextSymbol],
          [['a'], words.keys.ack],
          [['c'], words.keys.link],
        ]}
        note={
          <span>
            {words.detail.id} <b>{opportunity.id}</b>
          </span>
        }
      />
    </div>
  );
}

function useSeen(told: Whole): Seen {
  const { instrument: symbol, entity } = told;
  const { isPast } = useShown();
  const isSymbol = entity.kind === 'symbol';
  const instrument = useInstruments().get(symbol);
  const { data: minutes = [] } = useMinutes(isSymbol ? symbol : null);
  const live = useMarket((market) => market.live.get(told.id));
  const quote = useMarket((market) => market.quotes.get(symbol));
  const nowMs = useTapeNow() ?? told.updatedMs;
  useEffect(() => watchQuotes(isSymbol && !isPast ? [symbol] : []), [symbol, isSymbol, isPast]);
  const lastMilli = (isPast ? null : quote?.lastMilli) ?? minutes.findLast(({ closeMilli }) => closeMilli !== null)?.closeMilli ?? null;
  return {
    opportunity: withLive(told, isPast ? undefined : live),
    instrument,
    minutes: isSymbol ? minutes : [],
    reading: readingOf(told, isPast ? undefined : live, nowMs),
    lastMilli,
    nowMs,
  };
}

function useDetailKeys(opportunity: Whole): void {
  const { day } = useShown();
  const ids = [...day.items.keys()];
  const to = (by: number): void => {
    const next = ids[ids.indexOf(opportunity.id) + by];
    if (next !== undefined) goTo(`/o/${next}`);
  };
  useKeys({
    ...opportunityKeys(opportunity),
    n: () => document.getElementById('note-open')?.click(),
    e: () => saveJson(opportunity),
    F5: () => goTo(`/s/${opportunity.instrument}`, { view: 'k' }),
    PageUp: () => to(1),
    PageDown: () => to(-1),
  });
}

const saveJson = (opportunity: Whole): void => save(`${opportunity.id}.json`, 'application/json', JSON.stringify(opportunity, null, 2));

function Head({ seen: { opportunity, instrument, minutes, lastMilli, reading } }: { readonly seen: Seen }) {
  const words = useWords();
  const { path, facts, strategies, risk, dataState, instrument: symbol, entity } = opportunity;
  const reference = instrument?.preCloseMilli ?? null;
  const gain = gainOf(lastMilli, reference);
  const tint = useTint(gain);
  return (
    <div className="op">
      <To path="/" className="ib" label={words.keys.back}>
        <Icon name="back" />
      </To>
      <div>
        <div className="s20 b">
          <Name opportunity={opportunity} instrument={instrument} />
          <BoardChip instrument={instrument} />
        </div>
        <To path={entity.kind === 'symbol' ? `/s/${symbol}` : '/heat'} className="s12 t3 nw">
          {symbol} {instrument === undefined ? '' : word(words.boardLong, instrument.board)}
        </To>
      </div>
      {entity.kind === 'symbol' && (
        <>
          <div className={`s28 b ${tint}`}>{price(lastMilli)}</div>
          <div className={tint}>
            <div>{lastMilli === null || reference === null ? '' : signed((lastMilli - reference) / 1000)}</div>
            <div>{percent(gain)}</div>
          </div>
          <Figures minutes={minutes} reference={reference} />
        </>
      )}
      <span className="grow" />
      <div>
        <div className="row g8">
          <StateChip path={path} endReason={facts.endReason} />
          <RiskTags risk={risk} dataState={dataState} />
        </div>
        <div className="s12 t3">
          {strategies.map((id) => word(words.strategy, id)).join(' + ')}
          {reading.timer !== null &&
            ` · ${word(words.timer, reading.timer.id)} ${Math.floor(reading.timer.leftSec / 60)}:${String(reading.timer.leftSec % 60).padStart(2, '0')}`}
        </div>
      </div>
      <Acts opportunity={opportunity} />
    </div>
  );
}

function Figures({ minutes, reference }: { readonly minutes: readonly Minute[]; readonly reference: number | null }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const amount = minutes.reduce((sum, { amountYuan }) => sum + (amountYuan ?? 0), 0);
  const shares = minutes.reduce((sum, { volumeShares }) => sum + (volumeShares ?? 0), 0);
  const most = (of: readonly (number | null)[], pick: (...all: number[]) => number): number | null => {
    const known = of.filter((each) => each !== null);
    return known.length === 0 ? null : pick(...known);
  };
  const { detail } = words;
  // minutes that begin later are not the whole of the day
  const isWhole = minutes[0] !== undefined && tsecOf(minutes[0].tsMs) <= 60;
  const ofDay = (milli: number | null | undefined): string => (isWhole ? price(milli) : missing);
  const figures: readonly (readonly [string, string])[] = [
    [detail.open, ofDay(minutes.find(({ openMilli }) => openMilli !== null)?.openMilli)],
    [
      detail.high,
      ofDay(
        most(
          minutes.map(({ highMilli }) => highMilli),
          Math.max,
        ),
      ),
    ],
    [detail.vwap, shares > 0 ? (amount / shares).toFixed(2) : price(null)],
    [detail.amountToday, money(amount, language)],
    [detail.pre, price(reference)],
    [
      detail.low,
      ofDay(
        most(
          minutes.map(({ lowMilli }) => lowMilli),
          Math.min,
        ),
      ),
    ],
  ];
  return (
    <div className="q">
      {figures.map(([label, value]) => (
        <span key={label}>
          {label}
          <b>{value}</b>
        </span>
      ))}
    </div>
  );
}

function Acts({ opportunity }: { readonly opportunity: Whole }) {
  const words = useWords();
  const isPast = useLookBack((look) => look.at !== null);
  const own = useMine((state) => state.mine.marks[opportunity.id]);
  const [noting, setNoting] = useState(false);
  const isOver = opportunity.state === 'ended' || opportunity.state === 'archived';
  return (
    <div className="row g8 acts">
      <button type="button" className="ib" aria-pressed={own?.pinned === true} aria-label={words.keys.pin} onClick={() => pin(opportunity)}>
        <Icon name="pin" />
      </button>
      <button type="button" id="note-open" className="ib" aria-label={words.keys.note} onClick={() => setNoting(!noting)}>
        <Icon name="note" />
        {own?.note !== undefined && <i>1</i>}
      </button>
      <button type="button" className="ib" aria-label={words.copyLink} onClick={() => void copyLink()}>
        <Icon name="link" />
      </button>
      <button
        type="button"
        className="ib file"
        aria-label={words.copyBrief}
        title={words.copyBrief}
        onClick={() => void copyBrief(opportunity)}
      >
        <Icon name="rows" />
      </button>
      <button type="button" className="ib file" aria-label={words.keys.export} onClick={() => saveJson(opportunity)}>
        <Icon name="download" />
      </button>
      <button
        type="button"
        className="btn"
        disabled={isPast || isOver}
        title={isPast ? words.replayBar.noAct : ''}
        onClick={() => dismiss(opportunity)}
      >
        {words.keys.dismiss} <kbd>x</kbd>
      </button>
      <button type="button" className="btn" aria-pressed={own?.ackMs !== undefined} onClick={() => ack(opportunity)}>
        {own?.ackMs !== undefined ? `${words.detail.acked} ✓` : words.keys.ack} <kbd>a</kbd>
      </button>
      {noting && <NoteBox id={opportunity.id} note={own?.note ?? ''} onDone={() => setNoting(false)} />}
    </div>
  );
}

function NoteBox({ id, note, onDone }: { readonly id: string; readonly note: string; readonly onDone: () => void }) {
  const words = useWords();
  const [text, setText] = useState(note);
  return (
    <div className="notebox">
      <textarea
        className="field"
        rows={4}
        maxLength={2000}
        value={text}
        aria-label={words.detail.notePrompt}
        placeholder={words.detail.notePrompt}
        onChange={(event) => setText(event.target.value)}
        autoFocus
      />
      <div className="row end g8">
        <button type="button" className="btn ghost" onClick={onDone}>
          {words.detail.cancel}
        </button>
        <button
          type="button"
          className="btn pri"
          onClick={() => {
            mark(id, { note: text.trim() === '' ? undefined : text });
            onDone();
          }}
        >
          {words.detail.save}
        </button>
      </div>
    </div>
  );
}
