/** The notify role: reads JOURNAL and the engine's word of itself, and tells people by their own channels. */
import { decode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { NotifyConfig } from '../../contracts/notify.ts';
import { newestDayOf } from '../../contracts/process/newest-journal-day.ts';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { RoleStatus, sayStatus } from '../../contracts/status.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { roleOnBroker } from '../runtime/role-on-broker.ts';
import { notifyMetrics } from '../telemetry/notify-metrics.ts';
import { NotifyDesk } from './desk.ts';
import { EngineWatch } from './engine-watch.ts';
import { Ledger } from './ledger.ts';
import { sendBy } from './sender.ts';

const tickMs = 1000;

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up, closing } = role;
  const config = start.notify ?? NotifyConfig.parse({});
  let desk: NotifyDesk | null = null;
  const { nc, js, jsm } = await roleOnBroker(role, 'notify', () => ({
    code: desk === null ? 'STARTING' : null,
    facts: { seq: desk?.seq ?? 0 },
  }));
  const newest = await waitForDay(() => newestDayOf(jsm, start.run), signal);
  if (newest === null) return;
  const ledger = new Ledger(start.dir);
  const own = new NotifyDesk(
    config,
    ledger,
    newest.lastSeq,
    (message) => {
      const channel = config.channels[message.channel];
      return channel === undefined
        ? Promise.resolve({ sent: false, again: false, why: 'no such channel' })
        : sendBy(channel, message, config.link, Date.now());
    },
    (message, outcome, nowMs) => {
      notifyMetrics.messages.inc({ channel: message.channel, outcome });
      if (outcome === 'sent') notifyMetrics.delay.observe({ channel: message.channel }, Math.max(0, nowMs - message.atMs) / 1000);
      else log.warn({ event: 'notify.not-sent', channel: message.channel, outcome });
    },
  );
  desk = own;
  const watch = new EngineWatch(Date.now());
  nc.subscribe(subjects(start.run).status('engine'), {
    callback: (error, message) => {
      const status = error === null ? RoleStatus.safeParse(decode(message.data)) : null;
      if (status?.success !== true) return;
      const { ready, code, detail } = status.data;
      watch.heard(ready, code === null ? null : sayStatus(code, detail, 'zh'), code, Date.now());
    },
  });
  const clock = setInterval(() => {
    const alert = watch.look(Date.now());
    if (alert !== null) own.take(alert, Date.now());
    own.tick(Date.now(), Date.now);
  }, tickMs);
  closing(
    () => own.settled(),
    () => clearInterval(clock),
  );
  up();
  for await (const { seq, subject, body, storedMs } of streamFrom(js, streams(start.run).journal, newest.firstSeq, { signal }))
    own.step(subject.slice(subject.lastIndexOf('.') + 1), readStep(body), seq, storedMs, Date.now());
}

/** The stream may not be there yet. Null: ended meanwhile. */
async function waitForDay<T>(look: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  while (!signal.aborted) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return null;
}

await runRole('notify', main);
