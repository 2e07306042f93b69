/** Said in the head of a panel whose answers stand still while the tape goes on. */
import { useRef } from 'react';
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
  const { tape } = useMarket.getState();
  if (asOfMs === undefined || tape === null || isPast) {
    seen.current = null;
    return null;
  }
  const now = Date.now();
  seen.current = seenAgain(seen.current, asOfMs, tape.tsMs, now);
  return isBehind(seen.current, tape.tsMs, now) ? <small className="warn">{words.behind(clockText(asOfMs))}</small> : null;
}
