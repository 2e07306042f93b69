/** 自选: lists of one's own with what lives in them; pasted, imported, exported. */
import { useEffect, useRef, useState } from 'react';
import { StatusBar } from '../frame/status-bar.tsx';
import { tell } from '../frame/toast.tsx';
import { Spark } from '../pieces/bars.tsx';
import { Empty, To } from '../pieces/bits.tsx';
import { csvOf } from '../pieces/csv.ts';
import { save } from '../pieces/export.ts';
import { direction, gainOf, percent, price } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { useShown } from '../state/look-back.ts';
import { useMarket, watchQuotes } from '../state/market.ts';
import { changeMine, useMine } from '../state/mine.ts';
import { setQuery, usePlace } from '../state/place.ts';
import { useInstruments, useSparks } from '../state/queries.ts';
import { isActive } from '../state/reading.ts';
import { symbolsOf } from '../state/symbol-list.ts';
import { useWords } from '../words/index.ts';
import { BoardChip } from './home-row.tsx';

export default function Watch() {
  const words = useWords();
  const lists = useMine((state) => state.mine.lists);
  const error = useMine((state) => state.error);
  const name = usePlace((place) => place.query.list);
  const list = lists.find((each) => each.name === name) ?? lists[0];
  const symbols = list?.symbols ?? [];
  return (
    <div className="s-watch page-col">
      <div className="bar">
        <div className="tabs" role="tablist" aria-label={words.watchPage.title}>
          {lists.map((each) => (
            <button key={each.name} type="button" role="tab" aria-selected={each === list} onClick={() => setQuery({ list: each.name })}>
              {each.name}
              <b>{each.symbols.length}</b>
            </button>
          ))}
        </div>
        <NewList />
        <span className="grow" />
        {list !== undefined && (
          <>
            <button
              type="button"
              className="ctl"
              onClick={() => save(`${list.name}.csv`, 'text/csv;charset=utf-8', csvOf(list.symbols.map((each) => [each])))}
            >
              {words.watchPage.export}
            </button>
            <button type="button" className="ctl" onClick={() => removeList(list.name, words.detail.undo)}>
              {words.watchPage.removeList}
            </button>
          </>
        )}
      </div>
      {error !== null && <div className="banner">{error}</div>}
      <div className="watch">
        {symbols.length === 0 ? (
          <Empty title={words.watchPage.empty} why={words.watchPage.paste} />
        ) : (
          <div className="scroll">
            <Rows symbols={symbols} list={list!.name} />
          </div>
        )}
        <Import list={list?.name ?? words.watchPage.title} />
      </div>
      <StatusBar keys={[[['g', 'w'], words.nav.watch]]} />
    </div>
  );
}

function removeList(name: string, text: string): void {
  const before = useMine.getState().mine.lists;
  changeMine((mine) => ({ ...mine, lists: mine.lists.filter((each) => each.name !== name) }));
  tell(`${name} · ${text}`, () => changeMine((mine) => ({ ...mine, lists: before })));
}

function NewList() {
  const words = useWords();
  const [name, setName] = useState('');
  const add = (): void => {
    const clean = name.trim();
    if (clean === '') return;
    changeMine((mine) =>
      mine.lists.some((each) => each.name === clean) ? mine : { ...mine, lists: [...mine.lists, { name: clean, symbols: [] }] },
    );
    setName('');
    setQuery({ list: clean });
  };
  return (
    <form
      className="row g4"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <input
        className="field"
        value={name}
        maxLength={40}
        placeholder={words.watchPage.newList}
        aria-label={words.watchPage.newList}
        onChange={(event) => setName(event.target.value)}
      />
    </form>
  );
}

function Import({ list }: { readonly list: string }) {
  const words = useWords();
  const [text, setText] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const take = (given: string): void => {
    const { symbols, bad } = symbolsOf(given);
    changeMine((mine) => {
      const known = mine.lists.find((each) => each.name === list) ?? { name: list, symbols: [] };
      const merged = { name: list, symbols: [...new Set([...known.symbols, ...symbols])].slice(0, 500) };
      const others = mine.lists.some((each) => each.name === list)
        ? mine.lists.map((each) => (each.name === list ? merged : each))
        : [...mine.lists, merged];
      return { ...mine, lists: others };
    });
    tell(words.watchPage.imported(symbols.length, bad.length));
    setText('');
  };
  return (
    <aside className="pn" aria-label={words.watchPage.import}>
      <label className="s12 t3" htmlFor="paste">
        {words.watchPage.paste}
      </label>
      <textarea id="paste" className="field" rows={8} value={text} onChange={(event) => setText(event.target.value)} />
      <div className="row end g8">
        <input
          ref={file}
          type="file"
          hidden
          accept=".csv,.txt,.blk"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            // codes are ASCII in whichever encoding the names beside them are
            void chosen?.arrayBuffer().then((bytes) => take(new TextDecoder('gbk').decode(bytes)));
            event.target.value = '';
          }}
        />
        <button type="button" className="btn" onClick={() => file.current?.click()}>
          {words.watchPage.import}
        </button>
        <button type="button" className="btn pri" disabled={text.trim() === ''} onClick={() => take(text)}>
          {words.watchPage.add}
        </button>
      </div>
    </aside>
  );
}

function Rows({ symbols, list }: { readonly symbols: readonly string[]; readonly list: string }) {
  const words = useWords();
  const { day, isPast } = useShown();
  const instruments = useInstruments();
  const sparks = useSparks(symbols);
  const quotes = useMarket((market) => market.quotes);
  const key = isPast ? '' : symbols.slice(0, 150).join(',');
  useEffect(() => watchQuotes(key === '' ? [] : key.split(',')), [key]);
  const drop = (symbol: string): void =>
    changeMine((mine) => ({
      ...mine,
      lists: mine.lists.map((each) => (each.name === list ? { ...each, symbols: each.symbols.filter((other) => other !== symbol) } : each)),
    }));
  return (
    <table className="opps">
      <tbody>
        {symbols.map((symbol) => {
          const instrument = instruments.get(symbol);
          const closes = sparks.get(symbol) ?? [];
          const last = (isPast ? null : quotes.get(symbol)?.lastMilli) ?? closes.at(-1)?.[1] ?? null;
          const gain = gainOf(last, instrument?.preCloseMilli);
          const own = [...day.items.values()].findLast((each) => each.instrument === symbol && isActive(each));
          return (
            <tr key={symbol}>
              <td>
                <To path={`/s/${symbol}`} className="nm">
                  {instrument?.name ?? symbol}
                  <BoardChip instrument={instrument} />
                </To>
                <div className="sub">{instrument === undefined ? words.symbolPage.unknown : symbol}</div>
              </td>
              <td className={`r pr ${direction(gain)}`}>
                {price(last)} {percent(gain)}
              </td>
              <td>
                <Spark closes={closes} reference={instrument?.preCloseMilli ?? null} />
              </td>
              <td>
                {own !== undefined && (
                  <To path={`/o/${own.id}`}>
                    <StateChip path={own.path} />
                  </To>
                )}
              </td>
              <td className="r">
                <button type="button" className="ctl" onClick={() => drop(symbol)}>
                  {words.watchPage.remove}
                </button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
