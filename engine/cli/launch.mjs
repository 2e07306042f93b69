/**
 * Runs one .ts file on Node 20, 22 or 24: Node's own type stripping where it exists, tsx elsewhere.
 * Usage: `node launch.mjs <file relative to the repository> [arguments]`. Children are forked through here too.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

if (!process.features.typescript) (await import('tsx/esm/api')).register();

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [file, ...rest] = process.argv.slice(2);
process.argv = [process.argv[0], join(root, file), ...rest];
await import(pathToFileURL(join(root, file)).href);
