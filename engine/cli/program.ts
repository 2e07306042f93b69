/** Every command of `fenshi`, made anew: for the process, and for whoever asks what a line means. */
import { Command } from 'commander';
import { codeVersion } from '../runtime/paths.ts';
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

export function fenshiProgram(): Command {
  const program = new Command('fenshi')
    .description('Fenshi 分时: real-time opportunity detection for Chinese A-shares')
    .version(codeVersion);
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
  return program;
}
