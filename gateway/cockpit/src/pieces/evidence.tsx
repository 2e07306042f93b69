/** Evidence as a line of a row: what was asked of which number, in the rule's order, as many as fit. */
import { amountOf, evidenceWords } from '../../../../contracts/evidence-words.ts';
import { useSettings } from '../state/settings.ts';
import type { Evidence } from '../state/shapes.ts';

export const unitOf = (feature: string): string => evidenceWords(feature)?.unit ?? '1';
export const nameOf = (feature: string, language: 'zh' | 'en'): string => evidenceWords(feature)?.[language] ?? feature;
export const sign = (op: Evidence['op']): string => (op === '>=' ? '≥' : op === '<=' ? '≤' : '');

/** Conditions first; without any, what weighs most. */
export function leading(evidence: readonly Evidence[]): readonly Evidence[] {
  const asked = evidence.filter(({ threshold, op }) => threshold !== null && op !== 'info');
  return asked.length > 0 ? asked : [...evidence].sort((a, b) => Math.abs(b.contrib) - Math.abs(a.contrib));
}

/** What bore a change: a change carries each level it was held against, and those that were not reached bore nothing. All of it where none was. */
export function borne(evidence: readonly Evidence[]): readonly Evidence[] {
  const held = evidence.filter((one) => (marginOf(one) ?? 0) >= 0);
  return held.length > 0 ? held : evidence;
}

export function EvidenceLine({ evidence, most = 3 }: { readonly evidence: readonly Evidence[]; readonly most?: number }) {
  const language = useSettings((settings) => settings.language);
  const said = leading(evidence);
  return (
    <>
      {said.slice(0, most).map(({ feature, value, op, threshold }) => (
        <span className="ev" key={feature + op}>
          {nameOf(feature, language)} <b>{amountOf(value, unitOf(feature), language)}</b>
          {threshold !== null && op !== 'info' && (
            <i>
              {sign(op)}
              {amountOf(threshold, unitOf(feature), language).replace(/[σ% ]+$/, '')}
            </i>
          )}
        </span>
      ))}
      {said.length > most && <span className="ev">+{said.length - most}</span>}
    </>
  );
}

/** By how much a condition holds: value over threshold less one, by the sense of its comparison; the value itself where nothing is the threshold. */
export function marginOf({ value, op, threshold }: Evidence): number | null {
  if (value === null || threshold === null || op === 'info') return null;
  if (threshold === 0) return op === '>=' ? value : -value;
  return op === '>=' ? (value - threshold) / Math.abs(threshold) : (threshold - value) / Math.abs(threshold);
}

/** Fills to the right where it holds, to the left where it does not; half as much again is full. */
export function MarginBar({ margin, width = 84 }: { readonly margin: number; readonly width?: number }) {
  const tick = width / 3;
  const length = Math.min(Math.abs(margin) / 1.5, 1) * (margin >= 0 ? width - tick : tick);
  return (
    <svg width={width} height="10" viewBox={`0 0 ${width} 10`} aria-hidden="true">
      <rect y="4" width={width} height="2" fill="var(--s3)" />
      <rect
        x={margin >= 0 ? tick : tick - length}
        y="1"
        width={Math.max(length, 1)}
        height="8"
        fill={margin >= 0 ? 'var(--life)' : 'var(--warn)'}
      />
      <path d={`M${tick} 0v10`} stroke="var(--t2)" />
    </svg>
  );
}
