/** 机会放大: on the day's chart a life of minutes is a few pixels wide; here it is seen by the three seconds. */
import { useMemo } from 'react';
import { msOfTsec } from '../../../../contracts/session.ts';
import { Unanswered } from '../pieces/bits.tsx';
import { Chart, color, type Option } from '../pieces/chart.tsx';
import { percent } from '../pieces/numbers.ts';
import { headOf, StateGlyph } from '../pieces/state.tsx';
import { type Focus, focusOf, type Level, spread } from '../state/focus.ts';
import { clockText } from '../state/look-back.ts';
import { usePath } from '../state/queries.ts';
import { useWords } from '../words/index.ts';
import type { Seen } from './detail.tsx';
import { ChangeWord } from './home-stream.tsx';

/** Room around the lines: words of changes above, prices on the left, names of levels on the right, clocks below. */
const room = { top: 54, left: 52, right: 136, bottom: 22 } as const;
const height = 240;
const labelPx = 17;
const inner = height - room.top - room.bottom;

export function FocusChart({ seen: { opportunity, instrument, reading, lastMilli, nowMs } }: { readonly seen: Seen }) {
  const words = useWords();
  const { openedMs, facts, instrument: symbol } = opportunity;
  const { data, error } = usePath(symbol, openedMs - 120_000, facts.endedMs == null ? null : facts.endedMs + 120_000);
  const focus = useMemo(
    () => focusOf(opportunity, data ?? [], reading.stopMilli, instrument?.limitUpMilli ?? null, nowMs),
    [opportunity, data, reading.stopMilli, instrument, nowMs],
  );
  const date = opportunity.id.slice(0, 8);
  const name = words.detail.zoom;
  const last = lastMilli ?? data?.at(-1)?.lastMilli ?? null;
  const isMade = data !== undefined && focus.points.length > 1;
  return (
    <section className="pn fc" aria-label={name}>
      <div className="h2">
        <span>
          {name} <small>{words.detail.zoomSince(clockText(openedMs))}</small>
        </span>
      </div>
      {data === undefined ? (
        <Unanswered error={error} rows={3} />
      ) : isMade ? (
        <div className="fx" style={{ height }}>
          <Picture focus={focus} date={date} label={`${name} ${symbol}`} />
          <Marks focus={focus} endReason={facts.endReason} />
          <Levels focus={focus} last={last} />
        </div>
      ) : (
        <p className="t3 s12">{words.detail.zoomNone}</p>
      )}
    </section>
  );
}

