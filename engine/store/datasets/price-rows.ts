/** Rows of days with their limits, and of trades. */
import { milliOfYuan } from '../../../contracts/units.ts';
import { inOrder, unseenSlack } from '../../files/judge-bars.ts';
import { unitOf } from '../../wire/units.ts';
import { amount, assertMarket, dayOf, idOf, type Kind, milli, number, RowRefused, stampOf, unlimited } from './cells.ts';

export const daily: Kind['write'] = (out, { cells, dataset, count }) => {
  const no = idOf(cells);
  const date = dayOf(cells.get('date'));
  const limit = (name: string): number | null => {
    const yuan = number(cells, name);
    return yuan === null || yuan >= unlimited || yuan <= 0 ? null : milliOfYuan(yuan);
  };
  const up = limit('up_limit');
  const noLimit = (number(cells, 'up_limit') ?? 0) >= unlimited;
  if (noLimit) count('noLimit');
  const [openMilli, highMilli, lowMilli, closeMilli] = [
    milli(cells, 'open'),
    milli(cells, 'high'),
    milli(cells, 'low'),
    milli(cells, 'close'),
  ];
  if (!inOrder({ openMilli, highMilli, lowMilli, closeMilli }))
    throw new RowRefused('RANGE', `open ${openMilli}, high ${highMilli}, low ${lowMilli}, close ${closeMilli}`);
  const [preCloseMilli, shares, yuan] = [milli(cells, 'pre_close'), amount(cells, 'volume_shares'), amount(cells, 'amount_yuan')];
  assertMarket(no, date, [openMilli, highMilli, lowMilli, closeMilli]);
  if (unitOf({ count: shares, yuan, lowMilli, highMilli }, 1, unseenSlack) !== 1)
    throw new RowRefused('UNIT', `${shares} shares for ${yuan} yuan`);
  out.date(date).u32(no).string(dataset);
  for (const price of [openMilli, highMilli, lowMilli, closeMilli, preCloseMilli]) out.milli(price);
  out
    .milli(up)
    .milli(noLimit ? null : limit('down_limit'))
    .double(shares)
    .double(yuan);
  out
    .milli(milli(cells, 'auction_price'))
    .double(number(cells, 'auction_vol'))
    .double(number(cells, 'turnover_rate'))
    .double(number(cells, 'volume_ratio'));
  out.u8(cells.get('pre_close_derived') === '1' ? 1 : 0).endRow();
  return { date, instrument: no };
};

export const trades: Kind['write'] = (out, { cells, seq, dataset, count }) => {
  const no = idOf(cells);
  const { date, ms } = stampOf(cells.get('datetime'));
  const side = cells.has('side') ? cells.get('side') : '';
  const [price, shares] = [milli(cells, 'price'), amount(cells, 'volume_shares')];
  if (price === null) throw new RowRefused('PRICE', `price is "${cells.get('price')}"`);
  if (shares === null) throw new RowRefused('NUMBER', `volume_shares is "${cells.get('volume_shares')}"`);
  assertMarket(no, date, [price]);
  if (side === 'N') count('auctionPrint');
  out.date(date).u32(no).string(dataset).u32(seq).i64(ms).i32(price).f64(shares);
  out.double(cells.has('amount_yuan') ? amount(cells, 'amount_yuan') : null).string(side);
  out
    .u32(amount(cells, 'buy_no') ?? 0)
    .u32(amount(cells, 'sell_no') ?? 0)
    .endRow();
  return { date, instrument: no };
};
