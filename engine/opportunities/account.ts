/** K15: what a trading account's own figures ask for. The account may be a paper one or a person's; who keeps it tells them by control. */
import type { AccountFigures } from '../../contracts/tape.ts';

const limits = { dayLoss: 0.02, drawdown: 0.06, largest: 0.1, stopsInRow: 5 } as const;

/** 3 where one limit is reached or passed: nothing new is opened until the figures are better. Unknown figures ask for nothing. */
export const accountLevel = (figures: AccountFigures): number =>
  (Object.keys(limits) as (keyof typeof limits)[]).some((name) => (figures[name] ?? Number.NaN) >= limits[name]) ? 3 : 0;
