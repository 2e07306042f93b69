/** Keys of the page on the left; how fast and up to which step on the right. */
import type { ReactNode } from 'react';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useWords } from '../words/index.ts';

export function StatusBar({
  keys,
  note,
}: {
  readonly keys: readonly (readonly [keys: readonly string[], text: string])[];
  readonly note?: ReactNode;
}) {
  const words = useWords();
  const paintP95 = useMarket((market) => market.paintP95);
  const report = useMarket((market) => market.report);
  const { day, isPast } = useShown();
  // a step that changed nothing shown here is one all the same
  const step = isPast ? day.offset : Math.max(day.offset, report?.day.step ?? 0);
  return (
    <footer className="sb">
      {keys.map(([names, text]) => (
        <span key={text}>
          {names.map((name) => (
            <kbd key={name}>{name}</kbd>
          ))}
          {text}
        </span>
      ))}
      <span className="grow" />
      {note}
      <span className="t3">{words.noAdvice}</span>
      {paintP95 !== null && (
        <span>
          {words.paint} <b>{paintP95.toFixed(0)} ms</b>
        </span>
      )}
      <span>
        {words.step} <b>{step.toLocaleString('en')}</b>
      </span>
      <span>{report?.run ?? ''}</span>
    </footer>
  );
}
