/** The small drawings of a row: chance, plan, day. */

import type { Closes } from '../state/queries.ts';
import type { Forecast, Plan } from '../state/shapes.ts';

/** 0 to 100: the 80 % interval as a band, the chance as a tick, the base rate dashed. */
export function ChanceBar({ forecast, width = 72 }: { readonly forecast: Forecast; readonly width?: number }) {
  const { p, p0, lo, hi } = forecast;
  if (p === null) return null;
  return (
    <svg width={width} height="8" viewBox={`0 0 ${width} 8`} aria-hidden="true">
      <rect y="3" width={width} height="2" fill="var(--s3)" />
      {lo !== null && hi !== null && (
        <rect x={lo * width} y="2" width={Math.max((hi - lo) * width, 1)} height="4" fill="var(--life)" opacity=".45" />
      )}
      <rect x={p * width - 1} y="0" width="2" height="8" fill="var(--life)" />
      <path d={`M${p0 * width} 0v8`} stroke="var(--t3)" strokeDasharray="2 2" />
    </svg>
  );
}

/** From the stop to target 2; needle at the last price, tick at what stops it now. */
export function PlanBar({
  plan,
  stopMilli,
  lastMilli,
}: {
  readonly plan: Plan;
  readonly stopMilli: number;
  readonly lastMilli: number | null;
}) {
  const [from, to] = [Math.min(plan.stopMilli, plan.target2Milli), Math.max(plan.stopMilli, plan.target2Milli)];
  const x = (milli: number): number => 3 + 154 * Math.min(Math.max((milli - from) / (to - from || 1), 0), 1);
  const [stop, entry, target] = [x(plan.stopMilli), x(plan.entryMilli), x(plan.target2Milli)];
  return (
    <svg width="160" height="14" viewBox="0 0 160 14" aria-hidden="true">
      <rect x={Math.min(stop, entry)} y="6" width={Math.abs(entry - stop)} height="2" fill="var(--dn)" opacity=".55" />
      <rect x={Math.min(entry, target)} y="6" width={Math.abs(target - entry)} height="2" fill="var(--up)" opacity=".55" />
      <path d={`M${x(stopMilli)} 3v8`} stroke="var(--dn)" strokeWidth="1.5" />
      <path d={`M${entry} 4v6`} stroke="var(--t3)" />
      <path d={`M${x(plan.target1Milli)} 3v8`} stroke="var(--up)" strokeWidth="1.5" />
      <path d={`M${target} 3v8`} stroke="var(--up)" strokeWidth="1.5" />
      {lastMilli !== null && <path d={`M${x(lastMilli)} 8l-4 6h8z`} fill="var(--t1)" />}
    </svg>
  );
}

const minutes = 240;
/** The whole day; the line ends at now, the previous close dashed, its life as a band. */
export function Spark({
  closes,
  reference,
  life,
  tint = true,
  width = 96,
  height = 32,
}: {
  readonly closes: Closes;
  readonly reference: number | null;
  readonly life?: readonly [from: number, to: number] | undefined;
  /** False while disconnected: a direction that may be old has no colour. */
  readonly tint?: boolean;
  readonly width?: number;
  readonly height?: number;
}) {
  if (closes.length === 0) return <svg width={width} height={height} aria-hidden="true" />;
  const all = [...closes.map(([, close]) => close), ...(reference === null ? [] : [reference])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (minute: number): number => 1 + ((width - 2) * minute) / (minutes - 1);
  const y = (milli: number): number => 2 + (height - 4) * (high === low ? 0.5 : (high - milli) / (high - low));
  const last = closes.at(-1)![1];
  const color = !tint || reference === null || last === reference ? 'var(--flat)' : last > reference ? 'var(--up)' : 'var(--dn)';
  const points = closes.map(([minute, close]) => `${x(minute).toFixed(1)},${y(close).toFixed(1)}`).join(' ');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {life !== undefined && <rect x={x(life[0])} width={Math.max(x(life[1]) - x(life[0]), 2)} height={height} fill="var(--life-w2)" />}
      {reference !== null && <path d={`M1 ${y(reference).toFixed(1)}H${width - 1}`} stroke="var(--line2)" strokeDasharray="2 3" />}
      <polyline points={points} fill="none" stroke={color} strokeWidth="1.25" strokeLinejoin="round" />
    </svg>
  );
}
