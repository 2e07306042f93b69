/** Said in the head of a panel whose answers stand still while the tape goes on. */
import { useEffect, useRef } from 'react';
import { useTapeNow } from '../state/clock.ts';
import { clockText, useLookBack } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { isBehind, type Seen, seenAgain } from '../state/standing.ts';
import { useWords } from '../words/index.ts';

export function Behind({ asOfMs }: { readonly asOfMs: number | undefined }) {
  const words = useWords();
  const seen = useRef<Seen | null>(null);
  useTapeNow(); // once a second, also where the same answer comes again
  const isPast = useLookBack(({ at }) => at !== null);
  // a page that nobody sees asks nothing, and the first answer after it is seen again is yet to come
  useEffect(() => {
    const forget = (): void => {
      seen.current = null;
    };
    document.addEventListener('visibilitychange', forget);
    return () => document.removeEventListener('visibilitychange', forget);
  }, []);
  const { tape } = useMarket.getState();
  if (asOfMs === undefined || tape === null || isPast || document.hidden) {
    seen.current = null;
    return null;
  }
  const now = Date.now();
  seen.current = seenAgain(seen.current, asOfMs, tape.tsMs, now);
  if (!isBehind(seen.current, tape.tsMs, now)) return null;
  return (
    <small className="behind warn" role="status" title={words.behindWhy}>
      {words.behind(clockText(asOfMs).slice(0, 5))}
    </small>
  );
}
