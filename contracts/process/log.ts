/** JSON log lines (pino). Secrets never pass: connection settings are not logged, and these paths are redacted anyway. */
import { pino } from 'pino';

export type Log = ReturnType<typeof makeLog>;

export const makeLog = (logger: string, level: string) =>
  pino({
    level,
    base: { logger },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['password', '*.password', 'token', '*.token'],
  });
