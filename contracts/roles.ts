/** The processes that exist, where they answer, and how they are started. `fenshi up` and docker-compose.yml follow it. */
export type Role = {
  readonly name: string;
  /** File that the launcher runs, relative to the repository. */
  readonly main: string;
  /** Loopback port of `/metrics` and `/healthz`. */
  readonly opsPort: number;
  /** Order of stopping: lower first, so that producers stop before what they feed. */
  readonly stopRank: number;
};

export const roles = {
  scenarios: { name: 'scenarios', main: 'scenarios/main.ts', opsPort: 8791, stopRank: 0 },
  engine: { name: 'engine', main: 'engine/main.ts', opsPort: 8792, stopRank: 1 },
  gateway: { name: 'gateway', main: 'gateway/main.ts', opsPort: 8793, stopRank: 2 },
} as const satisfies Record<string, Role>;
export type RoleName = keyof typeof roles;

export const gatewayPort = 8787;
export const natsPort = 4333;
