/** 键盘精灵 and commands: a code, a name or initials of its pinyin; what was opened lately; what can be done from anywhere. */
import { Command } from 'cmdk';
import { useEffect, useRef, useState } from 'react';
import { direction, gainOf, percent, price } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { toLive, useLookBack, useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { goTo } from '../state/place.ts';
import { useInstruments } from '../state/queries.ts';
import { isActive } from '../state/reading.ts';
import { shownTheme, useSettings } from '../state/settings.ts';
import type { Instrument } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { openReplay } from './app-keys.ts';
import { useChosen, useFound } from './palette-find.ts';
import { closePalette, usePalette } from './palette-state.ts';
import '../css/palette.css';

const recentMax = 8;

export default function Palette() {
  const typed = usePalette((state) => state.typed);
  return typed === null ? null : <Open begun={typed} />;
}

function Open({ begun }: { readonly begun: string }) {
  const words = useWords();
  const [typed, setTyped] = useState(begun);
  const input = useRef<HTMLInputElement>(null);
  const before = useRef(document.activeElement);
  useEffect(() => {
    input.current?.focus();
    const came = before.current;
    return () => (came instanceof HTMLElement ? came.focus() : undefined);
  }, []);
  const query = typed.trim();
  const { found, isAnswered, hasFailed } = useFound(query);
  const close = closePalette;
  const list = useRef<HTMLDivElement>(null);
  const { chosen, setChosen, onKey } = useChosen(list, query, found[0]?.symbol, { isAnswered, hasFailed });
  return (
    <div className="scrim-all" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <Command
        className="pal"
        label={words.palette.placeholder}
        shouldFilter={false}
        loop
        value={chosen}
        onValueChange={setChosen}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
          onKey(event);
        }}
      >
        <div className="pi">
          <Command.Input
            ref={input}
            value={typed}
            onValueChange={setTyped}
            placeholder={words.palette.placeholder}
            aria-label={words.palette.placeholder}
          />
          <kbd>Esc</kbd>
        </div>
        <Command.List ref={list}>
          <Command.Empty>
            <div className="pg">{words.palette.none}</div>
          </Command.Empty>
          {query !== '' && (
            <Command.Group heading={<span>{words.palette.symbols}</span>}>
              {found.map((instrument) => (
                <SymbolItem key={instrument.symbol} instrument={instrument} onChosen={close} />
              ))}
            </Command.Group>
          )}
          {query === '' && <Recent onChosen={close} />}
          <Commands query={query} onChosen={close} />
        </Command.List>
        <div className="pf">{words.palette.hint}</div>
      </Command>
    </div>
  );
}

function openSymbol(symbol: string): void {
  const { recent, set } = useSettings.getState();
  set({ recent: [symbol, ...recent.filter((each) => each !== symbol)].slice(0, recentMax) });
  goTo(`/s/${symbol}`);
}

function SymbolItem({ instrument, onChosen }: { readonly instrument: Instrument; readonly onChosen: () => void }) {
  const { day } = useShown();
  const isPast = useLookBack((look) => look.at !== null);
  const quote = useMarket((market) => (isPast ? undefined : market.quotes.get(instrument.symbol)));
  const own = [...day.items.values()].findLast((each) => each.instrument === instrument.symbol && isActive(each));
  const gain = gainOf(quote?.lastMilli, instrument.preCloseMilli);
  return (
    <Command.Item
      value={instrument.symbol}
      onSelect={() => {
        onChosen();
        openSymbol(instrument.symbol);
      }}
    >
      <span className="b">{instrument.name}</span>
      <span className="t3">{instrument.symbol}</span>
      <span className={direction(gain)}>{quote === undefined ? '' : `${price(quote.lastMilli)} ${percent(gain)}`}</span>
      <span>{own === undefined ? '' : <StateChip path={own.path} />}</span>
    </Command.Item>
  );
}

function Recent({ onChosen }: { readonly onChosen: () => void }) {
  const words = useWords();
  const instruments = useInstruments();
  const known = useSettings((settings) => settings.recent).flatMap((symbol) => instruments.get(symbol) ?? []);
  if (known.length === 0) return null;
  return (
    <Command.Group heading={<span>{words.palette.recent}</span>}>
      {known.map((instrument) => (
        <SymbolItem key={instrument.symbol} instrument={instrument} onChosen={onChosen} />
      ))}
    </Command.Group>
  );
}

function Commands({ query, onChosen }: { readonly query: string; readonly onChosen: () => void }) {
  const words = useWords();
  const { set, theme, colors, language, dense, boss } = useSettings();
  const isPast = useLookBack((look) => look.at !== null);
  const next = { cn: 'intl', intl: 'cvd', cvd: 'cn' } as const;
  const all: readonly (readonly [text: string, key: string, act: () => void])[] = [
    [words.nav.home, 'g o', () => goTo('/')],
    [words.nav.heat, 'g h', () => goTo('/heat')],
    [words.nav.limit, 'g l', () => goTo('/limit')],
    [words.nav.eval, 'g e', () => goTo('/eval')],
    [words.nav.risk, 'g s', () => goTo('/risk')],
    [words.nav.data, 'g d', () => goTo('/data')],
    [words.nav.watch, 'g w', () => goTo('/watch')],
    [words.nav.notify, 'g n', () => goTo('/notify')],
    isPast ? [words.commands.live, 'L', toLive] : [words.commands.replay, 'g r', openReplay],
    [words.commands.theme, '', () => set({ theme: shownTheme(theme) === 'dark' ? 'light' : 'dark' })],
    [words.commands.colors, '', () => set({ colors: next[colors] })],
    [words.commands.language, '', () => set({ language: language === 'zh' ? 'en' : 'zh' })],
    [words.commands.density, '', () => set({ dense: !dense })],
    [words.commands.boss, 'b', () => set({ boss: !boss })],
    [words.commands.tour, '', () => set({ tourDone: false })],
  ];
  const shown = all.filter(([text]) => text.toLowerCase().includes(query.toLowerCase()));
  if (shown.length === 0) return null;
  return (
    <Command.Group heading={<span>{words.palette.commands}</span>}>
      {shown.map(([text, key, act]) => (
        <Command.Item
          key={text}
          value={`command ${text}`}
          onSelect={() => {
            onChosen();
            act();
          }}
        >
          <span>{text}</span>
          <span />
          <span />
          <span className="r">{key !== '' && <kbd>{key}</kbd>}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
