/** Every command of `fenshi`, made anew: for the process, and for whoever asks what a line means. */
import { Command } from 'commander';
import { codeVersion } from '../runtime/paths.ts';

type Register = (program: Command) => void;
/** Who makes each command. Loading all of them takes a second, loading one a third of it. */
const makers: Readonly<Record<string, () => Promise<Register>>> = {
  up: async () => (await import('./commands/up.ts')).registerUp,
  replay: async () => (await import('./commands/replay.ts')).registerReplay,
  status: async () => (await import('./commands/status.ts')).registerStatus,
  tail: async () => (await import('./commands/status.ts')).registerTail,
  role: async () => (await import('./commands/role.ts')).registerRole,
  config: async () => (await import('./commands/config.ts')).registerConfig,
  data: async () => (await import('./commands/data.ts')).registerData,
  init: async () => (await import('./commands/source.ts')).registerInit,
  source: async () => (await import('./commands/source.ts')).registerSource,
  control: async () => (await import('./commands/control.ts')).registerControl,
  evaluate: async () => (await import('./commands/evaluate.ts')).registerEvaluate,
  forecast: async () => (await import('./commands/forecast.ts')).registerForecast,
  strategy: async () => (await import('./commands/strategy.ts')).registerStrategy,
  token: async () => (await import('./commands/token.ts')).registerToken,
  notify: async () => (await import('./commands/notify.ts')).registerNotify,
};

/** `wanted`: the first word of the line. A command of ours is made alone; for any other word, and for help, all are. */
export async function fenshiProgram(wanted?: string): Promise<Command> {
  const program = new Command('fenshi')
    .description('Fenshi 分时: real-time opportunity detection for Chinese A-shares')
    .version(codeVersion);
  const alone = wanted !== undefined && Object.hasOwn(makers, wanted) ? makers[wanted] : undefined;
  for (const maker of alone === undefined ? Object.values(makers) : [alone]) (await maker())(program);
  program.addHelpText(
    'after',
    '\nTools, by `npm run <tool>`: test, check, bench, torture, calibrate, planted, mutants, scenario\nExit codes: 0 done, 1 refused or failed with a code, 128 + n ended by signal n',
  );
  return program;
}
