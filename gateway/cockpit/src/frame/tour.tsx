/** Five steps beside what they speak of; begins with the honest headline, and can be stopped for good at each. */
import { useState } from 'react';
import { usePlace } from '../state/place.ts';
import { useSettings } from '../state/settings.ts';
import { useWords } from '../words/index.ts';

export default function Tour() {
  const { tour } = useWords();
  const set = useSettings((settings) => settings.set);
  const path = usePlace((place) => place.path);
  const [step, setStep] = useState(0);
  if (path !== '/') return null;
  const last = step === tour.titles.length - 1;
  return (
    <aside className={`tour at${step}`} aria-label={tour.titles[step]}>
      <div className="row between">
        <span className="ts" aria-hidden="true">
          {tour.titles.map((title, i) => (
            <i key={title} className={i <= step ? 'on' : ''} />
          ))}
        </span>
        <span className="t3 s12">{tour.step(step + 1, tour.titles.length)}</span>
      </div>
      <h3 className="s16 b">{tour.titles[step]}</h3>
      <p>{tour.texts[step]}</p>
      <div className="row end g8">
        <button type="button" className="btn ghost" onClick={() => set({ tourDone: true })}>
          {tour.skip}
        </button>
        <button type="button" className="btn pri" onClick={() => (last ? set({ tourDone: true }) : setStep(step + 1))}>
          {last ? tour.done : tour.next}
        </button>
      </div>
    </aside>
  );
}
