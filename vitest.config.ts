import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contracts,actors,engine,gateway,scenarios}/**/*.test.ts'],
    reporters: ['default', './scenarios/support/slowest.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // against hanging only: a busy machine takes its time
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
