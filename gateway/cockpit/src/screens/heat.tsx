/** 热力: which sectors carry the day, which are hot by our own measure, and when signals clustered. */
import { useState } from 'react';
import { StatusBar } from '../frame/status-bar.tsx';
import { Behind } from '../pieces/behind.tsx';
import { Segments, To, Unanswered } from '../pieces/bits.tsx';
import { direction, money, percent } from '../pieces/numbers.ts';
import { StateChip } from '../pieces/state.tsx';
import { useTapeNow } from '../state/clock.ts';
import { useKeys } from '../state/keys.ts';
import { clockText, lookAt, useShown } from '../state/look-back.ts';
import { setQuery, usePlace } from '../state/place.ts';
import { useHeatmap, useInstruments } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Heatmap } from '../state/shapes.ts';
import { columnAt, columnOf, columns, columnText, type HeatRow, signalHeat } from '../state/signal-heat.ts';
import { useWords, word } from '../words/index.ts';
import { Name } from './home-row.tsx';
import { SectorMap } from './sector-map.tsx';
import '../css/heat.css';

export type SectorRow = Heatmap['rows'][number] & { readonly state: string };

export default function Heat() {
  const words = useWords();
  const { day } = useShown();
  const { data, error } = useHeatmap();
  const query = usePlace((place) => place.query);
  const [kind, setKind] = useState<'industry' | 'concept'>('industry');
  const [asTable, setTable] = useState(false);
  useKeys({ t: () => setTable(!asTable) });
  const rows: SectorRow[] = (data?.rows ?? [])
    .filter((row) => row.kind === kind)
    .map((row) => ({ ...row, state: day.states.sectors.get(`sector.${row.code}.state`)?.state ?? 'cold' }))
    .sort((a, b) => b.amountYuan - a.amountYuan);
  const chosen = rows.find(({ code }) => code === query.sector) ?? rows[0];
  return (
    <div className="s-heat page-col">
      <div className="hm">
        <div className="page-col">
          <section className="pn grow" aria-label={words.heat.map}>
            <div className="h2">
              <span>
                {words.heat.map} <small>{`${words.heat.size} · ${words.heat.color}`}</small> <Behind asOfMs={data?.asOf.tsMs} />
              </span>
              <span className="row g8">
                <Legend />
                <Segments
                  label={words.heat.map}
                  of={[
                    ['industry', words.kind.industry],
                    ['concept', words.kind.concept],
                  ]}
                  chosen={kind}
                  onChoose={setKind}
                />
                <button type="button" className="ctl" aria-pressed={asTable} onClick={() => setTable(!asTable)}>
                  {words.heat.table}
                </button>
              </span>
            </div>
            {data === undefined ? (
              <Unanswered error={error} />
            ) : asTable ? (
              <SectorTable rows={rows} />
            ) : (
              <SectorMap rows={rows.slice(0, 30)} chosen={chosen?.code ?? ''} />
            )}
          </section>
          <SignalHeat />
        </div>
        <aside className="side2 scroll">
          {chosen !== undefined && <SectorPanel row={chosen} />}
          <Brushed />
        </aside>
      </div>
      <StatusBar keys={[[['t'], words.heat.table]]} note={<span>{words.heat.brush}</span>} />
    </div>
  );
}

const steps = ['d3', 'd2', 'd1', 'z', 'u1', 'u2', 'u3'] as const;
function Legend() {
  return (
    <span className="lgd">
      <span>≤ −3.6%</span>
      {steps.map((step) => (
        <i key={step} className={`tm-${step}`} />
      ))}
      <span>≥ +3.6%</span>
    </span>
  );
}

