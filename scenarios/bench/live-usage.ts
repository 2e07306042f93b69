/** What running roles have used, as they say on `/metrics`: their own processes, so of the store role without chDB. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Usage = {
  readonly cpuSec: number;
  readonly rssMb: number;
  /** Of the engine alone; NaN of others. */
  readonly quotes: number;
  readonly actorEvents: number;
};

export const textOf = (port: number, path: string): Promise<string> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => response.text(),
    () => '',
  );

export async function usageOf(port: number): Promise<Usage> {
  const text = await textOf(port, '/metrics');
  const value = (name: string): number => Number(new RegExp(`^${name} ([\\d.e+]+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    cpuSec: value('process_cpu_seconds_total'),
    rssMb: Math.round(value('process_resident_memory_bytes') / 1e6),
    quotes: value('fenshi_quotes_ingested_total'),
    actorEvents: value('fenshi_actor_events_total'),
  };
}

/** By role what it has used since `before`: cores, and memory as it is now. */
export async function usedSince(ports: Readonly<Record<string, number>>, before: Readonly<Record<string, Usage>>, wallSec: number) {
  const now = await usageOfAll(ports);
  return Object.fromEntries(
    Object.entries(now).map(([role, usage]) => [role, { cores: (usage.cpuSec - before[role]!.cpuSec) / wallSec, rssMb: usage.rssMb }]),
  );
}
export type Used = Awaited<ReturnType<typeof usedSince>>;

export async function usageOfAll(ports: Readonly<Record<string, number>>): Promise<Readonly<Record<string, Usage>>> {
  const all = await Promise.all(Object.entries(ports).map(async ([role, port]) => [role, await usageOf(port)] as const));
  return Object.fromEntries(all);
}

const startMs = 60_000;
/** Resolves once a role answers. @throws Error when it does not within a minute */
export async function answering(port: number): Promise<void> {
  for (const fromMs = Date.now(); (await textOf(port, '/healthz')) === ''; await sleep(50))
    if (Date.now() - fromMs > startMs) throw new Error(`nothing answers on port ${port}`);
}
