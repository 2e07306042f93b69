/** All keys, over the page. */
import { useEffect, useRef } from 'react';
import { useWords } from '../words/index.ts';
import { useHelp } from './app-keys.ts';

export default function KeyHelp() {
  const words = useWords();
  const open = useHelp((state) => state.open);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const { keys, nav, replayBar } = words;
  const all: readonly (readonly [keys: string, text: string])[] = [
    ['⌘K  /', keys.palette],
    ['0–9 a–z', words.palette.symbols],
    ['j k ↑ ↓', keys.move],
    ['Enter', keys.open],
    ['Esc', keys.back],
    ['PgUp PgDn', keys.nextSymbol],
    ['F5', keys.kline],
    ['a', keys.ack],
    ['x', keys.dismiss],
    ['p', keys.pin],
    ['n', keys.note],
    ['c', keys.link],
    ['e', keys.export],
    ['g o h l s d w n', `${keys.go} ${Object.values(nav).join(' ')}`],
    ['g r', keys.replay],
    ['Space', `${replayBar.play} / ${replayBar.pause}`],
    ['← →', `${replayBar.prevEvent} / ${replayBar.nextEvent}`],
    ['Shift+← →', '±1 min'],
    [', .', replayBar.speed],
    ['L', replayBar.toLive],
    ['m', keys.mute],
    ['b', keys.boss],
    ['?', keys.all],
  ];
  return (
    <dialog ref={dialog} className="sheet" aria-label={keys.all} onClose={() => useHelp.setState({ open: false })}>
      <h2 className="h2">{keys.all}</h2>
      <dl className="keys">
        {all.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
