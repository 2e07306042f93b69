/** A short tone made here, and a notice of the desktop's own. */
import { goTo } from '../state/place.ts';

export function beep(): void {
  const context = new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.25);
  tone.onended = () => void context.close();
}

/** Whether the browser allows it; asked for where it was never answered. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission) === 'granted';
}

export function notice(title: string, body: string, path: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(title, { body, icon: '/icon.svg', tag: path });
    shown.onclick = () => {
      window.focus();
      goTo(path);
    };
  } catch {
    // some browsers of phones allow it to nobody but a worker
  }
}
