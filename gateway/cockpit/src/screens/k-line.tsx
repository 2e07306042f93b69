/** Daily bars with the usual averages; a word where none are stored. */
import { useQuery } from '@tanstack/react-query';
import { dispose, init, type KLineData } from 'klinecharts';
import { useEffect, useRef } from 'react';
import { Empty } from '../pieces/bits.tsx';
import { color } from '../pieces/chart.tsx';
import { useTapeNow } from '../state/clock.ts';
import type { Minute } from '../state/queries.ts';
import { api } from '../state/session.ts';
import { useSettings } from '../state/settings.ts';
import { useWords } from '../words/index.ts';

const yearMs = 365 * 86_400_000;

export default function KLine({ symbol }: { readonly symbol: string }) {
  const words = useWords();
  const now = useTapeNow();
  const day = now === null ? 0 : Math.floor(now / 86_400_000) * 86_400_000;
  const { data, error, isPending } = useQuery({
    queryKey: ['bars', symbol, day],
    queryFn: async () =>
      (await api().get<{ items: Minute[] }>(`/v1/symbols/${symbol}/bars`, { from: day - yearMs, to: day, period: '86400' })).items,
    enabled: day > 0,
    retry: false,
  });
  if (error !== null) return <Empty title={words.symbolPage.noDaily} why={error.message} />;
  if (isPending) return null;
  if (data.length === 0) return <Empty title={words.symbolPage.noDaily} />;
  return <Bars bars={data} symbol={symbol} />;
}

function Bars({ bars, symbol }: { readonly bars: readonly Minute[]; readonly symbol: string }) {
  const element = useRef<HTMLDivElement>(null);
  const { theme, colors } = useSettings();
  useEffect(() => {
    void theme;
    void colors;
    const box = element.current!;
    const chart = init(box);
    if (chart === null) return;
    const [up, down, text, line] = [color('up'), color('dn'), color('t3'), color('line')];
    chart.setStyles({
      candle: { bar: { upColor: up, downColor: down, upBorderColor: up, downBorderColor: down, upWickColor: up, downWickColor: down } },
      grid: { horizontal: { color: line }, vertical: { color: line } },
      xAxis: { tickText: { color: text } },
      yAxis: { tickText: { color: text } },
    });
    chart.setSymbol({ ticker: symbol, pricePrecision: 2, volumePrecision: 0 });
    chart.setPeriod({ type: 'day', span: 1 });
    chart.setDataLoader({ getBars: ({ callback }) => callback(bars.flatMap(candle)) });
    chart.createIndicator({ name: 'MA', paneId: 'candle_pane' });
    chart.createIndicator('VOL');
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(box);
    return () => {
      resized.disconnect();
      dispose(box);
    };
  }, [bars, symbol, theme, colors]);
  return <div ref={element} style={{ height: 420 }} role="img" aria-label={`K ${symbol}`} />;
}

function candle({ tsMs, openMilli, highMilli, lowMilli, closeMilli, volumeShares, amountYuan }: Minute): KLineData[] {
  if (openMilli === null || highMilli === null || lowMilli === null || closeMilli === null) return [];
  const at = (milli: number): number => milli / 1000;
  return [
    {
      timestamp: tsMs,
      open: at(openMilli),
      high: at(highMilli),
      low: at(lowMilli),
      close: at(closeMilli),
      volume: (volumeShares ?? 0) / 100,
      turnover: amountYuan ?? 0,
    },
  ];
}
