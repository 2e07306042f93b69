/** The cockpit begins. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './css/tokens.css';
import './css/base.css';
import './css/frame.css';
import './css/home.css';
import './css/replay.css';
import './css/own.css';
import './css/narrow.css';
import './css/narrow-detail.css';
import { startFeed } from './state/market.ts';
import { readMine } from './state/mine.ts';
import { openByFragment } from './state/session.ts';
import { applySettings, useSettings } from './state/settings.ts';

applySettings(useSettings.getState());
useSettings.subscribe(applySettings);
matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => applySettings(useSettings.getState()));

const queries = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false } } });
addEventListener('vite:preloadError', () => location.reload());
// a link that is opened in this very tab changes the fragment alone
addEventListener('hashchange', () => void openByFragment().then((isNew) => isNew && location.reload()));
await openByFragment();
startFeed();
void readMine();
createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={queries}>
    <App />
  </QueryClientProvider>,
);
