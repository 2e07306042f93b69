/** `fenshi token`: what lets a program or a page command this machine's run, or read it where reading takes one. */
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { type CallerRole, callerRoles, Tokens } from '../../../contracts/process/tokens.ts';
import { dataDir } from '../../runtime/paths.ts';

const dayMs = 86_400_000;
const daysMax = 366;

export function registerToken(program: Command): void {
  const token = program.command('token').description('tokens for the API: create, ls, revoke');
  token
    .command('create <name>')
    .description('make one; it is printed this once')
    .requiredOption('--role <role>', callerRoles.join(', '))
    .option('--days <days>', `how long it is valid, up to ${daysMax}`, '30')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: fenshi token create my-bot --role operator --days 90\nExit codes: 0 done, 1 refused with a code')
    .action(async (name: string, { role, days, json }: { role: string; days: string; json?: true }) => {
      if (!callerRoles.includes(role as CallerRole)) throw new FenshiError('USAGE', `--role ${role}: expected ${callerRoles.join(', ')}`);
      const forMs = Number(days) * dayMs;
      if (!(forMs > 0 && forMs <= daysMax * dayMs)) throw new FenshiError('USAGE', `--days ${days}: expected up to ${daysMax}`);
      const made = await new Tokens(dataDir).issue(name, role as CallerRole, forMs);
      console.log(json === true ? JSON.stringify(made) : made.token);
    });
  token
    .command('ls')
    .description('those that were issued, without themselves')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: fenshi token ls\nExit codes: 0 done')
    .action(({ json }: { json?: true }) => {
      const all = new Tokens(dataDir).list();
      if (json === true) return console.log(JSON.stringify(all));
      for (const { id, name, role, expiresMs, revokedMs } of all)
        console.log(
          `${id}  ${role.padEnd(8)}  ${revokedMs === null ? `until ${new Date(expiresMs).toISOString().slice(0, 10)}` : 'revoked'.padEnd(16)}  ${name}`,
        );
    });
  token
    .command('revoke <id>')
    .description('it is refused from now on')
    .addHelpText('after', '\nExample: fenshi token revoke 3kP9_xTq81Zb\nExit codes: 0 done, 1 there is none of that id')
    .action(async (id: string) => {
      if (!(await new Tokens(dataDir).revoke(id))) throw new FenshiError('NOT_FOUND', `no valid token ${id}`);
      console.log(`revoked ${id}`);
    });
}
