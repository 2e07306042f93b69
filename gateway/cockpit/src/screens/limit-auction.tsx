/** 集合竞价: who came nearest to his limit, who is left over, and what became of it by now. */
import { useState } from 'react';
import { Behind } from '../pieces/behind.tsx';
import { Empty, Segments, To, Unanswered } from '../pieces/bits.tsx';
import { direction, money, percent, share } from '../pieces/numbers.ts';
import { useAuction } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Auctions, Ladder } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { fateOf, minuteText } from './limit-rows.ts';

type Row = Auctions['rows'][number];

export function Auction({ ladder }: { readonly ladder: Ladder['rows'] }) {
  const words = useWords();
  const told = words.auction;
  const [asked, setAsked] = useState<'open' | 'close' | null>(null);
  const { data, error, isKnown } = useAuction(asked);
  const rows = data?.rows ?? [];
  return (
    <section className="pn" aria-label={told.title}>
      <div className="h2">
        <span>
          {told.title} <small>{data === undefined ? '' : told.stage[data.stage]}</small> <Behind asOfMs={data?.asOf.tsMs} />
        </span>
        <Segments
          label={told.title}
          of={[
            ['open', told.open],
            ['close', told.close],
          ]}
          chosen={asked ?? data?.which ?? 'open'}
          onChoose={setAsked}
        />
      </div>
      {!isKnown ? (
        <Empty title={told.notThen} />
      ) : data === undefined ? (
        <Unanswered error={error} />
      ) : rows.length === 0 ? (
        <Empty title={told.none} />
      ) : (
        <div className="sideways">
          <table className="et2 fl">
            <thead>
              <tr>
                <th className="r">{told.rank}</th>
                <th>{told.name}</th>
                <th className="r">{told.gain}</th>
                <th className="r">{told.ofLimit}</th>
                <th className="r">{told.yuan}</th>
                <th className="r">{told.ofUsual}</th>
                <th className="r">{told.unmatched}</th>
                <th className="r">{told.until}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <AuctionRow key={row.symbol} row={row} rank={i + 1} fate={fateOf(ladder.find(({ symbol }) => symbol === row.symbol))} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="note">{told.note}</p>
      <p className="note">{words.limit.listWhy}</p>
    </section>
  );
}

function AuctionRow({ row, rank, fate }: { readonly row: Row; readonly rank: number; readonly fate: ReturnType<typeof fateOf> }) {
  const told = useWords().auction;
  const language = useSettings((settings) => settings.language);
  const { unmatchedShares: rest } = row;
  return (
    <tr>
      <td className="r t3">{rank}</td>
      <td>
        <To path={`/s/${row.symbol}`} className="m">
          {row.name}
        </To>
      </td>
      <td className={`r ${direction(row.gain)}`}>{percent(row.gain)}</td>
      <td className="r">{share(row.ofLimit)}</td>
      <td className="r">{money(row.yuan, language)}</td>
      <td className="r t2">{share(row.ofUsual, 1)}</td>
      <td className={`r ${direction(rest)}`}>
        {rest === null ? '' : `${rest > 0 ? told.buyers : told.sellers} ${money(Math.abs(rest), language)}`}
      </td>
      <td className={fate === null ? 'r t3' : fate.kind === 'sealed' ? 'r life' : 'r warn'}>
        {fate === null ? told.fate.none : `${told.fate[fate.kind]}${fate.ms === null ? '' : ` ${minuteText(fate.ms)}`}`}
      </td>
    </tr>
  );
}
