/** `svc.v1.<run>.control`: commands by request, for those who may not write TAPE themselves. One at a time each, by its id once. */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/process/log.ts';
import { controlService } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import { askControl } from '../log/control.ts';

/** Commands that wait for their answers at once; more are told to come again. */
const maxConcurrent = 16;

export function openControlDoor(nc: NatsConnection, js: JetStreamClient, jsm: JetStreamManager, run: string, log: Log): void {
  let busy = 0;
  async function answer(data: Uint8Array): Promise<object> {
    const request = controlService.request.safeParse(decode(data));
    if (!request.success)
      throw new FenshiError('QUERY_INVALID', request.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    if (busy >= maxConcurrent) throw new FenshiError('BUSY', `${maxConcurrent} commands wait for their answers`);
    busy += 1;
    try {
      return { ok: true, ...(await askControl(js, jsm, run, request.data)) };
    } finally {
      busy -= 1;
    }
  }
  nc.subscribe(subjects(run).service('control'), {
    queue: 'control',
    callback: (error, message) => {
      if (error !== null) return;
      void answer(message.data)
        .catch((reason: unknown) => {
          if (!(reason instanceof FenshiError)) log.error({ event: 'control.fault', error: String(reason) });
          const [code, text] =
            reason instanceof FenshiError ? [reason.code, reason.message] : ['INTERNAL', 'a fault of ours; it stands in the log'];
          return { ok: false, code, message: text };
        })
        .then((reply) => message.respond(encode(reply)));
    },
  });
}
