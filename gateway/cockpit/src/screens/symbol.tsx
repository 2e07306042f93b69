/** One stock: its day, its book, its limits, and all its opportunities of the day; F5 for the daily bars. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { useNow } from '../frame/banner.tsx';
import { Icon } from '../frame/icons.tsx';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, To } from '../pieces/bits.tsx';
import { direction, gainOf, missing, money, percent, price, signed } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { useTint } from '../pieces/tint.ts';
import { useTapeNow } from '../state/clock.ts';
import { useKeys } from '../state/keys.ts';
import { clockText, useLookBack, useShown } from '../state/look-back.ts';
import { useMarket, watchQuotes } from '../state/market.ts';
import { changeMine, useMine } from '../state/mine.ts';
import { goTo, setQuery, usePlace } from '../state/place.ts';
import { useInstruments, useMinutes, useSectorNames } from '../state/queries.ts';
import { api } from '../state/session.ts';
import { useSettings } from '../state/settings.ts';
import type { Opportunity } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { DayPanel } from './day-chart.tsx';
import { Forecasts } from './detail-side.tsx';
import { BoardChip } from './home-row.tsx';
import { WhyNot } from './why-not.tsx';
import '../css/instrument.css';
import '../css/symbol.css';

const KLine = lazy(() => import('./k-line.tsx'));

type BookQuote = {
  readonly lastMilli: number | null;
  readonly preCloseMilli: number | null;
  readonly bidMilli: readonly (number | null)[];
  readonly askMilli: readonly (number | null)[];
  readonly bidShares: readonly (number | null)[];
  readonly askShares: readonly (number | null)[];
  readonly amountYuan: number | null;
  readonly source: string | null;
  readonly tsExchangeMs: number | null;
};

export default function SymbolPage({ symbol }: { readonly symbol: string }) {
  const words = useWords();
  const { day, isPast } = useShown();
  const instruments = useInstruments();
  const instrument = instruments.get(symbol);
  const view = usePlace((place) => place.query.view);
  const { data: minutes = [] } = useMinutes(symbol);
  const nowMs = useTapeNow() ?? 0;
  const own = [...day.items.values()].filter((each) => each.instrument === symbol).reverse();
  const quote = useMarket((market) => market.quotes.get(symbol));
  useEffect(() => watchQuotes(isPast ? [] : [symbol]), [symbol, isPast]);
  useSymbolKeys(symbol, [...instruments.keys()]);
  if (instruments.size > 0 && instrument === undefined)
    return <Empty title={words.symbolPage.unknown} action={words.keys.back} onAction={() => goTo('/')} />;
  const lastMilli = (isPast ? null : quote?.lastMilli) ?? minutes.findLast(({ closeMilli }) => closeMilli !== null)?.closeMilli ?? null;
  const newest = own[0];
  return (
    <div className="s-symbol page-col">
      <SymbolHead symbol={symbol} lastMilli={lastMilli} />
      <div className="gs">
        <div className="scroll">
          {view === 'k' ? (
            <Suspense fallback={null}>
              <KLine symbol={symbol} />
            </Suspense>
          ) : (
            <DayPanel
              symbol={symbol}
              minutes={minutes}
              instrument={instrument}
              lives={own.map(({ id, openedMs, facts }) => ({ id, fromMs: openedMs, toMs: facts.endedMs ?? nowMs }))}
              changes={[]}
              plan={newest?.facts.confirmedMs == null ? null : (newest.facts.plan ?? null)}
              stopMilli={newest?.facts.trailMilli ?? newest?.facts.stopMilli ?? null}
              height={380}
            />
          )}
          <OwnTable own={own} />
        </div>
        <div className="scroll">{isPast ? null : <Book symbol={symbol} />}</div>
        <div className="scroll">
          <Limits symbol={symbol} />
          <Forecasts forecasts={newest?.facts.forecasts ?? []} />
          <WhyNot symbol={symbol} />
        </div>
      </div>
      <StatusBar
        keys={[
          [['Esc'], words.keys.back],
          [['PgUp', 'PgDn'], words.keys.nextSymbol],
          [['F5'], words.keys.kline],
        ]}
      />
    </div>
  );
}

function useSymbolKeys(symbol: string, all: readonly string[]): void {
  const to = (by: number): void => {
    const next = all[all.indexOf(symbol) + by];
    if (next !== undefined) goTo(`/s/${next}`);
  };
  useKeys({
    F5: () => setQuery({ view: usePlace.getState().query.view === 'k' ? null : 'k' }),
    PageUp: () => to(-1),
    PageDown: () => to(1),
  });
}

function SymbolHead({ symbol, lastMilli }: { readonly symbol: string; readonly lastMilli: number | null }) {
  const words = useWords();
  const instrument = useInstruments().get(symbol);
  const lists = useMine((state) => state.mine.lists);
  const isWatched = lists.some(({ symbols }) => symbols.includes(symbol));
  const reference = instrument?.preCloseMilli ?? null;
  const gain = gainOf(lastMilli, reference);
  const tint = useTint(gain);
  return (
    <div className="op">
      <To path="/" className="ib" label={words.keys.back}>
        <Icon name="back" />
      </To>
      <div>
        <div className="s20 b">
          {instrument?.name ?? symbol}
          <BoardChip instrument={instrument} />
        </div>
        <div className="s12 t3 nw">
          {symbol} {instrument === undefined ? '' : word(words.boardLong, instrument.board)}
        </div>
      </div>
      <div className={`s28 b ${tint}`}>{price(lastMilli)}</div>
      <div className={tint}>
        <div>{lastMilli === null || reference === null ? '' : signed((lastMilli - reference) / 1000)}</div>
        <div>{percent(gain)}</div>
      </div>
      <span className="grow" />
      <button type="button" className="btn" aria-pressed={isWatched} onClick={() => toggleWatched(symbol, words.watchPage.title)}>
        <Icon name="star" /> {isWatched ? words.symbolPage.inWatch : words.symbolPage.addWatch}
      </button>
    </div>
  );
}

/** Into the first list, which is made where there is none; out of all of them. */
function toggleWatched(symbol: string, firstName: string): void {
  changeMine((mine) => {
    if (mine.lists.some(({ symbols }) => symbols.includes(symbol)))
      return { ...mine, lists: mine.lists.map((list) => ({ ...list, symbols: list.symbols.filter((each) => each !== symbol) })) };
    const [first = { name: firstName, symbols: [] }, ...others] = mine.lists;
    return { ...mine, lists: [{ ...first, symbols: [symbol, ...first.symbols] }, ...others] };
  });
}

