/** A. 12: against the highest of the previous day and of the last 60 minutes without the last two. */
import { absentMilli } from '../../../contracts/quote.ts';
import { F, type FeatureGroup, nan } from './group.ts';

const fromTsec = 600;

export const breakout: FeatureGroup = {
  ids: ['brk60'],
  needs: [],
  compute({ engine, s, tsec, last }, out) {
    if (tsec < fromTsec) return;
    const minute = Math.floor(tsec / 60);
    let high = engine.universe.instruments[s]!.prevHighMilli ?? absentMilli;
    for (let m = Math.max(0, minute - 60); m <= minute - 2; m++) high = Math.max(high, engine.bars.high[engine.bars.at(s, m)]!);
    out[F.brk60] = high === absentMilli ? nan : last / high - 1;
  },
};
