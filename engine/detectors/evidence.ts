/** Lines of evidence that every detector writes alike. */
import type { Evidence } from '../../contracts/signal.ts';

/** What is unknown is null in a journal, never NaN. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A value that was looked at and asked for nothing; an unknown contribution is none. */
export const info = (feature: string, value: number, contrib = 0): Evidence => ({
  feature,
  value: finite(value),
  op: 'info',
  threshold: null,
  contrib: finite(contrib) ?? 0,
});

/** A value held against what it had to reach or stay under. */
export const against = (feature: string, value: number, op: '>=' | '<=', threshold: number): Evidence => ({
  feature,
  value: finite(value),
  op,
  threshold,
  contrib: 0,
});
