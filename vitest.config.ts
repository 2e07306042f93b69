import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contracts,actors,engine,gateway,scenarios}/**/*.test.ts'],
    reporters: ['default', './scenarios/support/slowest.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
