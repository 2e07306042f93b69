/** What is alive, in the title and on the icon; a sound and a desktop notice of what is confirmed, where one asked for them. */
import { useEffect, useRef } from 'react';
import { useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { useInstruments } from '../state/queries.ts';
import { isActive } from '../state/reading.ts';
import { useSettings } from '../state/settings.ts';
import { useWords, word } from '../words/index.ts';
import { beep, notice } from './alerts.ts';

export function Badge() {
  const words = useWords();
  const { isPast } = useShown();
  const day = useMarket((market) => market.day);
  const instruments = useInstruments();
  const { sound, desktop } = useSettings();
  const alive = [...day.items.values()].filter(isActive).length;
  const heard = useRef<{ readonly epoch: string; readonly step: number } | null>(null);
  useEffect(() => {
    document.title = `${alive > 0 ? `(${alive}) ` : ''}${words.app}`;
    paintIcon(alive);
  }, [alive, words]);
  useEffect(() => {
    const before = heard.current;
    heard.current = { epoch: day.epoch, step: day.offset };
    // of before this page was there, and of a day looked back at, nobody is woken
    if (before === null || before.epoch !== day.epoch || isPast) return;
    const fresh = day.told.filter(({ seq, change }) => seq > before.step && change.region === 'lifecycle' && change.to === 'confirmed');
    if (fresh.length === 0) return;
    if (sound) beep();
    if (desktop) {
      const names = fresh.map(({ id }) => instruments.get(day.items.get(id)?.instrument ?? '')?.name ?? id);
      const kind = day.origin === 'live' ? words.live : day.origin === 'recorded' ? words.recorded : words.simulated;
      notice(`${names.slice(0, 3).join('、')} ${word(words.state, 'confirmed')}`, `${kind} · ${words.noAdvice}`, `/o/${fresh[0]!.id}`);
    }
  }, [day, isPast, sound, desktop, instruments, words]);
  return null;
}

function paintIcon(count: number): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [64, 64];
  const pen = canvas.getContext('2d');
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (pen === null || link === null) return;
  if (count === 0) {
    link.href = '/icon.svg';
    return;
  }
  pen.fillStyle = '#5A5CD6';
  pen.beginPath();
  pen.arc(32, 32, 32, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = '600 36px sans-serif';
  [pen.textAlign, pen.textBaseline] = ['center', 'middle'];
  pen.fillText(count > 99 ? '99' : String(count), 32, 35);
  link.href = canvas.toDataURL('image/png');
}
