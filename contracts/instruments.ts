/** Boards by code prefix (contracts/spec/market.md#boards). The prefix counts only together with its exchange. */
import { codeOf, exchangeOf } from './units.ts';

export const boards = ['MAIN', 'CHINEXT', 'STAR', 'BSE'] as const;
export type Board = (typeof boards)[number];

/** null: not an A-share we follow (B shares, indices, funds, bonds). */
export function boardOf(no: number): Board | null {
  const code = codeOf(no);
  switch (exchangeOf(no)) {
    case 'SH':
      if (/^60[0135]/.test(code)) return 'MAIN';
      return /^68[89]/.test(code) ? 'STAR' : null;
    case 'SZ':
      if (/^30/.test(code)) return 'CHINEXT';
      // 001001–001199 are reserved for depositary receipts
      return /^00[0234]/.test(code) || (code >= '001200' && code <= '001999') ? 'MAIN' : null;
    case 'BJ':
      return /^(92|43|83|87|88)/.test(code) ? 'BSE' : null;
  }
}

/** Price step in Milli for the shares of every board (0.01 yuan). */
export const tickMilli = 10;
