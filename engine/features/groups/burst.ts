/** B. 26: the largest slot's amount over the window's; 1 when a single print made it. */
import { own } from '../rings.ts';
import type { SymbolView } from '../symbol-view.ts';
import { F, type FeatureGroup, nan } from './group.ts';

export const burst: FeatureGroup = {
  ids: ['burst', 'active20'],
  needs: ['amt1m'],
  compute(view, out, { feature }) {
    out[F.burst] = burstOf(view, 20, feature('amt1m'));
    let active = 0;
    for (let back = 0; back < Math.min(7, view.reach(7)); back++) if (amountOf(view, back) > 0) active += 1;
    out[F.active20] = active;
  },
};

export const burst5: FeatureGroup = {
  ids: ['burst5'],
  needs: ['amt5m'],
  compute(view, out, { feature }) {
    out[F.burst5] = burstOf(view, view.reach(100), feature('amt5m'));
  },
};

/** Yuan of the slot `back` slots ago; the caller stays within what the window reaches. */
function amountOf({ engine: { rings }, s, head }: SymbolView, back: number): number {
  return rings.own[rings.ownAt(s, head - back) + own.amount]! - rings.own[rings.ownAt(s, head - back - 1) + own.amount]!;
}

function burstOf(view: SymbolView, slots: number, amount: number): number {
  if (!(amount > 0)) return nan;
  let largest = 0;
  for (let back = 0; back < slots; back++) largest = Math.max(largest, amountOf(view, back));
  return largest / amount;
}
