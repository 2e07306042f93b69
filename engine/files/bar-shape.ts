/**
 * What the bars of a file are: their period, from the spacing of their labels, and whether a label is a bar's start or its end. A label of
 * 09:30 proves neither: a day of 241 rows begins with the opening match under end labels. 11:30 and 15:00 are ends; 13:00 without them a start.
 */
import { FenshiError } from '../../contracts/errors.ts';

export const periods = [60, 300, 900, 1800, 3600] as const;
export type Labels = 'end' | 'start';
export type BarShape = { readonly periodSec: number; readonly labels: Labels; readonly how: string };

const [open, noon, afternoon, close] = [570, 690, 780, 900];
const groupsMax = 400;

/** Labels of some (instrument, day), as minutes since midnight. */
export class LabelSample {
  readonly #groups = new Map<string, Set<number>>();

  add(key: string, minute: number): void {
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= groupsMax) return;
      group = new Set();
      this.#groups.set(key, group);
    }
    group.add(minute);
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** Most common distance between two neighbours of one half-day, in seconds; null where no group has two. */
  periodSec(): number | null {
    const gaps = new Map<number, number>();
    for (const group of this.#groups.values()) {
      const minutes = [...group].sort((a, b) => a - b);
      for (let i = 1; i < minutes.length; i++) {
        const [a, b] = [minutes[i - 1]!, minutes[i]!];
        if (a <= noon && b >= afternoon) continue; // over lunch
        gaps.set(b - a, (gaps.get(b - a) ?? 0) + 1);
      }
    }
    const most = [...gaps].sort(([a, m], [b, n]) => n - m || a - b)[0];
    return most === undefined ? null : most[0] * 60;
  }

  labels(periodSec: number): { readonly labels: Labels; readonly how: string } | null {
    const all = new Set([...this.#groups.values()].flatMap((group) => [...group]));
    // starts, and a bar of the closing match beside them
    if (all.has(open) && all.has(afternoon) && !all.has(noon))
      return { labels: 'start', how: 'labels of 09:30 and 13:00 and none of 11:30' };
    if (all.has(close) || all.has(noon)) return { labels: 'end', how: 'a label of 15:00 or 11:30' };
    if (all.has(afternoon)) return { labels: 'start', how: 'a label of 13:00 and none of 11:30 or 15:00' };
    const first = Math.min(...all);
    if (first === open) return { labels: 'start', how: 'the first label is 09:30' };
    return first === open + periodSec / 60 ? { labels: 'end', how: `the first label is ${clock(first)}` } : null;
  }

  /** 通达信 labels the last bar of the morning 13:00: beside 13:01 and 15:00, with no 11:30. */
  noonAsAfternoon(labels: Labels): boolean {
    const all = new Set([...this.#groups.values()].flatMap((group) => [...group]));
    return labels === 'end' && all.has(afternoon) && !all.has(noon) && all.has(close);
  }
}

export type ShapeAsked = { readonly periodSec: number | null; readonly labels: Labels | null };
export type ShapeTold = {
  readonly name: string;
  readonly title: string;
  readonly labels: Labels | 'auto';
  readonly labelsElse?: Labels | undefined;
  readonly periodElse?: number | undefined;
};

/** @throws FenshiError IMPORT_INVALID when the name, the map and the rows contradict each other, or nothing decides */
export function shapeOf(sample: LabelSample, told: ShapeTold, asked: ShapeAsked): BarShape {
  const found = sample.periodSec();
  const named = periodIn(told.name) ?? periodIn(told.title);
  if (asked.periodSec === null && found !== null && named !== null && found !== named)
    throw new FenshiError(
      'IMPORT_INVALID',
      `${told.name}: the name says ${named / 60} minutes, the labels are ${found / 60} minutes apart; --period says which holds`,
    );
  const periodSec = asked.periodSec ?? found ?? named ?? told.periodElse ?? null;
  if (periodSec === null)
    throw new FenshiError('IMPORT_INVALID', `${told.name}: no day has two labels, so the period is unknown; pass --period 60`);
  if (!(periods as readonly number[]).includes(periodSec))
    throw new FenshiError(
      'IMPORT_INVALID',
      `${told.name}: labels ${periodSec / 60} minutes apart; periods are 1, 5, 15, 30 and 60 minutes`,
    );
  const proof = sample.labels(periodSec);
  const isProven = proof !== null && !proof.how.startsWith('the first');
  if (asked.labels === null && told.labels !== 'auto' && isProven && proof.labels !== told.labels)
    throw new FenshiError(
      'IMPORT_INVALID',
      `${told.name}: the layout's labels are ${told.labels}s, but there is ${proof.how}; --labels says which holds`,
    );
  const from =
    asked.periodSec !== null
      ? 'as asked'
      : found !== null
        ? 'from the spacing'
        : named !== null
          ? 'from the name'
          : 'as the layout has them';
  const labels = asked.labels ?? (told.labels === 'auto' ? null : told.labels) ?? proof?.labels ?? told.labelsElse;
  if (labels === undefined || labels === null)
    throw new FenshiError(
      'IMPORT_INVALID',
      `${told.name}: nothing tells whether a label is a bar's start or its end; give --labels start or --labels end`,
    );
  const why =
    asked.labels !== null
      ? 'as asked'
      : told.labels !== 'auto'
        ? 'by the layout'
        : (proof?.how ?? 'as the layout has them; the rows prove neither');
  return { periodSec, labels, how: `${periodSec / 60} min ${from}, labels are ${labels}s (${why})` };
}

/** `600519_5min.csv`, `1分钟线`: a number of minutes that stands by itself, not the end of a date. */
export function periodIn(text: string): number | null {
  const found = /(?<![0-9])(1|5|15|30|60)\s?(?:min(?:ute)?s?|m|分钟)(?![a-z])/i.exec(text)?.[1];
  return found === undefined ? null : Number(found) * 60;
}

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
