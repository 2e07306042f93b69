/** Campaigns that are too long for every run; `npm run torture` begins with them. */
import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({
    test: {
      include: [
        '{engine,scenarios}/**/*.torture.ts',
        'engine/opportunities/properties.test.ts',
        'engine/{cell/no-future,features/features}.test.ts',
        'gateway/{side-by-side,past-days,cockpit-pages}.test.ts',
      ],
      env: { FENSHI_LONG: '1', FENSHI_PROPERTY_RUNS: '100000', FENSHI_OUTAGE_SEC: '10' },
    },
  }),
);
