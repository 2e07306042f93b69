/** Who was at the limit and is not, and the opportunities of the board. */
import { To } from '../pieces/bits.tsx';
import { direction, gainOf, missing, percent, price, share } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { clockText } from '../state/look-back.ts';
import { useInstruments, useSectorOf } from '../state/queries.ts';
import { sealedOf } from '../state/sealed.ts';
import type { Ladder, Opportunity } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { Name } from './home-row.tsx';
import { minuteText } from './limit-rows.ts';

type Row = Ladder['rows'][number];

export function BrokenPool({ rows, ladder }: { readonly rows: readonly Row[]; readonly ladder: readonly Row[] }) {
  const words = useWords();
  const told = words.limit.brokenCols;
  const { locked, sealed } = sealedOf(ladder);
  return (
    <section className="pn" aria-label={words.limit.brokenPool}>
      <div className="h2">
        <span>
          {words.limit.brokenPool} <small>{rows.length}</small>
        </span>
        {sealed > 0 && (
          <small>
            {words.limit.sealedRate} {locked} / {sealed} = {share(locked / sealed, 1)}
          </small>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="t3 s12">{words.empty.nothing}</p>
      ) : (
        <div className="sideways">
          <table className="et2">
            <thead>
              <tr>
                <th>{told.name}</th>
                <th>{told.sector}</th>
                <th className="r">{told.first}</th>
                <th className="r">{told.last}</th>
                <th className="r">{told.count}</th>
                <th className="r">{told.price}</th>
                <th className="r">{told.gain}</th>
                <th className="r">{told.away}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Broken key={row.symbol} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Broken({ row }: { readonly row: Row }) {
  const sector = useSectorOf(row.symbol);
  const gain = gainOf(row.lastMilli, useInstruments().get(row.symbol)?.preCloseMilli);
  return (
    <tr>
      <td>
        <To path={`/s/${row.symbol}`}>{row.name}</To>
      </td>
      <td className="t3">{sector}</td>
      <td className="r t2">{row.firstSealMs === null ? missing : minuteText(row.firstSealMs)}</td>
      <td className="r">{row.lastOpenMs === null ? missing : minuteText(row.lastOpenMs)}</td>
      <td className={row.opens > 1 ? 'r warn' : 'r'}>{row.opens}</td>
      <td className={`r ${direction(gain)}`}>{price(row.lastMilli)}</td>
      <td className={`r ${direction(gain)}`}>{percent(gain)}</td>
      <td className="r t3">{share(row.lastMilli === null ? null : row.limitUpMilli / row.lastMilli - 1, 2)}</td>
    </tr>
  );
}

export function Boards({ boards }: { readonly boards: readonly Opportunity[] }) {
  const words = useWords();
  const instruments = useInstruments();
  return (
    <section className="pn" aria-label={words.family.board}>
      <div className="h2">
        <span>
          {words.family.board} <small>{boards.length}</small>
        </span>
      </div>
      <table className="et2">
        <tbody>
          {boards.slice(0, 30).map((each) => (
            <tr key={each.id}>
              <td>
                <To path={`/o/${each.id}`}>
                  <Name opportunity={each} instrument={instruments.get(each.instrument)} />
                </To>
              </td>
              <td>
                <StateChip path={each.path} endReason={each.facts.endReason} />
              </td>
              <td className="r t3">{clockText(each.openedMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
