/** The fenshi command. Every leaf has --help with an example and documented exit codes. */
import { Command } from 'commander';
import { FenshiError } from '../../contracts/errors.ts';
import { recallDays } from '../feeds/reference/calendar-days.ts';
import { ignoresHangUp } from '../log/processes.ts';
import { codeVersion, dataDir } from '../runtime/paths.ts';
import { registerConfig } from './commands/config.ts';
import { registerControl } from './commands/control.ts';
import { registerData } from './commands/data.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerForecast } from './commands/forecast.ts';
import { registerNotify } from './commands/notify.ts';
import { registerReplay } from './commands/replay.ts';
import { registerRole } from './commands/role.ts';
import { registerSource } from './commands/source.ts';
import { registerStatus } from './commands/status.ts';
import { registerStrategy } from './commands/strategy.ts';
import { registerToken } from './commands/token.ts';
import { registerUp } from './commands/up.ts';
import { sayFailure } from './say-failure.ts';

const program = new Command('fenshi').description('Fenshi 分时: real-time opportunity detection for Chinese A-shares').version(codeVersion);
registerUp(program);
registerReplay(program);
registerStatus(program);
registerRole(program);
registerConfig(program);
registerData(program);
registerSource(program);
registerControl(program);
registerEvaluate(program);
registerForecast(program);
registerStrategy(program);
registerToken(program);
registerNotify(program);
program.addHelpText(
  'after',
  '\nTools, by `npm run <tool>`: test, check, bench, torture, calibrate, planted, mutants, scenario\nExit codes: 0 done, 1 refused or failed with a code, 128 + n ended by signal n',
);

// unheard, it would open Node's inspector on loopback to whoever may signal us
process.on('SIGUSR1', () => undefined);
// nohup, cron, a service: the terminal that hangs up is not ours
if (ignoresHangUp()) process.on('SIGHUP', () => undefined);
// whoever reads our output may stop reading: that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});
// Node ends with 13 and without a word when it waits for something that can no longer come
process.on('exit', (code) => {
  if (code !== 13 && process.exitCode !== 13) return; // Node 20 tells 0 here and ends with 13
  console.error('fenshi: NOT_READY: the run ended before it was ready');
  process.exitCode = 1;
});

recallDays(dataDir);
try {
  await program.parseAsync();
} catch (error) {
  sayFailure(error);
  process.exitCode = error instanceof FenshiError || process.exitCode === undefined ? 1 : process.exitCode;
}
