/** For who hears the page: how much lives and what changed last, at most every ten seconds. */
import { useEffect, useRef, useState } from 'react';
import { useShown } from '../state/look-back.ts';
import { useInstruments } from '../state/queries.ts';
import { isActive } from '../state/reading.ts';
import { useWords, word } from '../words/index.ts';

const everyMs = 10_000;

export function Summary() {
  const words = useWords();
  const { day, isPast } = useShown();
  const instruments = useInstruments();
  const newest = day.told.find(({ change }) => change.region === 'lifecycle');
  const name = newest === undefined ? '' : (instruments.get(day.items.get(newest.id)?.instrument ?? '')?.name ?? '');
  const alive = [...day.items.values()].filter(isActive).length;
  const text =
    newest === undefined || isPast ? '' : `${words.active} ${alive}，${name} ${word(words.state, newest.change.to.split('.')[0]!)}`;
  const due = useRef(text);
  due.current = text;
  const [said, say] = useState('');
  useEffect(() => {
    const timer = setInterval(() => say(due.current), everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="sr" aria-live="polite">
      {said}
    </p>
  );
}
