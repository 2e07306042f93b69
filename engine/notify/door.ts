/** `svc.v1.<run>.notifications` and `.notify-test`: what the role holds, and a message by one channel. Addresses and keys stay here. */
import type { Msg, NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { NotifyConfig } from '../../contracts/notify.ts';
import type { Log } from '../../contracts/process/log.ts';
import { type NotifyServiceName, notifyServices } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { NotifyDesk } from './desk.ts';

type Works = { readonly [N in NotifyServiceName]: (request: never) => object | Promise<object> };

export function openNotifyDoor(nc: NatsConnection, run: string, config: NotifyConfig, desk: NotifyDesk, log: Log): void {
  const works: Works = {
    notifications: ({ limit }: { limit: number }) => {
      const { rules, quiet, digestSec } = config;
      return { ...desk.shown(limit, Date.now()), rules, quiet, digestSec };
    },
    'notify-test': ({ channel }: { channel: string }) => {
      if (config.channels[channel] === undefined) throw new FenshiError('NOT_FOUND', `no channel ${channel}`);
      return desk.test(channel, Date.now);
    },
  };
  for (const name of Object.keys(notifyServices) as NotifyServiceName[])
    nc.subscribe(subjects(run).service(name), {
      queue: 'notify',
      callback: (error, message) => void (error === null && answer(name, message, works[name] as Work, log)),
    });
}

type Work = (request: unknown) => object | Promise<object>;
async function answer(name: NotifyServiceName, message: Msg, work: Work, log: Log): Promise<void> {
  const reply = await replyOf(name, message.data, work, log);
  message.respond(encode(reply));
}

async function replyOf(name: NotifyServiceName, data: Uint8Array, work: Work, log: Log): Promise<object> {
  try {
    const request = notifyServices[name].request.safeParse(decode(data));
    if (!request.success) return { ok: false, code: 'QUERY_INVALID', message: request.error.issues[0]?.message ?? '' };
    return { ok: true, ...(await work(request.data)) };
  } catch (error) {
    if (error instanceof FenshiError) return { ok: false, code: error.code, message: error.message };
    log.error({ event: 'notify.fault', error: String(error) });
    return { ok: false, code: 'INTERNAL', message: 'a fault of ours; it stands in the log' };
  }
}
