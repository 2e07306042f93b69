/** E. Distance to the limits, and what stands at a locked one. */
import { absentMilli, bookLevels } from '../../../contracts/quote.ts';
import type { SymbolView } from '../symbol-view.ts';
import { F, type FeatureGroup, nan } from './group.ts';

export const limits: FeatureGroup = {
  ids: ['distUp', 'distDn', 'lockUp', 'sealAmt'],
  needs: [],
  compute(view, out) {
    const { engine, s, last } = view;
    const preClose = engine.accepted.preClose[s]!;
    const { limitUp, limitDown, bidShares } = engine.accepted;
    if (limitUp[s] === absentMilli || limitDown[s] === absentMilli || preClose === absentMilli) return;
    out[F.distUp] = (limitUp[s]! - last) / preClose;
    out[F.distDn] = (last - limitDown[s]!) / preClose;
    const locked = isLockedUp(view);
    out[F.lockUp] = locked ? 1 : 0;
    out[F.sealAmt] = locked ? (limitUp[s]! / 1000) * bidShares[s * bookLevels]! : nan;
  },
};

/** Last at the upper limit, the best bid too, nobody asking: of the quote last accepted. */
export const isLockedUp = ({ engine, s }: SymbolView): boolean => engine.isLockedUp(s);
