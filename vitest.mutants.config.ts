/** The tests that `npm run mutants -- --core` asks: what is pure and quick, for each is run once a change, and the histories behind them. */
import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [], reporters: ['default'] } },
  defineConfig({
    test: {
      include: [
        'actors/**/*.test.ts',
        'engine/{clean,detectors,opportunities}/**/*.test.ts',
        'engine/cell/{timer-queue,lanes,wakes,boards,guards,risk-guard,explain,commands,hot-swap,external-lane,models,settings}.test.ts',
        'engine/features/{gain-board,leaders,sectors,sector-diffusion}.test.ts',
        'gateway/{ws/**/*,run-status}.test.ts',
        'scenarios/histories/**/*.test.ts',
        // whole runs of one symbol: what the cell's files are held by
        'scenarios/scenarios.test.ts',
      ],
      env: { FENSHI_PROPERTY_RUNS: '300' },
    },
  }),
);
