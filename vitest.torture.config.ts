/** Campaigns that are too long for every run; `npm run torture` begins with them. */
import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({
    test: {
      include: ['{engine,scenarios}/**/*.torture.ts', 'engine/opportunities/properties.test.ts', 'gateway/side-by-side.test.ts'],
      env: { FENSHI_PROPERTY_RUNS: '100000', FENSHI_OUTAGE_SEC: '10' },
    },
  }),
);
