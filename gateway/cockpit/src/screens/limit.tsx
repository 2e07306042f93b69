/** 涨停与竞价: the ladder with its gaps, the broken pool, what stands at the limits, the auction's list. */
import { useState } from 'react';
import { StatusBar } from '../frame/status-bar.tsx';
import { Behind } from '../pieces/behind.tsx';
import { Empty, Segments, To, Unanswered } from '../pieces/bits.tsx';
import { missing, money, share } from '../pieces/numbers.ts';
import { useShown } from '../state/look-back.ts';
import { useInstruments, useLadder, useSectorOf } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Ladder } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { Auction } from './limit-auction.tsx';
import { NextOpen } from './limit-next-open.tsx';
import { Boards, BrokenPool } from './limit-panels.tsx';
import { inOrder, minuteText, orders, rungsOf } from './limit-rows.ts';
import { SealCurves } from './limit-seals.tsx';
import '../css/limit.css';

type Row = Ladder['rows'][number];
/** Of a rung, before it is unfolded. */
const shownMax = 6;

export default function Limit() {
  const words = useWords();
  const { day } = useShown();
  const { data, error } = useLadder();
  const rows = data?.rows ?? [];
  const [order, setOrder] = useState<(typeof orders)[number]>('seal');
  const instruments = useInstruments();
  const rungs = rungsOf(inOrder(rows, order, (symbol) => instruments.get(symbol)?.sectors[0] ?? ''));
  const broken = rows.filter(({ state }) => state === 'broken');
  const boards = [...day.items.values()].filter(({ family }) => family === 'board').reverse();
  return (
    <div className="s-limit page-col">
      <div className="limits">
        <div className="page-col scroll">
          <section className="pn" aria-label={words.limit.ladder}>
            <div className="h2">
              <span>
                {words.limit.ladder} <small>{data === undefined ? '' : rows.length - broken.length}</small>{' '}
                <Behind asOfMs={data?.asOf.tsMs} />
              </span>
              <Segments
                label={words.limit.order}
                of={orders.map((each) => [each, words.limit.orders[each]] as const)}
                chosen={order}
                onChoose={setOrder}
              />
            </div>
            {data === undefined ? (
              <Unanswered error={error} />
            ) : rungs.length === 0 ? (
              <Empty title={words.empty.nothing} />
            ) : (
              <div className="rungs">
                {rungs.map(([height, own]) => (
                  <Rung
                    key={height}
                    height={height}
                    rows={own}
                    from={rows.filter((row) => row.boards === height - 1 && row.state === 'broken').length + own.length}
                  />
                ))}
              </div>
            )}
          </section>
          {data !== undefined && (
            <div className="below">
              <BrokenPool rows={broken} ladder={rows} />
              <SealCurves rows={rows} />
            </div>
          )}
        </div>
        <div className="page-col scroll">
          <Auction ladder={rows} />
          <NextOpen ladder={data} />
          <Boards boards={boards} />
        </div>
      </div>
      <StatusBar keys={[[['g', 'l'], words.nav.limit]]} />
    </div>
  );
}

function Rung({ height, rows, from }: { readonly height: number; readonly rows: readonly Row[]; readonly from: number }) {
  const words = useWords();
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, shownMax);
  return (
    <div className="lc">
      <div className="lh row between">
        <b>{words.nBoards(height)}</b>
        <span className="t2">
          {rows.length}
          {height > 1 && from > rows.length && <span className="t3 s12"> / {from}</span>}
        </span>
      </div>
      {rows.length === 0 && (
        <div className="gapb">
          {words.limit.gap} · {words.limit.none}
        </div>
      )}
      <ol>
        {shown.map((row) => (
          <Standing key={row.symbol} row={row} />
        ))}
      </ol>
      {rows.length > shownMax && (
        <button type="button" className="more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? words.limit.fold : words.limit.rest(rows.length - shown.length)}
        </button>
      )}
    </div>
  );
}

function Standing({ row }: { readonly row: Row }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const sector = useSectorOf(row.symbol);
  const { sealYuan, amountYuan, firstSealMs, opens } = row;
  return (
    <li>
      <div className="row between">
        <To path={`/s/${row.symbol}`} className="m">
          {row.name}
        </To>
        {row.state === 'locked' && firstSealMs !== null ? (
          <span className="t2" title={words.limit.first}>
            {minuteText(firstSealMs)}
          </span>
        ) : (
          <span className="warn">{words.limit.state[row.state]}</span>
        )}
      </div>
      <div className="l2 row between">
        <span>
          {words.limit.seal} <b>{sealYuan === null ? missing : money(sealYuan, language)}</b>
        </span>
        <span>
          {words.limit.sealRatio} <b>{sealYuan === null || !amountYuan ? missing : share(sealYuan / amountYuan)}</b>
        </span>
      </div>
      <div className="l2 row between">
        <span className="el">{sector}</span>
        <span className={opens > 1 ? 'warn' : ''}>{firstSealMs === null ? words.limit.neverSealed : words.limit.opened(opens)}</span>
      </div>
    </li>
  );
}
