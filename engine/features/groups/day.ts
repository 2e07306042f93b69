/** A. Where the price stands in its day. */
import { absentMilli } from '../../../contracts/quote.ts';
import { F, type FeatureGroup, nan } from './group.ts';

const rangeFromTsec = 300;

export const day: FeatureGroup = {
  ids: ['dayRet', 'gapOpen', 'rangePos', 'distHigh', 'vwapDev'],
  needs: [],
  compute({ engine, s, tsec, last }, out) {
    const { accepted } = engine;
    const preClose = engine.accepted.preClose[s]!;
    out[F.dayRet] = preClose === absentMilli ? nan : last / preClose - 1;
    out[F.gapOpen] = preClose === absentMilli || accepted.open[s] === absentMilli ? nan : accepted.open[s]! / preClose - 1;
    const [high, low] = [accepted.high[s]!, accepted.low[s]!];
    if (tsec >= rangeFromTsec) {
      out[F.rangePos] = high === low ? 0.5 : (last - low) / (high - low);
      out[F.distHigh] = last / high - 1;
    }
    const dayVwap = (accepted.amount[s]! / accepted.volume[s]!) * 1000;
    out[F.vwapDev] = accepted.volume[s]! > 0 ? last / dayVwap - 1 : nan;
  },
};
