/** Tape time as it goes on between two words of it. It stands at lunch, while disconnected, and while the engine is not ready. */
import { useSyncExternalStore } from 'react';
import { useLookBack } from './look-back.ts';
import { useMarket } from './market.ts';

/** How far a clock may run ahead of what was last heard. */
const aheadMs = 5000;

/** Now, by the tape; null before anything was heard. */
export function tapeNow(): number | null {
  const at = useLookBack.getState().at;
  if (at !== null) return at;
  const { tape, connected, report } = useMarket.getState();
  if (tape === null) return null;
  const runs = connected && report?.ready === true;
  return runs ? tape.tsMs + Math.min(Date.now() - tape.receivedMs, aheadMs) : tape.tsMs;
}

let now: number | null = null;
const listeners = new Set<() => void>();
setInterval(() => {
  const next = tapeNow();
  const second = next === null ? null : Math.floor(next / 1000) * 1000;
  if (second === now) return;
  now = second;
  for (const listener of listeners) listener();
}, 250);

/** To the second. */
export const useTapeNow = (): number | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
