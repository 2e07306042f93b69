/** The scrubber: any second of a stored day. What is later than the instant is hatched, and nothing of it is known here. */
import { useEffect, useRef } from 'react';
import { midnightOf, msOfTsec, tsecOf } from '../../../../contracts/session.ts';
import { Segments } from '../pieces/bits.tsx';
import { useKeys } from '../state/keys.ts';
import { clockText, isAsking, lookAt, toLive, useLookBack, useShown } from '../state/look-back.ts';
import { useDays } from '../state/queries.ts';
import { api } from '../state/session.ts';
import { useWords } from '../words/index.ts';
import { Icon } from './icons.tsx';

const speeds = [1, 5, 20, 60, 120, 300] as const;
const stepMs = 250;
const fullSec = 14_400;

export default function ReplayBar() {
  const words = useWords();
  const { date, at, playing, speed } = useLookBack();
  const { day, isWaiting } = useShown();
  const { data: days } = useDays();
  usePlaying(date, playing, speed);
  const move = (ms: number): void => {
    if (date !== null) lookAt(date, ms);
  };
  const toChange = async (back: boolean): Promise<void> => {
    if (date === null || at === null) return;
    const { at: next } = await api().get<{ at: number | null }>(`/v1/days/${date}/next`, { at: back ? at - 999 : at, back: back ? 1 : 0 });
    // an instant is shown to the second, with everything of that second
    if (next !== null) move(next);
  };
  const toggle = (): void => useLookBack.setState({ playing: !playing });
  const pace = (by: number): void => {
    const next = speeds[speeds.indexOf(speed as (typeof speeds)[number]) + by];
    if (next !== undefined) useLookBack.setState({ speed: next });
  };
  useKeys({
    ' ': toggle,
    ArrowLeft: () => void toChange(true),
    ArrowRight: () => void toChange(false),
    'Shift+ArrowLeft': () => at !== null && move(at - 60_000),
    'Shift+ArrowRight': () => at !== null && move(at + 60_000),
    ',': () => pace(-1),
    '.': () => pace(1),
  });
  if (date === null || at === null) return null;
  return (
    <section className="rp" aria-label={words.replay}>
      <div className="tp">
        <select
          aria-label={words.replayBar.day}
          value={date}
          onChange={(event) => lookAt(event.target.value, msOfTsec(event.target.value, 1800), false)}
        >
          {(days ?? [{ date }]).map((each) => (
            <option key={each.date}>{each.date}</option>
          ))}
        </select>
        <b className="big">{clockText(at)}</b>
        <button type="button" className="ib" aria-label={words.replayBar.prevEvent} onClick={() => void toChange(true)}>
          <Icon name="prev" />
        </button>
        <button type="button" className="ib pl" aria-label={playing ? words.replayBar.pause : words.replayBar.play} onClick={toggle}>
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <button type="button" className="ib" aria-label={words.replayBar.nextEvent} onClick={() => void toChange(false)}>
          <Icon name="next" />
        </button>
        <Segments
          of={speeds.map((each) => [String(each), `${each}×`] as const)}
          chosen={String(speed)}
          onChoose={(each) => useLookBack.setState({ speed: Number(each) })}
          label={words.replayBar.speed}
        />
        <span className="grow" />
        <span className="t3 s12">{isWaiting ? '…' : `${words.step} ${day.offset}`}</span>
        <button type="button" className="btn pri" onClick={toLive}>
          {words.replayBar.toLive} <kbd>L</kbd>
        </button>
      </div>
      <Track date={date} at={at} marks={day.marks.map(({ tsMs }) => tsMs)} onMove={move} />
    </section>
  );
}

/** Day on a line; a mark for each change so far. The slider is the browser's own, and so are its keys. */
function Track({
  date,
  at,
  marks,
  onMove,
}: {
  readonly date: string;
  readonly at: number;
  readonly marks: readonly number[];
  readonly onMove: (ms: number) => void;
}) {
  const words = useWords();
  const place = (ms: number): number => (100 * tsecOf(ms)) / fullSec;
  const seconds = Math.floor((at - midnightOf(date)) / 1000);
  return (
    <div className="track">
      <svg width="100%" height="28" aria-hidden="true">
        <defs>
          <pattern id="future" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0v6" stroke="var(--line2)" strokeWidth="2" />
          </pattern>
        </defs>
        <rect width="100%" y="8" height="12" fill="var(--s2)" />
        <rect x={`${place(at)}%`} width={`${100 - place(at)}%`} y="8" height="12" fill="url(#future)" />
        {[...new Set(marks.map((ms) => Math.round(place(ms) * 10) / 10))].map((x) => (
          <rect key={x} x={`${x}%`} y="10" width="1.5" height="8" fill="var(--life)" />
        ))}
        <rect x="50%" y="6" width="1" height="16" fill="var(--t3)" />
        <rect x={`${place(at)}%`} y="4" width="2" height="20" fill="var(--life)" />
      </svg>
      <input
        type="range"
        aria-label={`${words.replay} ${clockText(at)}`}
        aria-valuetext={clockText(at)}
        min={0}
        max={fullSec}
        value={Math.round(tsecOf(at))}
        onChange={(event) => onMove(msOfTsec(date, Number(event.target.value)))}
      />
      <div className="row between t3 s12">
        <span>09:30</span>
        <span>10:30</span>
        <span>11:30/13:00</span>
        <span>14:00</span>
        <span>15:00</span>
      </div>
      <span className="sr">{seconds}</span>
    </div>
  );
}

/** Moves on by trading time: lunch takes no while. */
function usePlaying(date: string | null, playing: boolean, speed: number): void {
  const rest = useRef(0);
  useEffect(() => {
    if (!playing || date === null) return;
    const timer = setInterval(() => {
      const { at } = useLookBack.getState();
      // the clock waits for what it shows
      if (at === null || isAsking.count > 0) return;
      rest.current += (speed * stepMs) / 1000;
      const whole = Math.floor(rest.current);
      if (whole === 0) return;
      rest.current -= whole;
      const tsec = tsecOf(at) + whole;
      lookAt(date, msOfTsec(date, Math.min(tsec, fullSec)));
      if (tsec >= fullSec || (useLookBack.getState().at ?? 0) <= at) useLookBack.setState({ playing: false });
    }, stepMs);
    return () => clearInterval(timer);
  }, [date, playing, speed]);
}
