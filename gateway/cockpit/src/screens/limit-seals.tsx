/** 封单曲线: what stood at the limit by minute, each to its own peak, with its openings. */
import { tsecOf } from '../../../../contracts/session.ts';
import { money } from '../pieces/numbers.ts';
import { useSeals } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Ladder, SealRow } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { piecesOf } from './limit-rows.ts';

type Row = Ladder['rows'][number];
const shownMax = 12;
const [width, floor, minutes] = [112, 36, 240];
const x = (minute: number): string => ((minute / minutes) * width).toFixed(1);
const y = (height: number): string => (floor - height * 33).toFixed(1);

/** The largest seals now, then the largest of the day. */
export function SealCurves({ rows }: { readonly rows: readonly Row[] }) {
  const words = useWords();
  const wanted = rows
    .filter(({ firstSealMs }) => firstSealMs !== null)
    .sort((a, b) => (b.sealYuan ?? 0) - (a.sealYuan ?? 0) || (b.peakSealYuan ?? 0) - (a.peakSealYuan ?? 0))
    .slice(0, shownMax);
  const curves = useSeals(wanted.map(({ symbol }) => symbol));
  return (
    <section className="pn" aria-label={words.limit.curves}>
      <div className="h2">
        <span>
          {words.limit.curves} <small>{words.limit.curvesWhat}</small>
        </span>
      </div>
      {wanted.length === 0 && <p className="t3 s12">{words.empty.nothing}</p>}
      <ul className="cv">
        {wanted.map((row) => (
          <Curve key={row.symbol} row={row} curve={curves.get(row.symbol)} />
        ))}
      </ul>
    </section>
  );
}

function Curve({ row, curve }: { readonly row: Row; readonly curve: SealRow | undefined }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const pieces = curve === undefined ? [] : piecesOf(curve);
  return (
    <li>
      <div className="row between">
        <b className="m el">{row.name}</b>
        <span className="t3">{row.state === 'broken' ? words.limit.state.broken : words.nBoards(row.boards)}</span>
      </div>
      <svg
        width={width}
        height={floor + 1}
        viewBox={`0 0 ${width} ${floor + 1}`}
        role="img"
        aria-label={`${row.name} ${words.limit.curves}`}
      >
        <path d={`M0 ${floor}H${width}`} stroke="var(--line2)" />
        <path d={`M${width / 2} 0V${floor}`} stroke="var(--line2)" strokeDasharray="2 2" />
        {pieces.map((piece) => {
          const line = piece.map(([minute, height]) => `${x(minute)},${y(height)}`).join(' ');
          return (
            <g key={piece[0]![0]}>
              <polygon
                points={`${x(piece[0]![0])},${floor} ${line} ${x(piece.at(-1)![0] + 1)},${y(piece.at(-1)![1])} ${x(piece.at(-1)![0] + 1)},${floor}`}
                fill="var(--life-w2)"
              />
              <polyline
                points={`${line} ${x(piece.at(-1)![0] + 1)},${y(piece.at(-1)![1])}`}
                fill="none"
                stroke="var(--life)"
                strokeWidth="1.25"
              />
            </g>
          );
        })}
        {curve?.openedMs.map((ms) => {
          const at = Number(x(tsecOf(ms) / 60));
          return <path key={ms} d={`M${at - 3} ${floor}h6l-3 -5z`} fill="var(--warn)" />;
        })}
      </svg>
      <div className="row between l2">
        <span className="t2">{row.state === 'locked' ? money(row.sealYuan, language) : words.limit.openNow}</span>
        <span className="t3">
          {words.limit.peak} {money(row.peakSealYuan, language)}
        </span>
      </div>
    </li>
  );
}
