/** What is wrong, since when, and what happens next; nothing while all is well. */
import { useEffect, useState } from 'react';
import { useMarket } from '../state/market.ts';
import { useSettings } from '../state/settings.ts';
import { useWords } from '../words/index.ts';

const tellAfterMs = 3000;
const filledShownMs = 8000;

export function Banner() {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const { connected, lostMs, needsToken, report, filled } = useMarket();
  const now = useNow();
  if (needsToken) return <Line text={words.needsToken} />;
  if (!connected && lostMs !== null && now - lostMs > tellAfterMs) return <Line text={words.lost(Math.round((now - lostMs) / 1000))} />;
  if (connected && report !== null && !report.ready)
    return <Line text={`${words.notReady}：${report.why?.[language] ?? report.code ?? ''}`} />;
  if (filled !== null && now - filled.atMs < filledShownMs) return <Line text={words.back(filled.count)} calm />;
  return null;
}

const Line = ({ text, calm = false }: { readonly text: string; readonly calm?: boolean }) => (
  <div className={calm ? 'banner calm' : 'banner'} role={calm ? 'status' : 'alert'}>
    {text}
  </div>
);

/** Wall clock to the second: of what has no tape. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
