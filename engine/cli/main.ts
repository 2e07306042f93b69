/** The fenshi command. Every leaf has --help with an example and documented exit codes. */
import { FenshiError } from '../../contracts/errors.ts';
import { recallDays } from '../feeds/reference/calendar-days.ts';
import { ignoresHangUp } from '../log/processes.ts';
import { dataDir } from '../runtime/paths.ts';
import { fenshiProgram } from './program.ts';
import { sayFailure } from './say-failure.ts';

const program = await fenshiProgram(process.argv[2]);
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
