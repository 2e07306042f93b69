/** C. The order book as last accepted. */
import { absentMilli, bookLevels } from '../../../contracts/quote.ts';
import { depth5Of, obi1Of, obi5Of } from '../book.ts';
import { F, type FeatureGroup, nan } from './group.ts';

export const book: FeatureGroup = {
  ids: ['spreadTk', 'relSpr', 'obi1', 'obi5', 'depth5'],
  needs: [],
  compute({ engine, s }, out) {
    const { accepted } = engine;
    if (accepted.bookOk[s] === 0) return;
    const from = s * bookLevels;
    const sides = { bidMilli: accepted.bid, bidShares: accepted.bidShares, askMilli: accepted.ask, askShares: accepted.askShares };
    const [bid, ask] = [accepted.bid[from]!, accepted.ask[from]!];
    const twoSided = bid !== absentMilli && ask !== absentMilli;
    out[F.spreadTk] = twoSided ? (ask - bid) / 10 : nan;
    out[F.relSpr] = twoSided ? ((ask - bid) / ((ask + bid) / 2)) * 10_000 : nan;
    out[F.obi1] = obi1Of(sides, from);
    out[F.obi5] = obi5Of(sides, from);
    out[F.depth5] = depth5Of(sides, from);
  },
};
