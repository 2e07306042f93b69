/** 状态流: every change as it comes, newest first; stands still while it is read. */
import { memo, useRef, useState } from 'react';
import { Icon } from '../frame/icons.tsx';
import { To } from '../pieces/bits.tsx';
import { borne, EvidenceLine } from '../pieces/evidence.tsx';
import { headOf, StateGlyph } from '../pieces/state.tsx';
import { useKeys } from '../state/keys.ts';
import { clockText, useLookBack } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useInstruments } from '../state/queries.ts';
import type { DayView, Instrument, Opportunity, Told } from '../state/shapes.ts';
import { useWords, type Words, word } from '../words/index.ts';
import { Name } from './home-row.tsx';

const shownMax = 60;

export function ChangeStream({ day }: { readonly day: DayView }) {
  const words = useWords();
  const instruments = useInstruments();
  const flashed = useMarket((market) => market.flashed);
  const [isHeld, setHeld] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const kept = useRef(day.told);
  // while looking back the space bar plays
  const isPast = useLookBack((look) => look.at !== null);
  useKeys(isPast ? {} : { ' ': () => setPaused(!isPaused) });
  if (!isHeld && !isPaused) kept.current = day.told;
  return (
    <aside className="side" aria-label={words.stream}>
      <div className="bar">
        <span className="h2">
          {words.stream} <small>{words.changesToday(day.marks.length)}</small>
        </span>
        <button type="button" className="ib" aria-pressed={isPaused} aria-label={words.keys.pause} onClick={() => setPaused(!isPaused)}>
          <Icon name={isPaused ? 'play' : 'pause'} />
        </button>
      </div>
      <ol className="stream scroll" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
        {kept.current.slice(0, shownMax).map((told) => (
          <Line
            key={`${told.seq}.${told.id}.${told.change.actorSeq}`}
            told={told}
            opportunity={day.items.get(told.id)}
            instrument={instruments.get(day.items.get(told.id)?.instrument ?? '')}
            isNew={flashed.has(told.id)}
          />
        ))}
      </ol>
    </aside>
  );
}

type LineParts = {
  readonly told: Told;
  readonly opportunity: Opportunity | undefined;
  readonly instrument: Instrument | undefined;
  readonly isNew: boolean;
};
/** Drawn anew when what it says has changed: two hundred changes a second come to sixty lines. */
const Line = memo(({ told: { id, change }, opportunity, instrument, isNew }: LineParts) => {
  return (
    <li className={isNew ? 'new' : ''}>
      <time>{clockText(change.tsMs)}</time>
      <div className="grow">
        <To path={`/o/${id}`} className="n">
          {opportunity === undefined ? id : <Name opportunity={opportunity} instrument={instrument} />}
        </To>
        <ChangeWord change={change} endReason={opportunity?.facts.endReason} />
        <div className="w">
          <ChangeReason change={change} />
        </div>
      </div>
    </li>
  );
});

/** Why it changed: the levels it reached, else the plain words. */
export function ChangeReason({ change }: { readonly change: Told['change'] }) {
  const words = useWords();
  return change.evidence.length > 0 ? <EvidenceLine evidence={borne(change.evidence)} most={2} /> : sayChange(change, words);
}

export function ChangeWord({
  change,
  endReason,
  bare = false,
}: {
  readonly change: Told['change'];
  readonly endReason?: string | null | undefined;
  /** Without its shape, which stands beside. */
  readonly bare?: boolean;
}) {
  const words = useWords();
  if (change.region === 'risk') return <span className={change.to === 'normal' ? 'tag' : 'tag w1'}>{word(words.risk, change.to)}</span>;
  if (change.region === 'data') return <span className={change.to === 'fresh' ? 'tag' : 'tag w1'}>{word(words.data, change.to)}</span>;
  const head = headOf(change.to);
  const sub = change.to.split('.')[1];
  const off = head === 'ended' || head === 'archived';
  return (
    <span className={off ? 'tr off' : 'tr'}>
      {!bare && <StateGlyph state={head} />}
      {change.note === null ? word(words.state, head) : word(words.note, change.note)}
      {change.note === null && sub !== undefined && ` ${word(words.sub, sub)}`}
      {head === 'ended' && endReason != null && ` ${word(words.end, endReason)}`}
    </span>
  );
}

/** What caused a change that came without numbers. */
export function sayChange({ region, from, to, event }: Told['change'], words: Words): string {
  if (region === 'risk') return `${word(words.risk, from ?? 'normal')} → ${word(words.risk, to)}`;
  if (region === 'data') return `${word(words.data, from ?? 'fresh')} → ${word(words.data, to)}`;
  const timer = event.startsWith('timer.') ? event.slice('timer.'.length) : null;
  return timer === null ? '' : word(words.timer, timer);
}
