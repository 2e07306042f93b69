/** `fenshi config show`: every value and where it came from. */
import type { Command } from 'commander';
import { root } from '../../runtime/paths.ts';
import { loadConfig } from '../config.ts';
import { shownConfig } from '../shown.ts';

export function registerConfig(program: Command): void {
  program
    .command('config')
    .description('the configuration in force')
    .command('show')
    .description('print every value and its origin')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample: FENSHI__SERVER__PORT=8788 fenshi config show\nExit codes: 0 valid, 1 CONFIG_INVALID')
    .action((flags: { readonly json?: boolean }) => {
      const { origins } = loadConfig(root);
      const rows = shownConfig(origins);
      if (flags.json) return console.log(JSON.stringify(Object.fromEntries(rows.map(({ key, ...origin }) => [key, origin]))));
      for (const { key, value, from } of rows) console.log(`${key.padEnd(40)} ${JSON.stringify(value).padEnd(20)} ${from}`);
    });
}
