/** The notify role: reads JOURNAL and the engine's word of itself, and tells people by their own channels. */
import type { NatsConnection } from 'nats';
import { readStep } from '../../contracts/compat/read.ts';
import type { Mine } from '../../contracts/mine.ts';
import { NotifyConfig, type NotifyRule } from '../../contracts/notify.ts';
import { askService } from '../../contracts/process/ask-service.ts';
import { hear } from '../../contracts/process/hear.ts';
import type { Log } from '../../contracts/process/log.ts';
import { type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { RoleStatus, sayStatus } from '../../contracts/status.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import { roleOnBroker } from '../runtime/role-on-broker.ts';
import { notifyMetrics } from '../telemetry/notify-metrics.ts';
import { NotifyDesk } from './desk.ts';
import { openNotifyDoor } from './door.ts';
import { Groups } from './groups.ts';
import { Ledger } from './ledger.ts';
import { type Ask, withMarketWords } from './market-words.ts';
import { ownLists } from './own-lists.ts';
import { RuleBook, rulesShelf } from './own-rules.ts';
import { sendBy } from './sender.ts';
import { whereToBegin } from './where.ts';

const [tickMs, groupsMs] = [1000, 10_000];

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up, closing } = role;
  const config = start.notify ?? NotifyConfig.parse({});
  const broker: { nc: NatsConnection | null } = { nc: null };
  const ask: Ask = (name, request) =>
    broker.nc === null ? Promise.reject(new Error('not connected')) : askService(broker.nc, start.run, name, request);
  const groups = new Groups(config.rules);
  const desk = deskOf(config, new Ledger(start.dir), log, ask, groups);
  let untilSeq = Number.POSITIVE_INFINITY;
  const { nc, js, jsm, isAway } = await roleOnBroker(role, 'notify', () => {
    const seq = desk.seq ?? 0;
    if (desk.fault !== null) return { code: 'NOT_STORED', detail: desk.fault, facts: { seq } };
    if (untilSeq === Number.POSITIVE_INFINITY) return { code: 'STARTING', facts: { seq } };
    return { code: seq < untilSeq ? 'CATCHING_UP' : null, detail: `${seq} / ${untilSeq}`, facts: { seq } };
  });
  broker.nc = nc;
  const rules = new RuleBook(config, rulesShelf(nc, start.run));
  await loadRules(rules, log, signal);
  desk.use(rules.all);
  const looking = keepLooking(groups, { desk, ask, mine: ownLists(nc, start.run), log });
  closing(looking.end);
  const know = async (all: readonly NotifyRule[]): Promise<boolean> => {
    groups.use(all);
    await looking.look();
    return groups.areKnown;
  };
  await know(rules.all);
  hearEngine(nc, start.run, desk, log);
  openNotifyDoor(nc, start.run, { config, desk, rules, know, log });
  const clock = setInterval(() => desk.tick(Date.now(), !isAway(), Date.now), tickMs);
  closing(
    () => desk.settled(),
    () => clearInterval(clock),
  );
  up();
  const where = await untilFound(() => whereToBegin(jsm, start.run, desk.seq), signal);
  if (where === null) return;
  if (where.lost) log.warn({ event: 'notify.lost', behind: desk.seq, why: 'the stream does not hold what came next any more' });
  desk.begin(where.lastSeq);
  untilSeq = where.lastSeq;
  for await (const { seq, subject, body, storedMs } of streamFrom(js, streams(start.run).journal, where.firstSeq, { signal }))
    desk.step(subject.slice(subject.lastIndexOf('.') + 1), readStep(body), seq, storedMs, Date.now());
}

function deskOf(config: NotifyConfig, ledger: Ledger, log: Log, ask: Ask, groups: Groups): NotifyDesk {
  return new NotifyDesk(
    config,
    ledger,
    async (message) => {
      const channel = config.channels[message.channel];
      if (channel === undefined) return { outcome: 'refused' as const, why: 'no such channel any more', waitMs: 0 };
      return sendBy(channel, await withMarketWords(message, ask, Date.now()), config.link, Date.now());
    },
    {
      groupsOf: (code) => groups.of(code),
      onAnswered: ({ channel, atMs }, outcome, nowMs) => {
        notifyMetrics.messages.inc({ channel, outcome });
        if (outcome === 'sent') notifyMetrics.delay.observe({ channel }, Math.max(0, nowMs - atMs) / 1000);
        else log.warn({ event: 'notify.not-sent', channel, outcome });
      },
      onFault: (why) => (why === null ? log.info({ event: 'notify.remembers' }) : log.error({ event: 'notify.forgets', why })),
    },
    Date.now(),
  );
}

type Looking = { readonly desk: NotifyDesk; readonly ask: Ask; readonly mine: () => Promise<Mine | null>; readonly log: Log };

/** Of a broker that does not answer it is asked again: without its rules the role would be silent and say nothing of it. */
async function loadRules(rules: RuleBook, log: Log, signal: AbortSignal): Promise<void> {
  let told = '';
  await untilFound(
    () =>
      rules.load().then(
        () => true,
        (error: unknown) => {
          if (String(error) !== told) log.error({ event: 'notify.rules-unread', error: String(error) });
          told = String(error);
          return null;
        },
      ),
    signal,
  );
  if (rules.fault !== null) log.error({ event: 'notify.rules-unread', error: rules.fault });
}

/** `look`: over once they were looked at, or could not be for now. */
function keepLooking(groups: Groups, { desk, ask, mine, log }: Looking): { readonly look: () => Promise<void>; readonly end: () => void } {
  let told = '';
  const look = (): Promise<void> =>
    groups.look(desk.date, ask, mine).then(
      () => {
        told = '';
      },
      (error: unknown) => {
        if (String(error) !== told) log.warn({ event: 'notify.groups', error: String(error) });
        told = String(error);
      },
    );
  const clock = setInterval(() => void look(), groupsMs);
  return { look, end: () => clearInterval(clock) };
}

function hearEngine(nc: NatsConnection, run: string, { watch }: NotifyDesk, log: Log): void {
  const onUnreadable = (error: string): void => void log.warn({ event: 'notify.status', error });
  hear({ nc, subject: subjects(run).status('engine'), onUnreadable }, RoleStatus, ({ ready, code, detail }) =>
    watch.heard(ready, code === null ? null : sayStatus(code, detail, 'zh'), code, Date.now()),
  );
}

/** The stream may not be there yet. Null: ended meanwhile. */
async function untilFound<T>(look: () => Promise<T | null>, signal: AbortSignal): Promise<T | null> {
  while (!signal.aborted) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return null;
}

await runRole('notify', main);
