/** 分时: the whole day on one picture, symmetric about the previous close, with its life, its changes and the lines of its plan. */
import { useCallback, useRef, useState } from 'react';
import { Unanswered } from '../pieces/bits.tsx';
import { Chart, color, type ECharts, type Option, pngOf } from '../pieces/chart.tsx';
import { money, percent } from '../pieces/numbers.ts';
import { headOf } from '../pieces/state.tsx';
import { type DaySeries, daySeries, placeAt, places, placeText } from '../state/day-series.ts';
import { goTo } from '../state/place.ts';
import { type Minute, useMinutes } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Change, Instrument, Plan } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import type { Seen } from './detail.tsx';

type Life = { readonly id: string; readonly fromMs: number; readonly toMs: number };
export type DayProps = {
  readonly minutes: readonly Minute[];
  readonly instrument: Instrument | undefined;
  readonly lives: readonly Life[];
  readonly changes: readonly Change[];
  readonly plan: Plan | null;
  readonly stopMilli: number | null;
  readonly symbol: string;
  readonly height?: number;
};

export function DayChart({ seen: { opportunity, instrument, minutes, reading, nowMs } }: { readonly seen: Seen }) {
  const { id, openedMs, facts, transitions, instrument: symbol } = opportunity;
  const toMs = reading.isLive ? nowMs : (facts.endedMs ?? nowMs);
  return (
    <DayPanel
      minutes={minutes}
      instrument={instrument}
      symbol={symbol}
      lives={[{ id, fromMs: openedMs, toMs }]}
      changes={transitions.filter(({ region, from, to, note }) => region === 'lifecycle' && (from !== to || note !== null))}
      plan={facts.confirmedMs == null ? null : reading.plan}
      stopMilli={reading.stopMilli}
      height={340}
    />
  );
}

