/** `fenshi notify`: a test message by a channel, and what became of messages. */
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { clockOf } from '../../../contracts/session.ts';
import { Ledger } from '../../notify/ledger.ts';
import { testMessage } from '../../notify/message.ts';
import { sendBy } from '../../notify/sender.ts';
import { root, runDir } from '../../runtime/paths.ts';
import { loadConfig } from '../config.ts';
import { notifyStart } from '../notify-start.ts';
import { readUpLock } from '../up-lock.ts';

export function registerNotify(program: Command): void {
  const notify = program.command('notify').description('notifications: test a channel, see deliveries');
  notify
    .command('test <channel>')
    .description('send one message by a channel of the configuration, now')
    .addHelpText('after', '\nExample: fenshi notify test my-robot\nExit codes: 0 the vendor took it, 1 refused with a code')
    .action(async (name: string) => {
      const { config } = loadConfig(root, {});
      const channel = config.notify.channels[name];
      if (channel === undefined)
        throw new FenshiError('NOT_FOUND', `no channel ${name}; there are ${Object.keys(config.notify.channels).join(', ') || 'none'}`);
      const nowMs = Date.now();
      const { outcome, why } = await sendBy(channel, testMessage(name, nowMs), notifyStart(config).link, nowMs);
      if (outcome !== 'sent') throw new FenshiError('NOTIFY_REFUSED', `${name}: ${why}`);
      console.log(`sent by ${name} in ${Date.now() - nowMs} ms`);
    });
  notify
    .command('log')
    .description('what became of messages and of alerts that made none, newest last')
    .option('--run <name>', 'of this run; what runs now without it')
    .option('-n <lines>', 'how many', '50')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: fenshi notify log -n 20\nExit codes: 0 done, 1 refused with a code')
    .action(({ run, n, json }: { run?: string; n: string; json?: true }) => {
      const of = run ?? readUpLock()?.run;
      if (of === undefined) throw new FenshiError('NOTHING_RUNS', 'nothing runs here; name a run with --run');
      for (const line of new Ledger(runDir(of)).lines(Number(n)))
        console.log(
          json === true
            ? JSON.stringify(line)
            : `${clockOf(line.atMs)}  ${line.channel.padEnd(12)}  ${line.outcome.padEnd(10)}  ${line.latencyMs === null ? '' : `${line.latencyMs} ms  `}${line.title}${line.why === null ? '' : `  (${line.why})`}`,
        );
    });
}
