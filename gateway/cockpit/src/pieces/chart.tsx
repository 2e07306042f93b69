/** One ECharts on one element: only what is used of it, drawn anew when its option or the theme changes. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useSettings } from '../state/settings.ts';

use([LineChart, BarChart, GridComponent, MarkLineComponent, MarkAreaComponent, MarkPointComponent, CanvasRenderer]);

/** A token of the style sheet as a colour. */
export const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** The picture as it stands, with its ground. */
export const pngOf = (chart: ECharts | null): string | null =>
  chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: color('bg') }) ?? null;

export type { ECharts };
export type Option = Parameters<ECharts['setOption']>[0];
export function Chart({
  option,
  height,
  onMove,
  label,
  made,
}: {
  readonly option: () => Option;
  readonly height: number;
  readonly onMove?: (index: number | null) => void;
  readonly label: string;
  /** Where the chart is to be found by whoever draws more of it. */
  readonly made?: { current: ECharts | null };
}) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const moved = useRef(onMove);
  moved.current = onMove;
  // colours are read off the document, which these change
  const { theme, colors } = useSettings();
  useEffect(() => {
    const own = init(element.current, null, { renderer: 'canvas' });
    chart.current = own;
    if (made !== undefined) made.current = own;
    const resized = new ResizeObserver(() => own.resize());
    resized.observe(element.current!);
    const over = (event: { offsetX: number; offsetY: number }): void => {
      const inside = own.containPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
      const [index] = inside ? (own.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]) as number[]) : [null];
      moved.current?.(index == null ? null : Math.round(index));
    };
    own.getZr().on('mousemove', over);
    own.getZr().on('globalout', () => moved.current?.(null));
    return () => {
      resized.disconnect();
      own.dispose();
      chart.current = null;
      if (made !== undefined) made.current = null;
    };
  }, [made]);
  useEffect(() => {
    void theme;
    void colors;
    chart.current?.setOption(option(), { notMerge: true, lazyUpdate: true });
  }, [option, theme, colors]);
  return <div ref={element} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
