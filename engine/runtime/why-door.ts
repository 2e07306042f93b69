/** `svc.v1.<run>.why` and `.lanes`: what each strategy asks of a symbol now, and as what it runs. Reads the cell between two entries and changes nothing of it. */
import type { NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/process/log.ts';
import { whyService } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { Cell } from '../cell/cell.ts';
import { fittedOf } from '../opportunities/confidence.ts';

export function openWhyDoor(nc: NatsConnection, run: string, cellOf: () => Cell | null, log: Log): void {
  const answerBy = (name: 'why' | 'lanes', work: (request: unknown) => object): void => {
    nc.subscribe(subjects(run).service(name), {
      queue: name,
      callback: (error, message) => {
        if (error === null) message.respond(encode(replyTo(message.data, work, log)));
      },
    });
  };
  answerBy('why', (request) => {
    const asked = whyService.request.safeParse(request);
    if (!asked.success) throw new FenshiError('QUERY_INVALID', asked.error.issues[0]?.message ?? '');
    return whyOf(cellOf(), asked.data.instrument);
  });
  answerBy('lanes', () => lanesOf(cellOf()));
}

function replyTo(data: Uint8Array, work: (request: unknown) => object, log: Log): object {
  try {
    return { ok: true, ...work(decode(data)) };
  } catch (error) {
    if (error instanceof FenshiError) return { ok: false, code: error.code, message: error.message };
    log.error({ event: 'why.fault', error: String(error) });
    return { ok: false, code: 'INTERNAL', message: 'a fault of ours; it stands in the log' };
  }
}

/** @throws FenshiError NOT_READY */
export function lanesOf(cell: Cell | null) {
  if (cell === null) throw new FenshiError('NOT_READY', 'no day is open');
  const asOf = { tradeDate: cell.bundle.tradeDate, tsMs: cell.timeMs, n: cell.n - 1 };
  const { models } = cell.decisions;
  const lanes = cell.decisions.lanes.map((lane) => {
    const { id, mode, disabled: isDisabled, modelId, canaryId, params, paramHash } = lane;
    const forecasts = fittedOf(cell.bundle.calibration, id, modelId);
    return {
      id,
      mode,
      isDisabled,
      modelId,
      canaryId,
      forecasts,
      models: models.report(lane),
      params: params as Record<string, unknown>,
      paramHash,
    };
  });
  const { opportunities, universe, changed } = cell.decisions.settings;
  return { asOf, lanes, settings: { opportunities, universe, changed: [...changed] } };
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
