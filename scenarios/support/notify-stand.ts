/** The notify role's answers without the role: its desk over a day's steps, all of them past, and its rules in memory. Nothing is sent. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalStep } from '../../contracts/journal.ts';
import { NotifyConfig } from '../../contracts/notify.ts';
import type { Log } from '../../contracts/process/log.ts';
import { type NotifyServiceName, notifyServices } from '../../contracts/services.ts';
import { NotifyDesk } from '../../engine/notify/desk.ts';
import { notifyWorks } from '../../engine/notify/door.ts';
import { Ledger } from '../../engine/notify/ledger.ts';
import { type KeptRules, RuleBook } from '../../engine/notify/own-rules.ts';
import type { GatewayOptions } from '../../gateway/server.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

export function notifyStand(
  date: string,
  steps: readonly JournalStep[],
): { readonly notify: GatewayOptions['notify']; readonly rules: RuleBook } {
  const config = NotifyConfig.parse({
    channels: { bot: { kind: 'wecom', url: 'http://127.0.0.1:9/bot' }, mail: { kind: 'smtp', host: 'h', from: 'a@b.c', to: ['d@e.f'] } },
    rules: [{ id: 'engine', about: 'system', channels: ['mail'] }],
  });
  const desk = new NotifyDesk(
    config,
    new Ledger(mkdtempSync(join(tmpdir(), 'fenshi-notify-'))),
    async () => ({ outcome: 'sent', why: null, waitMs: 0 }),
    { groupsOf: () => ({ sectors: [], lists: [] }), onAnswered: () => undefined, onFault: () => undefined },
    Date.now(),
  );
  desk.begin(steps.length);
  for (const [i, step] of steps.entries()) desk.step(date, step, i + 1, step.entries[0]!.tsMs, step.entries[0]!.tsMs);
  let kept: KeptRules | null = null;
  const rules = new RuleBook(config, {
    read: async () => kept,
    write: async (body, revision) => {
      if ((kept?.revision ?? 0) !== revision) return null;
      kept = { revision: revision + 1, body };
      return revision + 1;
    },
  });
  const works = notifyWorks({ config, desk, rules, know: async () => true, log: quiet });
  const notify = async (name: NotifyServiceName, request: unknown) => ({
    ok: true,
    ...(await works[name](notifyServices[name].request.parse(request) as never)),
  });
  return { notify: notify as GatewayOptions['notify'], rules };
}
