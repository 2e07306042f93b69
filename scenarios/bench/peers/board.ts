/** W2 through the product's own trail and board: after each batch of 1,650 rows the hundred best gains over 1, 5 and 10 minutes. */
import { GainBoard } from '../../../engine/features/gain-board.ts';
import { PriceTrail } from '../../../engine/features/price-trail.ts';
import { boardSize, boardSpans } from './reference.ts';
import type { Rows } from './rows.ts';

/** As gainBoardLimit. */
export function gainBoard(rows: Rows, stocks: number, lists: Int16Array, micros: Float64Array): void {
  const trail = new PriceTrail(stocks);
  const board = new GainBoard(trail, boardSpans, boardSize);
  lists.fill(-1);
  for (let batch = 0, row = 0; batch < micros.length; batch++) {
    const from = performance.now();
    for (const end = row + stocks; row < end; row++) trail.add(rows.key[row]!, rows.sec[row]!, rows.milli[row]!);
    board.update(0);
    for (let w = 0; w < boardSpans.length; w++) {
      const { rows: list, length } = board.leaders[w]!;
      for (let i = 0; i < length; i++) lists[(batch * 3 + w) * boardSize + i] = list[i]!;
    }
    micros[batch] = (performance.now() - from) * 1000;
  }
}
