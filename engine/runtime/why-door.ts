/** `svc.v1.<run>.why`: what each strategy asks of a symbol now. Reads the cell between two entries and changes nothing of it. */
import type { NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { whyService } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { Cell } from '../cell/cell.ts';

export function openWhyDoor(nc: NatsConnection, run: string, cellOf: () => Cell | null): void {
  nc.subscribe(subjects(run).service('why'), {
    queue: 'why',
    callback: (error, message) => {
      if (error === null) message.respond(encode(replyTo(message.data, cellOf)));
    },
  });
}

function replyTo(data: Uint8Array, cellOf: () => Cell | null): object {
  try {
    const request = whyService.request.safeParse(decode(data));
    if (!request.success) throw new FenshiError('QUERY_INVALID', request.error.issues[0]?.message ?? '');
    return { ok: true, ...whyOf(cellOf(), request.data.instrument) };
  } catch (error) {
    if (error instanceof FenshiError) return { ok: false, code: error.code, message: error.message };
    return { ok: false, code: 'INTERNAL', message: 'a fault of ours; it stands in the log' };
  }
}

/** @throws FenshiError NOT_READY, NOT_FOUND */
export function whyOf(cell: Cell | null, instrument: string) {
  if (cell === null) throw new FenshiError('NOT_READY', 'no day is open');
  const row = cell.bundle.instruments.findIndex(({ no }) => no === instrumentNo(instrument));
  if (row < 0) throw new FenshiError('NOT_FOUND', `${instrument} is not in the day's bundle`);
  const asOf = { tradeDate: cell.bundle.tradeDate, tsMs: cell.timeMs, n: cell.n - 1 };
  const { strategies, shutGates } = cell.symbols.explain(row);
  return { asOf, symbol: instrument, strategies: strategies.map((each) => ({ ...each, asks: [...each.asks] })), shutGates: [...shutGates] };
}
