/** Prints the ten test files that took longest, so that a slow one is seen before it hurts. */
import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

export default class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const slowest = modules
      .map((module) => ({ file: module.relativeModuleId, ms: module.diagnostic().duration }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, shown);
    if (modules.length > shown)
      console.log(`\n slowest files\n${slowest.map(({ file, ms }) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`).join('\n')}\n`);
  }
}
