/** 涨停与竞价: the ladder with its gaps, the broken pool, seals, and what the lists of 09:25 would need. */
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty, To } from '../pieces/bits.tsx';
import { missing, money, percent, price, share } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { clockText, useShown } from '../state/look-back.ts';
import { useInstruments, useLadder } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Ladder, Opportunity } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { Name } from './home-row.tsx';
import '../css/limit.css';

type Row = Ladder['rows'][number];

/** Rungs from the highest to the first, empty ones between among them. */
export function rungsOf(rows: readonly Row[]): readonly (readonly [boards: number, rows: readonly Row[]])[] {
  const standing = rows.filter(({ state }) => state !== 'broken');
  const highest = Math.max(...standing.map(({ boards }) => boards), 0);
  return Array.from({ length: highest }, (_, i) => {
    const boards = highest - i;
    return [boards, standing.filter((row) => row.boards === boards)] as const;
  });
}

export default function Limit() {
  const words = useWords();
  const { day } = useShown();
  const { data } = useLadder();
  const rows = data?.rows ?? [];
  const rungs = rungsOf(rows);
  const broken = rows.filter(({ state }) => state === 'broken');
  const boards = [...day.items.values()].filter(({ family }) => family === 'board').reverse();
  return (
    <div className="s-limit page-col">
      <div className="limits">
        <section className="pn" aria-label={words.limit.ladder}>
          <div className="h2">
            <span>
              {words.limit.ladder} <small>{rows.length - broken.length}</small>
            </span>
          </div>
          {rungs.length === 0 ? (
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
        <div className="page-col scroll">
          <section className="pn" aria-label={words.limit.brokenPool}>
            <div className="h2">
              <span>
                {words.limit.brokenPool} <small>{broken.length}</small>
              </span>
            </div>
            <table className="et2">
              <tbody>
                {broken.map((row) => (
                  <tr key={row.symbol}>
                    <td>
                      <To path={`/s/${row.symbol}`}>{row.name}</To>
                    </td>
                    <td className="r">{price(row.lastMilli)}</td>
                    <td className="r t3">{percent(row.lastMilli / row.limitUpMilli - 1)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {broken.length === 0 && <p className="t3 s12">{words.empty.nothing}</p>}
          </section>
          <Boards boards={boards} />
          <section className="pn" aria-label={words.limit.list}>
            <div className="h2">
              <span>{words.limit.list}</span>
            </div>
            <p className="note">{words.limit.listWhy}</p>
          </section>
        </div>
      </div>
      <StatusBar keys={[[['g', 'l'], words.nav.limit]]} />
    </div>
  );
}

function Rung({ height, rows, from }: { readonly height: number; readonly rows: readonly Row[]; readonly from: number }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
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
        {rows.map((row) => (
          <li key={row.symbol}>
            <div className="row between">
              <To path={`/s/${row.symbol}`} className="m">
                {row.name}
              </To>
              <span className={row.state === 'locked' ? 'life' : 'warn'}>{words.limit.state[row.state]}</span>
            </div>
            <div className="l2 row between">
              <span>
                {words.limit.seal} <b>{row.sealYuan === null ? missing : money(row.sealYuan, language)}</b>
              </span>
              <span>
                {words.limit.sealRatio}{' '}
                <b>
                  {row.sealYuan === null || row.amountYuan === null || row.amountYuan === 0
                    ? missing
                    : share(row.sealYuan / row.amountYuan)}
                </b>
              </span>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Boards({ boards }: { readonly boards: readonly Opportunity[] }) {
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
