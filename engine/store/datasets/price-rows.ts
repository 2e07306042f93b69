/** Rows of bars, ticks, days and trades. */
import { batchOf, type Quote } from '../../../contracts/quote.ts';
import { milliOfYuan } from '../../../contracts/units.ts';
import { barRow, quoteRows } from '../encode-rows.ts';
import { anonymousNo, dayOf, idOf, isIndex, type Kind, milli, number, stampOf, unlimited } from './cells.ts';

export function bars(periodSec: number, label: 'end' | 'start'): Kind['write'] {
  return (out, { cells, dataset, count }) => {
    const no = idOf(cells);
    const { date, ms } = stampOf(cells.get('datetime'));
    const isClose = cells.has('price');
    const price = (column: string): number | null => milli(cells, isClose ? 'price' : column);
    const shares = number(cells, 'volume_shares');
    const [openMilli, closeMilli] = [isClose ? null : price('open'), price('close')];
    if (closeMilli === null && shares === 0) count('suspended');
    if (closeMilli !== null && shares === 0) count('zeroVolume');
    if (shares !== null && shares % 100 !== 0) count('oddLot');
    if (isIndex(no)) count('indexInLots');
    if (no > anonymousNo) count('anonymous');
    barRow(out, {
      date,
      periodSec,
      instrumentNo: no,
      tsMs: label === 'end' ? ms : ms + periodSec * 1000,
      source: dataset,
      kind: 'imported',
      knownMs: 0,
      openMilli,
      highMilli: isClose ? null : price('high'),
      lowMilli: isClose ? null : price('low'),
      closeMilli,
      volumeShares: closeMilli === null ? null : isIndex(no) && shares !== null ? shares * 100 : shares,
      amountYuan: closeMilli === null || !cells.has('amount_yuan') ? null : number(cells, 'amount_yuan'),
    });

    return { date, instrument: no };
  };
}

const levels = [1, 2, 3, 4, 5];
export function ticks(isDelta: boolean): Kind['write'] {
  const totals = new Map<string, { yuan: number; shares: number }>();
  return (out, { cells, seq, dataset, count }) => {
    const no = idOf(cells);
    const { date, ms } = stampOf(cells.get('datetime'));
    const lastMilli = milli(cells, 'last');
    const side = (of: string) =>
      levels.map((i) => {
        const price = milli(cells, `${of}${i}`);
        return price === null ? null : ([price, number(cells, `${of}v${i}`) ?? 0] as const);
      });
    const [bids, asks] = [side('bid'), side('ask')];
    let [yuan, shares] = [number(cells, isDelta ? 'amount_delta' : 'amount_cum'), isDelta ? null : number(cells, 'volume_cum')];
    if (isDelta) {
      const key = `${no}|${date}`;
      const before = totals.get(key) ?? { yuan: 0, shares: 0 };
      const after = {
        yuan: before.yuan + yuan!,
        shares: before.shares + (lastMilli === null ? 0 : Math.round((yuan! * 1000) / lastMilli)),
      };
      totals.set(key, after);
      [yuan, shares] = [after.yuan, after.shares];
    }
    if (lastMilli === null) count('noPrice');
    if ((bids[0] === null) !== (asks[0] === null)) count('oneSided');
    const quote: Quote = {
      instrumentNo: no,
      tsExchangeMs: ms,
      phaseCode: 0,
      flags: isDelta ? 1 : 0,
      lastMilli,
      preCloseMilli: milli(cells, 'prev_close'),
      openMilli: null,
      highMilli: null,
      lowMilli: null,
      limitUpMilli: null,
      limitDownMilli: null,
      volumeShares: shares,
      amountYuan: yuan,
      outerShares: null,
      innerShares: null,
      bids,
      asks,
    };
    quoteRows(out, date, seq, batchOf(dataset, ms, [quote]));
    return { date, instrument: no };
  };
}

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
  out.date(date).u32(no).string(dataset);
  for (const name of ['open', 'high', 'low', 'close', 'pre_close']) out.milli(milli(cells, name));
  out
    .milli(up)
    .milli(noLimit ? null : limit('down_limit'))
    .double(number(cells, 'volume_shares'))
    .double(number(cells, 'amount_yuan'));
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
  if (side === 'N') count('auctionPrint');
  out
    .date(date)
    .u32(no)
    .string(dataset)
    .u32(seq)
    .i64(ms)
    .i32(milliOfYuan(number(cells, 'price')!))
    .f64(number(cells, 'volume_shares')!);
  out.double(cells.has('amount_yuan') ? number(cells, 'amount_yuan') : null).string(side);
  out
    .u32(cells.has('buy_no') ? number(cells, 'buy_no')! : 0)
    .u32(cells.has('sell_no') ? number(cells, 'sell_no')! : 0)
    .endRow();
  return { date, instrument: no };
};
