/** `npm run unit`: what needs no broker, no store and no process, in under a minute. `npm run unit -- --watch` stays and repeats what changed. */
import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({
    test: {
      include: [
        '{contracts,actors}/**/*.test.ts',
        'engine/{backtest,clean,detectors,files,opportunities}/**/*.test.ts',
        'engine/{cell/{timer-queue,feed-health,lanes,wakes,models,settings},runtime/checkpoint-time,features/{gain-board,sectors},log/append}.test.ts',
        'gateway/ws/**/*.test.ts',
        'engine/reference/{calendar,price-limits}.test.ts',
        'engine/tidy.test.ts',
        'scenarios/scenarios.test.ts',
        'scenarios/histories/**/*.test.ts',
      ],
    },
  }),
);
