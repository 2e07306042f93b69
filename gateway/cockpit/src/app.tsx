/** Frame and page. Pages with charts are read when they are opened. */
import { lazy, Suspense, useEffect } from 'react';
import { useAppKeys } from './frame/app-keys.ts';
import { Badge } from './frame/badge.tsx';
import { Banner } from './frame/banner.tsx';
import { Boundary } from './frame/boundary.tsx';
import { Header } from './frame/header.tsx';
import { Strip } from './frame/strip.tsx';
import { Summary } from './frame/summary.tsx';
import { Toast } from './frame/toast.tsx';
import { Skeleton } from './pieces/bits.tsx';
import { Home } from './screens/home.tsx';
import { useLookBack } from './state/look-back.ts';
import { useMarket } from './state/market.ts';
import { usePlace } from './state/place.ts';
import { useSettings } from './state/settings.ts';

const Palette = lazy(() => import('./frame/palette.tsx'));
const Detail = lazy(() => import('./screens/detail.tsx'));
const SymbolPage = lazy(() => import('./screens/symbol.tsx'));
const Quotes = lazy(() => import('./screens/quotes.tsx'));
const Heat = lazy(() => import('./screens/heat.tsx'));
const Limit = lazy(() => import('./screens/limit.tsx'));
const Evaluation = lazy(() => import('./screens/evaluation.tsx'));
const Risk = lazy(() => import('./screens/risk.tsx'));
const Data = lazy(() => import('./screens/data.tsx'));
const Watch = lazy(() => import('./screens/watch.tsx'));
const Notify = lazy(() => import('./screens/notify.tsx'));
const ReplayBar = lazy(() => import('./frame/replay-bar.tsx'));
const Tour = lazy(() => import('./frame/tour.tsx'));
const KeyHelp = lazy(() => import('./frame/key-help.tsx'));

export function App() {
  useAppKeys();
  const isPast = useLookBack((look) => look.at !== null);
  const connected = useMarket((market) => market.connected);
  const lostMs = useMarket((market) => market.lostMs);
  const { dense, tourDone } = useSettings();
  const path = usePlace((place) => place.path);
  const isLost = !connected && lostMs !== null && !isPast;
  return (
    <div className={`app${isPast ? ' rpl' : ''}${dense ? ' dense' : ''}${isLost ? ' lost' : ''}`}>
      <Header />
      <Banner />
      <Boundary key={path}>
        <Suspense fallback={<Skeleton rows={16} />}>
          <Page />
          {isPast && <ReplayBar />}
        </Suspense>
      </Boundary>
      <Suspense fallback={null}>
        <Palette />
        <KeyHelp />
        {!tourDone && <Tour />}
      </Suspense>
      <Toast />
      <Boundary quiet>
        <Badge />
      </Boundary>
      <Summary />
    </div>
  );
}

const pages: readonly (readonly [pattern: RegExp, page: (match: RegExpExecArray) => React.ReactNode])[] = [
  [/^\/o\/([\w.-]+)$/, ([, id]) => <Detail key={id} id={id!} />],
  [/^\/s\/(\d{6}\.(?:SH|SZ|BJ))$/, ([, symbol]) => <SymbolPage key={symbol} symbol={symbol!} />],
  [/^\/quotes$/, () => <Quotes />],
  [/^\/heat$/, () => <Heat />],
  [/^\/limit$/, () => <Limit />],
  [/^\/eval$/, () => <Evaluation />],
  [/^\/risk$/, () => <Risk />],
  [/^\/data$/, () => <Data />],
  [/^\/watch$/, () => <Watch />],
  [/^\/notify$/, () => <Notify />],
];

function Page() {
  const path = usePlace((place) => place.path);
  const language = useSettings((settings) => settings.language);
  useEffect(() => {
    document.title = language === 'zh' ? '分时' : 'Fenshi';
  }, [language]);
  for (const [pattern, page] of pages) {
    const match = pattern.exec(path);
    if (match !== null) return page(match);
  }
  return (
    <>
      <Strip />
      <Home />
    </>
  );
}
