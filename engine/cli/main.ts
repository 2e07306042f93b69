/** The fenshi command. Every leaf has --help with an example and documented exit codes. */
import { Command } from 'commander';
import { FenshiError } from '../../contracts/errors.ts';
import { registerConfig } from './commands/config.ts';
import { registerData } from './commands/data.ts';
import { registerReplay } from './commands/replay.ts';
import { registerRole } from './commands/role.ts';
import { registerSource } from './commands/source.ts';
import { registerStatus } from './commands/status.ts';
import { registerUp } from './commands/up.ts';
import { codeVersion } from './root.ts';

const program = new Command('fenshi').description('Fenshi 分时: real-time opportunity detection for Chinese A-shares').version(codeVersion);
registerUp(program);
registerReplay(program);
registerStatus(program);
registerRole(program);
registerConfig(program);
registerData(program);
registerSource(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof FenshiError)) throw error;
  console.error(`fenshi: ${error.message}`);
  process.exitCode = 1;
}