function Picture({ focus, date, label }: { readonly focus: Focus; readonly date: string; readonly label: string }) {
  const key = JSON.stringify([
    focus.points.length,
    focus.points.at(-1),
    focus.from,
    focus.to,
    focus.stops,
    focus.levels,
    focus.marks.length,
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all of it
  const option = useMemo(() => () => optionOf(focus, date), [key, date]);
  return <Chart option={option} height={height} label={label} />;
}

const share = ({ from, to }: Focus, tsec: number): number => (tsec - from) / (to - from);
const placeOf = (focus: Focus, tsec: number): string =>
  `calc(${room.left}px + (100% - ${room.left + room.right}px) * ${share(focus, tsec)})`;

function Marks({ focus, endReason }: { readonly focus: Focus; readonly endReason: string | null | undefined }) {
  return (
    <>
      {focus.marks.map(({ change, tsec, lane }) => (
        <span key={`${change.step}.${change.actorSeq}`} className="fxm" style={{ left: placeOf(focus, tsec), top: lane * 16 }}>
          <StateGlyph state={headOf(change.to)} size={10} /> <ChangeWord change={change} endReason={endReason} bare />
        </span>
      ))}
    </>
  );
}

const sides: Readonly<Record<Level['kind'], string>> = {
  limit: 'up',
  target2: 'up',
  target1: 'up',
  entry: 't2',
  stop: 'dn',
  firstStop: 'dn',
};
function Levels({ focus, last }: { readonly focus: Focus; readonly last: number | null }) {
  const { detail } = useWords();
  const names: Readonly<Record<Level['kind'], string>> = {
    limit: detail.limitUp,
    target2: detail.target2,
    target1: detail.target1,
    entry: detail.entry,
    stop: detail.trail,
    firstStop: detail.stop,
  };
  const { low, high, levels } = focus;
  const tops = spread(
    levels.map(({ price }) => room.top + ((high - price) / (high - low)) * inner - labelPx / 2),
    labelPx,
    height - labelPx,
  );
  return (
    <>
      {levels.map(({ kind, price }, i) => (
        <span key={kind} className={`fxl ${sides[kind]}`} style={{ top: tops[i] }}>
          {names[kind]} <b>{price.toFixed(2)}</b> <span className="wide">{last === null ? '' : percent((price * 1000) / last - 1)}</span>
        </span>
      ))}
    </>
  );
}

/** Whole minutes within the picture, six at most. */
function clocksIn(from: number, to: number): number[] {
  const every = [60, 120, 300, 600, 1800].find((each) => (to - from) / each <= 6) ?? 3600;
  const first = Math.ceil(from / every) * every;
  return Array.from({ length: Math.floor((to - first) / every) + 1 }, (_, i) => first + i * every);
}

function optionOf({ from, to, points, marks, levels, stops, dueTsec, low, high }: Focus, date: string): Option {
  const label = { fontSize: 11, fontFamily: 'Inter Cockpit', color: color('t3') };
  const clocks = clocksIn(from, to);
  const line = (data: readonly (readonly [number, number])[], tint: string, width: number) => ({
    type: 'line' as const,
    data: data.map(([x, y]) => [x, y]),
    showSymbol: false,
    silent: true,
    lineStyle: { color: tint, width },
  });
  const upright = (x: number, tint: string, type: 'solid' | 'dashed') => ({
    xAxis: x,
    lineStyle: { color: tint, type, width: 1 },
    label: { show: false },
  });
  return {
    animation: false,
    grid: { left: room.left, right: room.right, top: room.top, bottom: room.bottom },
    xAxis: {
      type: 'value',
      min: from,
      max: to,
      axisTick: { customValues: clocks },
      axisLine: { lineStyle: { color: color('line2') } },
      axisLabel: {
        ...label,
        customValues: clocks,
        formatter: (tsec: number) => clockText(msOfTsec(date, tsec)).slice(0, 5),
        showMinLabel: false,
        showMaxLabel: false,
      },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: low,
      max: high,
      splitNumber: 4,
      axisLabel: { ...label, formatter: (price: number) => price.toFixed(2), showMinLabel: false, showMaxLabel: false },
      splitLine: { lineStyle: { color: color('line') } },
    },
    series: [
      {
        ...line(points, color('price'), 1.25),
        markLine: {
          symbol: 'none',
          silent: true,
          animation: false,
          data: [
            ...levels
              .filter(({ kind }) => kind !== 'stop' && kind !== 'firstStop')
              .map(({ kind, price }) => ({
                yAxis: price,
                lineStyle: {
                  color: color(kind === 'entry' ? 't3' : 'up'),
                  type: kind === 'limit' ? ('solid' as const) : ('dashed' as const),
                  width: 1,
                },
                label: { show: false },
              })),
            ...marks.map(({ tsec }) => upright(tsec, color('life'), 'solid')),
            ...(dueTsec === null ? [] : [upright(dueTsec, color('life'), 'dashed')]),
          ],
        },
        markPoint: {
          silent: true,
          label: { show: false },
          data: marks.flatMap(({ tsec, price }) =>
            price === null
              ? []
              : [
                  {
                    coord: [tsec, price],
                    symbol: 'circle',
                    symbolSize: 7,
                    itemStyle: { color: color('life'), borderColor: color('bg'), borderWidth: 1 },
                  },
                ],
          ),
        },
      },
      ...stops.map(({ from: begins, to: ends, price }) =>
        line(
          [
            [begins, price],
            [ends, price],
          ],
          color('dn'),
          1.5,
        ),
      ),
    ],
  } as Option;
}
