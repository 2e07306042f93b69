/** Where the repository and its run folders are. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const dataDir = process.env.FENSHI_DATA ?? join(root, '.fenshi');
export const runDir = (run: string): string => join(dataDir, run);
export const bundleDir = join(dataDir, 'bundles');
/** Part of day.open: a journal is one version's fold. */
export const codeVersion = '0.1.0';
