import { useMarket } from '../state/market.ts';
import { direction } from './numbers.ts';

/** The colour of a gain; none while nobody tells, for what is shown then is of before. */
export const useTint = (gain: number | null | undefined): string => {
  const connected = useMarket((market) => market.connected);
  return connected ? direction(gain) : 'fl';
};
