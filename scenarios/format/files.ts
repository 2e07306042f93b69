/** The scenario files that exist: one folder a detector beside this one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario } from './parse.ts';
import type { Scenario } from './scenario.ts';

const home = join(import.meta.dirname, '..');

/** Every `<folder>/<name>.scenario`, by name. @throws FenshiError SCENARIO_INVALID */
export function scenarioFiles(): Scenario[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.scenario'))
    .sort()
    .map((path) => parseScenario(path.replace('.scenario', ''), readFileSync(join(home, path), 'utf8')));
}