export function DayPanel({ minutes, instrument, lives, changes, plan, stopMilli, symbol, height = 340 }: DayProps) {
  const words = useWords();
  const [at, setAt] = useState<number | null>(null);
  const asked = useMinutes(symbol);
  const chart = useRef<ECharts | null>(null);
  const reference = instrument?.preCloseMilli ?? null;
  const series = daySeries(minutes, reference, instrument?.limitUpMilli ?? null, instrument?.limitDownMilli ?? null);
  // drawn anew when there is something new to draw, not when a clock ticks
  const key = JSON.stringify([
    minutes.length,
    minutes.at(-1),
    reference,
    lives.map(({ id, fromMs }) => [id, fromMs]),
    changes.length,
    plan,
    stopMilli,
    series.last,
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all of them
  const option = useCallback(
    (): Option => optionOf(series, { reference, lives, changes, plan, stopMilli, instrument }, words),
    [key, words],
  );
  const { detail } = words;
  return (
    <section className="pn" aria-label={words.columns.spark}>
      <div className="h2">
        <span>
          {words.columns.spark} <Readout series={series} at={at} reference={reference} />
        </span>
        <span className="grow" />
        <button type="button" className="btn ghost" onClick={() => savePng(chart.current, symbol)}>
          PNG
        </button>
        <button type="button" className="btn ghost" onClick={() => goTo(`/s/${symbol}`, { view: 'k' })}>
          {words.symbolPage.daily} <kbd>F5</kbd>
        </button>
      </div>
      <Chart made={chart} option={option} height={height} onMove={setAt} label={`${words.columns.spark} ${symbol}`} />
      {minutes.length === 0 &&
        (asked.data === undefined ? <Unanswered error={asked.error} rows={1} /> : <p className="t3 s12">{words.empty.nothing}</p>)}
      <div className="lg">
        <span>
          <i style={{ background: 'var(--price)' }} />
          {detail.price}
        </span>
        <span>
          <i style={{ background: 'var(--avg)' }} />
          {detail.average}
        </span>
        <span>
          <i style={{ background: 'var(--life-w2)', height: 8 }} />
          {detail.life}
        </span>
      </div>
    </section>
  );
}

function savePng(chart: ECharts | null, symbol: string): void {
  const picture = pngOf(chart);
  if (picture !== null) Object.assign(document.createElement('a'), { href: picture, download: `fenshi-${symbol}.png` }).click();
}

/** The crosshair's words stand in the title, never over the chart. */
function Readout({ series, at, reference }: { readonly series: DaySeries; readonly at: number | null; readonly reference: number | null }) {
  const { detail } = useWords();
  const language = useSettings((settings) => settings.language);
  const place = at === null || at < 0 || at >= places ? series.last : at;
  const price = place < 0 ? null : (series.price[place] ?? null);
  if (price === null) return <small>{at === null ? '' : placeText(place)}</small>;
  const gain = reference === null ? null : (price * 1000) / reference - 1;
  return (
    <small className="rd">
      {placeText(place)} {detail.price}{' '}
      <b className={gain === null || gain === 0 ? '' : gain > 0 ? 'up' : 'dn'}>
        {price.toFixed(2)} {percent(gain)}
      </b>{' '}
      {detail.average} <b>{series.average[place]?.toFixed(2) ?? '--'}</b> {detail.volume}{' '}
      <b>
        {Math.round(series.lots[place] ?? 0)}
        {detail.hands}
      </b>{' '}
      {detail.amount} <b>{money(series.amount[place], language)}</b>
    </small>
  );
}

const seams = [0, 60, 120, 180, 240];
const seamText = (place: number): string => (place === 120 ? '11:30/13:00' : placeText(place));
type Lines = Pick<DayProps, 'lives' | 'changes' | 'plan' | 'stopMilli' | 'instrument'> & { readonly reference: number | null };

function optionOf(
  series: DaySeries,
  { reference, lives, changes, plan, stopMilli, instrument }: Lines,
  words: ReturnType<typeof useWords>,
): Option {
  const middle = reference === null ? (series.price.find((each) => each !== null) ?? 1) : reference / 1000;
  const [low, high] = [middle - series.half, middle + series.half];
  const tint = (value: number): string => (value > middle + 1e-9 ? color('up') : value < middle - 1e-9 ? color('dn') : color('t2'));
  const label = { fontSize: 11, fontFamily: 'Inter Cockpit' };
  const x = (show: boolean) => ({
    type: 'category' as const,
    data: Array.from({ length: places }, (_, place) => seamText(place)),
    boundaryGap: false,
    axisLine: { lineStyle: { color: color('line2') } },
    axisTick: { show: false },
    axisLabel: {
      show,
      ...label,
      color: color('t3'),
      interval: (index: number) => seams.includes(index),
      showMinLabel: true,
      showMaxLabel: true,
    },
    splitLine: { show: true, interval: (index: number) => seams.includes(index), lineStyle: { color: color('line') } },
  });
  const y = (right: boolean) => ({
    type: 'value' as const,
    min: low,
    max: high,
    interval: series.half / 2,
    position: right ? ('right' as const) : ('left' as const),
    axisLabel: {
      ...label,
      color: (value?: string | number) => tint(Number(value)),
      formatter: (value: number) => (right ? percent(value / middle - 1) : value.toFixed(2)),
    },
    splitLine: { show: !right, lineStyle: { color: color('line') } },
  });
  const within = (milli: number | null | undefined): milli is number =>
    milli != null && milli / 1000 >= low - 1e-9 && milli / 1000 <= high + 1e-9;
  const { detail } = words;
  const rules: readonly (readonly [name: string, milli: number | null | undefined, ink: string])[] = [
    [detail.limitUp, instrument?.limitUpMilli, color('up')],
    [words.limitDown, instrument?.limitDownMilli, color('dn')],
    [detail.target2, plan?.target2Milli, color('up')],
    [detail.target1, plan?.target1Milli, color('up')],
    [detail.entry, plan?.entryMilli, color('t3')],
    [detail.stop, plan === null ? null : stopMilli, color('dn')],
  ];
  const markLine = {
    symbol: 'none',
    silent: true,
    animation: false,
    data: [
      { yAxis: middle, lineStyle: { color: color('line2'), type: 'dashed' as const }, label: { show: false } },
      ...rules.flatMap(([name, milli, ink]) =>
        within(milli)
          ? [
              {
                yAxis: milli / 1000,
                lineStyle: { color: ink, type: 'dashed' as const, width: 1 },
                label: {
                  show: true,
                  position: 'insideStartTop' as const,
                  formatter: `${name} ${(milli / 1000).toFixed(2)}`,
                  color: ink,
                  ...label,
                },
              },
            ]
          : [],
      ),
    ],
  };
  const marks = changes.flatMap((change) => {
    const place = placeAt(change.tsMs);
    const price = series.price[place] ?? series.price[place - 1] ?? null;
    return price === null
      ? []
      : [
          {
            coord: [place, price],
            symbol: shapeOf(change),
            symbolSize: 8,
            itemStyle: { color: color('life'), borderColor: color('bg'), borderWidth: 1 },
            name: word(words.state, headOf(change.to)),
          },
        ];
  });
  return {
    animation: false,
    grid: [
      { left: 52, right: 60, top: 8, height: '66%' },
      { left: 52, right: 60, bottom: 20, height: '20%' },
    ],
    xAxis: [
      { ...x(false), gridIndex: 0 },
      { ...x(true), gridIndex: 1 },
    ],
    yAxis: [
      { ...y(false), gridIndex: 0 },
      { ...y(true), gridIndex: 0 },
      {
        type: 'value',
        gridIndex: 1,
        splitNumber: 1,
        axisLabel: { ...label, color: color('t3'), showMinLabel: false },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        type: 'line',
        data: [...series.price],
        showSymbol: false,
        connectNulls: true,
        lineStyle: { color: color('price'), width: 1.25 },
        markLine,
        markArea: {
          silent: true,
          itemStyle: { color: color('life-w2') },
          data: lives.map(
            ({ fromMs, toMs }) =>
              [{ xAxis: placeAt(fromMs) }, { xAxis: Math.max(placeAt(toMs), placeAt(fromMs) + 1) }] as [
                { xAxis: number },
                { xAxis: number },
              ],
          ),
        },
        markPoint: { data: marks, label: { show: false } },
      },
      { type: 'line', data: [...series.average], showSymbol: false, connectNulls: true, lineStyle: { color: color('avg'), width: 1 } },
      // the axis on the right has no line of its own
      { type: 'line', data: [], yAxisIndex: 1 },
      {
        type: 'bar',
        xAxisIndex: 1,
        yAxisIndex: 2,
        data: series.lots.map((value, place) => ({ value, itemStyle: { color: series.rose[place] === true ? color('up') : color('dn') } })),
        barWidth: '60%',
      },
    ],
  } as Option;
}

const shapes: Readonly<Record<string, string>> = {
  discovered: 'emptyCircle',
  confirmed: 'circle',
  tracking: 'circle',
  suspended: 'pin',
  ended: 'rect',
  archived: 'rect',
};
const shapeOf = (change: Change): string => shapes[headOf(change.to)] ?? 'circle';
