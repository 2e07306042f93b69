/** Named places at which the durability harness ends the process. In production none is set and they do nothing. */
export const crashPoints = ['beforeAppend', 'afterAppend', 'afterAck', 'midCheckpoint', 'projector'] as const;
export type CrashPoint = (typeof crashPoints)[number];
export type AtCrashPoint = (point: CrashPoint) => void;

/** From `FENSHI_CRASH=<point>:<count>`: the count-th time the point is reached, this process kills itself without a word. */
export function crashFromEnv(setting: string | undefined): AtCrashPoint {
  if (setting === undefined) return () => undefined;
  const [point, count] = setting.split(':') as [string, string];
  let left = Number(count);
  return (reached) => {
    if (reached !== point || --left > 0) return;
    process.kill(process.pid, 'SIGKILL');
  };
}