function OwnTable({ own }: { readonly own: readonly Opportunity[] }) {
  const words = useWords();
  return (
    <section aria-label={words.symbolPage.history}>
      <div className="pn">
        <div className="h2">
          <span>
            {words.symbolPage.history} <small>{own.length}</small>
          </span>
        </div>
        {own.length === 0 && <p className="t3 s12">{words.symbolPage.noHistory}</p>}
      </div>
      <table className="ot">
        <tbody>
          {own.map(({ id, path, strategies, openedMs, facts }) => (
            <tr key={id}>
              <td>
                <To path={`/o/${id}`}>
                  <StateChip path={path} endReason={facts.endReason} />
                </To>
              </td>
              <td>{strategies.map((each) => word(words.strategy, each)).join(' + ')}</td>
              <td>{clockText(openedMs)}</td>
              <td className="r">{facts.plan == null ? missing : `${price(facts.plan.entryMilli)} → ${price(facts.plan.target2Milli)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Book({ symbol }: { readonly symbol: string }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const tape = useMarket((market) => market.tape);
  useNow();
  const { data } = useQuery({
    queryKey: ['book', symbol],
    queryFn: async () => (await api().get<{ item: BookQuote }>(`/v1/symbols/${symbol}/quote`)).item,
    refetchInterval: 1000,
    retry: false,
  });
  if (data === undefined) return null;
  const most = Math.max(...[...data.bidShares, ...data.askShares].map((each) => each ?? 0), 1);
  const level = (side: 'ask' | 'bid', i: number) => {
    const [milli, shares] = side === 'ask' ? [data.askMilli[i], data.askShares[i]] : [data.bidMilli[i], data.bidShares[i]];
    return (
      <tr key={`${side}${i}`}>
        <td className="t3">
          {side === 'ask' ? words.symbolPage.sells : words.symbolPage.buys}
          {i + 1}
        </td>
        <td className={direction(gainOf(milli, data.preCloseMilli))}>{price(milli)}</td>
        <td className="bk">
          <i style={{ width: `${(100 * (shares ?? 0)) / most}%`, background: side === 'ask' ? 'var(--dn-w)' : 'var(--up-w)' }} />
          <span>{shares == null ? missing : Math.round(shares / 100)}</span>
        </td>
      </tr>
    );
  };
  const spread = data.askMilli[0] == null || data.bidMilli[0] == null ? null : data.askMilli[0] - data.bidMilli[0];
  return (
    <section className="pn" aria-label={words.symbolPage.book}>
      <div className="h2">
        <span>{words.symbolPage.book}</span>
      </div>
      <table className="bt">
        <tbody>
          {[4, 3, 2, 1, 0].map((i) => level('ask', i))}
          <tr className="mid">
            <td className="t3">{words.detail.last}</td>
            <td className="b">{price(data.lastMilli)}</td>
            <td className="r t3">{spread === null ? '' : `↔ ${(spread / 1000).toFixed(2)}`}</td>
          </tr>
          {[0, 1, 2, 3, 4].map((i) => level('bid', i))}
        </tbody>
      </table>
      <dl className="kv2">
        <dt>{words.detail.amountToday}</dt>
        <dd>{money(data.amountYuan, language)}</dd>
        <dt>{words.symbolPage.from}</dt>
        <dd>{data.source === null || data.source === '' ? missing : word(words.sourceName, data.source)}</dd>
        <dt>{words.symbolPage.age}</dt>
        <dd>
          {tape === null || data.tsExchangeMs === null ? missing : `${Math.max((tape.tsMs - data.tsExchangeMs) / 1000, 0).toFixed(1)}s`}
        </dd>
      </dl>
    </section>
  );
}

function Limits({ symbol }: { readonly symbol: string }) {
  const words = useWords();
  const instrument = useInstruments().get(symbol);
  const isPast = useLookBack((look) => look.at !== null);
  const names = useSectorNames();
  if (instrument === undefined) return null;
  return (
    <section className="pn" aria-label={words.symbolPage.limits}>
      <div className="h2">
        <span>{words.symbolPage.limits}</span>
      </div>
      <dl className="kv2">
        <dt>{words.limitUp}</dt>
        <dd className="up">{price(instrument.limitUpMilli)}</dd>
        <dt>{words.limitDown}</dt>
        <dd className="dn">{price(instrument.limitDownMilli)}</dd>
        <dt>{words.detail.pre}</dt>
        <dd>{price(instrument.preCloseMilli)}</dd>
        <dt>{words.ladder}</dt>
        <dd>{isPast ? missing : instrument.boards}</dd>
      </dl>
      <p className="note">
        {words.symbolPage.inSectors} {instrument.sectors.map((code) => names.get(code) ?? code).join(' ')}
      </p>
    </section>
  );
}