function SectorTable({ rows }: { readonly rows: readonly SectorRow[] }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  return (
    <div className="scroll">
      <table className="mem">
        <thead>
          <tr>
            <th>{words.detail.sector}</th>
            <th className="r">{words.heat.gain}</th>
            <th className="r">{words.turnover}</th>
            <th className="r">{words.heat.up}</th>
            <th className="r">{words.limitUp}</th>
            <th className="r">{words.heat.hot}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.code}>
              <td>
                <button type="button" onClick={() => setQuery({ sector: row.code })}>
                  {row.name}
                </button>
              </td>
              <td className={`r ${direction(row.meanGain)}`}>{percent(row.meanGain)}</td>
              <td className="r">{money(row.amountYuan, language)}</td>
              <td className="r">
                {row.up}/{row.live}
              </td>
              <td className="r">{row.limitUps}</td>
              <td className="r life">{word(words.sector, row.state)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SectorPanel({ row }: { readonly row: SectorRow }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  return (
    <section className="pn" aria-label={row.name}>
      <div className="h2">
        <span>
          {row.name} <small>{`${row.code} · ${row.count}`}</small>
        </span>
        <span className="life">{word(words.sector, row.state)}</span>
      </div>
      <div className={`s28 b ${direction(row.meanGain)}`}>{percent(row.meanGain)}</div>
      <p className="s12 t3">{`${words.heat.up} ${row.up}/${row.live} · ${words.limitUp} ${row.limitUps} · ${money(row.amountYuan, language)}`}</p>
      <table className="mem">
        <tbody>
          {row.members.slice(0, 12).map((member) => (
            <tr key={member.symbol}>
              <td>
                <To path={`/s/${member.symbol}`}>{member.name}</To>
              </td>
              <td className={`r ${direction(member.gain)}`}>{percent(member.gain)}</td>
              <td className="r t3">{money(member.amountYuan, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const shade = (count: number): number => Math.min(count, 6);
const [cell, label] = [18, 108];

/** Rows are strategies, columns five trading minutes; drag to choose a span. */
function SignalHeat() {
  const words = useWords();
  const { day } = useShown();
  const now = useTapeNow();
  const query = usePlace((place) => place.query);
  const [from, to] = [columnAt(query.from), columnAt(query.to)];
  const [begun, setBegun] = useState<number | null>(null);
  const rows = signalHeat(day.items.values());
  const current = now === null ? columns : columnOf(now);
  const choose = (a: number, b: number): void => setQuery({ from: columnText(Math.min(a, b)), to: columnText(Math.max(a, b) + 1) }, true);
  const at = (event: React.PointerEvent<SVGSVGElement>): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - label;
    return Math.min(Math.max(Math.floor(x / cell), 0), columns - 1);
  };
  return (
    <section className="pn" aria-label={words.heat.signals}>
      <div className="h2">
        <span>
          {words.heat.signals} <small>{words.heat.perFive}</small>
        </span>
        <span className="row g4">
          <Edge label={words.heat.from} value={from ?? 0} onChange={(column) => choose(column, Math.max((to ?? columns) - 1, column))} />
          <Edge label={words.heat.to} value={to ?? columns} onChange={(column) => choose(Math.min(from ?? 0, column - 1), column - 1)} />
          {from !== null && (
            <button type="button" className="ctl" onClick={() => setQuery({ from: null, to: null })}>
              {words.empty.clear}
            </button>
          )}
        </span>
      </div>
      <svg
        width={label + columns * cell + 40}
        height={Math.max(rows.length, 1) * 22 + 20}
        role="img"
        aria-label={words.heat.signals}
        onPointerDown={(event) => {
          setBegun(at(event));
          choose(at(event), at(event));
        }}
        onPointerMove={(event) => begun !== null && choose(begun, at(event))}
        onPointerUp={() => setBegun(null)}
        onPointerLeave={() => setBegun(null)}
      >
        {rows.map((row, y) => (
          <HeatLine
            key={row.strategy}
            row={row}
            y={y * 22}
            current={current}
            name={`${word(words.strategy, row.strategy)} ${row.strategy.split('-')[1] ?? ''}`}
          />
        ))}
        {[0, 12, 24, 36, 48].map((column) => (
          <text
            key={column}
            className="ax"
            x={label + column * cell}
            y={Math.max(rows.length, 1) * 22 + 14}
            textAnchor={column === 48 ? 'end' : 'start'}
          >
            {column === 24 ? '11:30/13:00' : columnText(column)}
          </text>
        ))}
        {from !== null && to !== null && (
          <rect
            x={label + from * cell - 1}
            y="-2"
            width={(to - from) * cell}
            height={rows.length * 22 + 2}
            fill="none"
            stroke="var(--t1)"
            strokeWidth="1.5"
            rx="2"
          />
        )}
      </svg>
    </section>
  );
}

/** The span without a pointer. */
function Edge({ label, value, onChange }: { readonly label: string; readonly value: number; readonly onChange: (column: number) => void }) {
  return (
    <label className="ctl">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {Array.from({ length: columns + 1 }, (_, column) => (
          <option key={columnText(column)} value={column}>
            {columnText(column)}
          </option>
        ))}
      </select>
    </label>
  );
}

function HeatLine({
  row,
  y,
  current,
  name,
}: {
  readonly row: HeatRow;
  readonly y: number;
  readonly current: number;
  readonly name: string;
}) {
  return (
    <g>
      <text x="0" y={y + 14} fontSize="12" fill="var(--t2)">
        {name}
      </text>
      {row.counts.map((count, column) => {
        const x = label + column * cell;
        if (column > current) return <rect key={`${column}`} x={x} y={y} width={cell - 2} height="18" fill="none" stroke="var(--line)" />;
        return (
          <g key={`${column}`}>
            <rect x={x} y={y} width={cell - 2} height="18" fill={`var(--h${shade(count)})`} />
            {count >= 2 && (
              <text className={`ax hc${shade(count)}`} x={x + cell / 2 - 1} y={y + 13} textAnchor="middle">
                {count}
              </text>
            )}
          </g>
        );
      })}
      <text x={label + columns * cell + 8} y={y + 14} fontSize="12" fill="var(--t1)">
        {row.total}
      </text>
    </g>
  );
}

/** What was discovered in the chosen span; without one, the newest. */
function Brushed() {
  const words = useWords();
  const { day } = useShown();
  const instruments = useInstruments();
  const query = usePlace((place) => place.query);
  const [from, to] = [columnAt(query.from) ?? 0, columnAt(query.to) ?? columns];
  const date = day.epoch.split('/')[1] ?? '';
  const found = [...day.items.values()].filter(({ openedMs }) => columnOf(openedMs) >= from && columnOf(openedMs) < to).reverse();
  return (
    <section aria-label={words.nav.home}>
      <div className="pn">
        <div className="h2">
          <span>
            {words.heat.selected(columnText(from), columnText(to))} <small>{found.length}</small>
          </span>
          {found[0] !== undefined && (
            <button type="button" className="ctl" onClick={() => lookAt(date, found.at(-1)!.openedMs, false)}>
              {words.heat.seek}
            </button>
          )}
        </div>
      </div>
      <ol className="lk">
        {found.slice(0, 40).map((each) => (
          <li key={each.id}>
            <To path={`/o/${each.id}`} className="b">
              <Name opportunity={each} instrument={instruments.get(each.instrument)} />
            </To>
            <StateChip path={each.path} endReason={each.facts.endReason} />
            <span className="t3 s12">{clockText(each.openedMs)}</span>
            <span className="w">{each.strategies.map((id) => word(words.strategy, id)).join(' + ')}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
