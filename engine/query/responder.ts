/** Answers `svc.v1.<run>.<name>`; several responders share the questions through a queue group. */
import type { Msg, NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type ServiceName, services } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import { queryMetrics } from '../telemetry/query-metrics.ts';
import type { Answers } from './answers.ts';

/** Questions a responder works on at once; more are told to come again. */
const maxConcurrent = 64;

export function respond(nc: NatsConnection, run: string, answers: Pick<Answers, 'answer'>, onFault: (error: unknown) => void): void {
  let busy = 0;
  for (const name of Object.keys(services) as ServiceName[])
    nc.subscribe(subjects(run).service(name), {
      queue: 'query',
      callback: (error, message) => void (error === null && take(name, message)),
    });

  async function take(name: ServiceName, message: Msg): Promise<void> {
    const startedMs = performance.now();
    busy += 1;
    const reply =
      busy > maxConcurrent ? refusal(new FenshiError('BUSY', `${maxConcurrent} requests are in flight`)) : await reply_(name, message.data);
    busy -= 1;
    message.respond(encode(reply));
    queryMetrics.seconds.observe({ service: name, outcome: 'code' in reply ? reply.code : 'ok' }, (performance.now() - startedMs) / 1000);
  }

  async function reply_(name: ServiceName, data: Uint8Array): Promise<object & { code?: string }> {
    try {
      return await answers.answer(name, data.length === 0 ? {} : readable(data));
    } catch (error) {
      if (!(error instanceof FenshiError)) onFault(error);
      return refusal(error);
    }
  }
}

function refusal(error: unknown): { readonly ok: false; readonly code: string; readonly message: string } {
  if (error instanceof FenshiError) return { ok: false, code: error.code, message: error.message };
  return { ok: false, code: 'INTERNAL', message: 'the question could not be answered; see the log' };
}

/** @throws FenshiError QUERY_INVALID */
function readable(data: Uint8Array): unknown {
  try {
    return decode(data);
  } catch (error) {
    throw new FenshiError('QUERY_INVALID', 'the question cannot be read', { cause: error });
  }
}
