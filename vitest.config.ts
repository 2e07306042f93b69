import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contracts,actors,engine,gateway,scenarios}/**/*.test.ts'],
    reporters: ['default', './scenarios/support/slowest.ts'],
    // never the user's own library and runs
    env: { FENSHI_DATA: mkdtempSync(join(tmpdir(), 'fenshi-tests-')) },
    pool: 'forks',
    maxWorkers: 2,
    // against hanging only: a busy machine takes its time
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 300_000 } },
  },
});
