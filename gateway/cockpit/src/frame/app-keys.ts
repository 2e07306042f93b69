/** Keys that hold on every page; digits and letters that nobody knows are the beginning of a stock: 键盘精灵. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { tapeNow } from '../state/clock.ts';
import { listenForKeys, useKeys } from '../state/keys.ts';
import { lookAt, toLive, useLookBack } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { goTo } from '../state/place.ts';
import { useSettings } from '../state/settings.ts';
import { closePalette, openPalette, usePalette } from './palette-state.ts';

export const useHelp = create<{ readonly open: boolean }>()(() => ({ open: false }));
const chordMs = 1200;
const places: Readonly<Record<string, string>> = {
  o: '/',
  q: '/quotes',
  h: '/heat',
  l: '/limit',
  e: '/eval',
  s: '/risk',
  d: '/data',
  w: '/watch',
  n: '/notify',
};

/** Goes back to where the tape stands now, ready to be moved. */
export function openReplay(): void {
  const [now, date] = [tapeNow(), useMarket.getState().day.epoch.split('/')[1] ?? ''];
  if (now !== null && date !== '') lookAt(date, now, false);
}

export function useAppKeys(): void {
  useKeys({
    '?': () => useHelp.setState({ open: !useHelp.getState().open }),
    '/': () => openPalette(''),
    b: () => useSettings.setState({ boss: !useSettings.getState().boss }),
    m: () => useSettings.setState({ sound: !useSettings.getState().sound }),
    L: () => useLookBack.getState().at !== null && toLive(),
    'Shift+L': () => useLookBack.getState().at !== null && toLive(),
    Escape: () => {
      if (useHelp.getState().open) useHelp.setState({ open: false });
      else if (location.pathname !== '/') {
        // opened by a link there is nothing of ours to go back to
        if (history.state === null) goTo('/');
        else history.back();
      }
    },
  });
  useEffect(() => {
    let chordAt = 0;
    const command = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (usePalette.getState().typed === null) openPalette('');
        else closePalette();
      }
    };
    const first = (event: KeyboardEvent): boolean => {
      // what lies over the page has the keys
      if (usePalette.getState().typed !== null) return false;
      if (useHelp.getState().open) return event.key !== 'Escape' && event.key !== '?';
      const inChord = performance.now() - chordAt < chordMs;
      chordAt = 0;
      if (!inChord) return false;
      if (event.key === 'r') openReplay();
      else if (places[event.key] !== undefined) goTo(places[event.key]!);
      else return false;
      return true;
    };
    const rest = (event: KeyboardEvent): void => {
      if (usePalette.getState().typed !== null) return;
      if (event.key === 'g') chordAt = performance.now();
      else if (/^[a-z0-9]$/i.test(event.key)) {
        event.preventDefault();
        openPalette(event.key);
      }
    };
    addEventListener('keydown', command);
    const stop = listenForKeys(first, rest);
    return () => {
      removeEventListener('keydown', command);
      stop();
    };
  }, []);
}
