/**
 * `svc.v1.<run>.notifications`, `.notify-test`, `.notify-rules`, `.notify-try`: what the role holds, a message by one channel, the rules people
 * keep, and a rule tried on the day. Addresses and keys stay here.
 */
import type { Msg, NatsConnection } from 'nats';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { NotifyConfig, NotifyRule } from '../../contracts/notify.ts';
import type { Log } from '../../contracts/process/log.ts';
import { type NotifyServiceName, notifyServices } from '../../contracts/services.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { NotifyDesk } from './desk.ts';
import type { RuleBook } from './own-rules.ts';

type Works = { readonly [N in NotifyServiceName]: (request: never) => object | Promise<object> };

export type NotifyDoor = {
  readonly config: NotifyConfig;
  readonly desk: NotifyDesk;
  readonly rules: RuleBook;
  /** Reads the groups that these rules name; whether all of them are known. */
  readonly know: (rules: readonly NotifyRule[]) => Promise<boolean>;
  readonly log: Log;
};

/** What it answers, by name, to requests of their schemas. */
export function notifyWorks({ config, desk, rules, know, log }: NotifyDoor): Works {
  return {
    notifications: ({ limit }: { limit: number }) => {
      const { quiet, digestSec } = config;
      return { ...desk.shown(limit, Date.now()), rules: rules.shown, revision: rules.revision, rulesFault: rules.fault, quiet, digestSec };
    },
    'notify-test': ({ channel }: { channel: string }) => {
      if (config.channels[channel] === undefined) throw new FenshiError('NOT_FOUND', `no channel ${channel}`);
      return desk.test(channel, Date.now);
    },
    'notify-rules': async (asked: { rules: NotifyRule[]; revision: number }) => {
      try {
        const revision = await rules.put(asked.rules, asked.revision);
        log.info({ event: 'notify.rules', revision, own: asked.rules.length });
        return { revision };
      } finally {
        // refused, they may have been read again
        desk.use(rules.all);
        void know(rules.all);
      }
    },
    'notify-try': async ({ rule }: { rule: NotifyRule }) => {
      const areKnown = await know([...rules.all, rule]);
      const tried = desk.tried(rule);
      void know(rules.all);
      // as long as they are not, a rule tells rather than loses: that is no answer here
      if (!areKnown) throw new FenshiError('NOT_READY', 'the sectors or lists of the rules are not known yet');
      return tried;
    },
  };
}

export function openNotifyDoor(nc: NatsConnection, run: string, door: NotifyDoor): void {
  const works = notifyWorks(door);
  for (const name of Object.keys(notifyServices) as NotifyServiceName[])
    nc.subscribe(subjects(run).service(name), {
      queue: 'notify',
      callback: (error, message) => void (error === null && answer(name, message, works[name] as Work, door.log)),
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
