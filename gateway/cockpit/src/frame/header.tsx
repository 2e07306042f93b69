/** Who and when: wordmark, what kind of market, pages, phase and clock of the tape, search, bell, theme, language. */
import { phaseOf } from '../../../../contracts/session.ts';
import { To } from '../pieces/bits.tsx';
import { useTapeNow } from '../state/clock.ts';
import { nextPhase, span } from '../state/clock-math.ts';
import { clockText, useLookBack, useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { usePlace } from '../state/place.ts';
import { shownTheme, useSettings } from '../state/settings.ts';
import { useWords, word } from '../words/index.ts';
import { Icon } from './icons.tsx';
import { openPalette } from './palette-state.ts';

const pages = [
  ['home', '/'],
  ['quotes', '/quotes'],
  ['heat', '/heat'],
  ['limit', '/limit'],
  ['eval', '/eval'],
  ['risk', '/risk'],
  ['data', '/data'],
  ['watch', '/watch'],
  ['notify', '/notify'],
] as const;

/** What kind of market it is: always said but of a real one. */
export function OriginChip() {
  const words = useWords();
  const { day } = useShown();
  if (day.origin === 'live') return null;
  const isRecorded = day.origin === 'recorded';
  return (
    <span className="sim" title={isRecorded ? words.recordedHint : words.simulatedHint}>
      {isRecorded ? words.recorded : words.simulated}
    </span>
  );
}

export function Header() {
  const words = useWords();
  const path = usePlace((place) => place.path);
  const { language, set, theme } = useSettings();
  const isPast = useLookBack((look) => look.at !== null);
  return (
    <header className="hd">
      <To path="/" className="brand">
        {words.app}
      </To>
      <OriginChip />
      {isPast && <span className="mode">{words.replay}</span>}
      <nav className="nav" aria-label={words.app}>
        {pages.map(([key, where]) => (
          <NavLink
            key={key}
            path={where}
            text={words.nav[key]}
            isHere={where === '/' ? path === '/' || path.startsWith('/o/') : path.startsWith(where)}
          />
        ))}
      </nav>
      <Session />
      <button type="button" className="omni" onClick={() => openPalette('')}>
        <Icon name="search" />
        <span className="grow nw el">{words.palette.placeholder}</span>
        <kbd>⌘K</kbd>
      </button>
      <To path="/notify" className="ib" label={words.notifications}>
        <Icon name="bell" />
      </To>
      <button
        type="button"
        className="ib"
        aria-label={words.theme}
        onClick={() => set({ theme: shownTheme(theme) === 'dark' ? 'light' : 'dark' })}
      >
        <Icon name="moon" />
      </button>
      <button
        type="button"
        className="ib s12"
        title={words.commands.language}
        onClick={() => set({ language: language === 'zh' ? 'en' : 'zh' })}
      >
        {words.language}
      </button>
    </header>
  );
}

function NavLink({ path, text, isHere }: { readonly path: string; readonly text: string; readonly isHere: boolean }) {
  return (
    <span className="navitem" aria-current={isHere ? 'page' : undefined}>
      <To path={path}>{text}</To>
    </span>
  );
}

function Session() {
  const words = useWords();
  const now = useTapeNow();
  const { connected, report } = useMarket();
  const isPast = useLookBack((look) => look.at !== null);
  if (now === null) return <div className="sess" />;
  const next = nextPhase(now);
  const dot = isPast ? 'hollow' : connected && report?.ready === true ? 'ok' : 'w';
  return (
    <div className="sess">
      <span className="row g6">
        <span className={`dot ${dot}`} />
        <span className="t2">{word(words.phase, phaseOf(now))}</span>
      </span>
      <span className="clock">{clockText(now)}</span>
      {next !== null && word(words.until, next.phase) !== next.phase && (
        <span className="t3 s12 countdown">
          {word(words.until, next.phase)} {span(next.inSec)}
        </span>
      )}
    </div>
  );
}
