/** An opportunity close up: its path from a minute before it was discovered to where it is due, with what changed on the way. Pure; times trading seconds, prices yuan. */
import { tsecOf } from '../../../../contracts/session.ts';
import type { Whole } from './detail.ts';
import type { Change } from './shapes.ts';

export type Point = { readonly tsMs: number; readonly lastMilli: number | null };
/** `kind`: what a level is; a limit and the entry have no side. */
export type Level = { readonly kind: 'limit' | 'target2' | 'target1' | 'entry' | 'stop' | 'firstStop'; readonly price: number };
export type FocusMark = { readonly tsec: number; readonly change: Change; readonly price: number | null; readonly lane: number };
export type Focus = {
  readonly from: number;
  readonly to: number;
  readonly dueTsec: number | null;
  readonly points: readonly (readonly [tsec: number, price: number])[];
  readonly marks: readonly FocusMark[];
  readonly levels: readonly Level[];
  /** The stop as it was frozen at the confirmation, and the one that holds since the last change. */
  readonly stops: readonly { readonly from: number; readonly to: number; readonly price: number }[];
  readonly low: number;
  readonly high: number;
};

const beforeSec = 60;
const afterSec = 60;
const longestSec = 2700;
const sessionSec = 14_400;
/** Words of marks closer than this share of the picture stand above each other. */
const apart = 0.08;
const lanes = 3;

/** `stopMilli`: the one that holds now. `limitMilli` is drawn where the price came within 1.5 % of it. */
export function focusOf(
  { openedMs, facts, transitions }: Pick<Whole, 'openedMs' | 'facts' | 'transitions'>,
  path: readonly Point[],
  stopMilli: number | null,
  limitMilli: number | null,
  nowMs: number,
): Focus {
  const opened = tsecOf(openedMs);
  const endedMs = facts.endedMs ?? null;
  const due = facts.timers?.horizon ?? null;
  const now = tsecOf(endedMs ?? nowMs);
  const from = Math.max(0, opened - beforeSec);
  const to = Math.min(
    sessionSec,
    Math.max(endedMs === null && due !== null ? endOf(opened, now, tsecOf(due)) : now + afterSec, now, opened + afterSec),
  );
  const points = path.flatMap(({ tsMs, lastMilli }) => {
    const tsec = tsecOf(tsMs);
    return lastMilli === null || tsec < from || tsec > to ? [] : [[tsec, lastMilli / 1000] as const];
  });
  const plan = facts.confirmedMs == null ? null : (facts.plan ?? null);
  const levels: Level[] = [];
  const add = (kind: Level['kind'], milli: number | null | undefined): void =>
    void (milli != null && levels.push({ kind, price: milli / 1000 }));
  const prices = points.map(([, price]) => price);
  if (limitMilli !== null && Math.max(...prices) >= (limitMilli / 1000) * (1 - 0.015)) add('limit', limitMilli);
  add('target2', plan?.target2Milli);
  add('target1', plan?.target1Milli);
  add('entry', plan?.entryMilli);
  if (plan !== null && endedMs === null) add('stop', stopMilli ?? plan.stopMilli);
  else add('firstStop', plan?.stopMilli);
  const changes = transitions.filter(({ region, from: was, to: is, note }) => region === 'lifecycle' && (was !== is || note !== null));
  const last = changes.at(-1);
  const holds = endedMs === null ? stopMilli : null;
  const stops = plan === null ? [] : stopsOf(tsecOf(facts.confirmedMs!), tsecOf(last?.tsMs ?? nowMs), now, plan.stopMilli, holds);
  const known = [...prices, ...levels.map(({ price }) => price), ...stops.map(({ price }) => price)];
  const [low, high] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const room = Math.max((high - low) * 0.08, 0.01);
  return {
    from,
    to,
    dueTsec: endedMs === null && due !== null && tsecOf(due) <= to ? tsecOf(due) : null,
    points,
    marks: inLanes(
      changes.flatMap((change) => {
        const tsec = tsecOf(change.tsMs);
        const price = points.findLast(([at]) => at <= tsec)?.[1] ?? null;
        return tsec < from || tsec > to ? [] : [{ tsec, change, price }];
      }),
      to - from,
    ),
    levels,
    stops,
    low: low - room,
    high: high + room,
  };
}

/** Where it is due; of one that is due in hours as much again as it has lived. */
const endOf = (opened: number, now: number, due: number): number =>
  due - opened <= longestSec ? due : Math.min(due, now + Math.max(afterSec, now - opened));

/** What a stop was between two changes is not told: the first one stands from the confirmation, the one that holds from the last change on. */
function stopsOf(confirmed: number, lastChange: number, now: number, firstMilli: number, holdsMilli: number | null): Focus['stops'] {
  if (holdsMilli === null || holdsMilli === firstMilli) return [{ from: confirmed, to: now, price: firstMilli / 1000 }];
  const turn = Math.max(confirmed, lastChange);
  return [
    { from: confirmed, to: turn, price: firstMilli / 1000 },
    { from: turn, to: Math.max(now, turn), price: holdsMilli / 1000 },
  ];
}

function inLanes(marks: readonly Omit<FocusMark, 'lane'>[], width: number): FocusMark[] {
  const lastIn = new Array<number>(lanes).fill(Number.NEGATIVE_INFINITY);
  return marks.map((mark) => {
    const free = lastIn.findIndex((tsec) => mark.tsec - tsec >= apart * width);
    const lane = free < 0 ? lastIn.indexOf(Math.min(...lastIn)) : free;
    lastIn[lane] = mark.tsec;
    return { ...mark, lane };
  });
}

/** Tops of labels pushed apart to `px` at least, in their order, none further down than `height`. */
export function spread(tops: readonly number[], px: number, height: number): number[] {
  const order = tops.map((_top, i) => i).sort((a, b) => tops[a]! - tops[b]!);
  const out = [...tops];
  let at = Number.NEGATIVE_INFINITY;
  for (const i of order) at = out[i] = Math.max(tops[i]!, at + px);
  at = height + px;
  for (const i of order.reverse()) at = out[i] = Math.min(out[i]!, at - px);
  return out;
}
