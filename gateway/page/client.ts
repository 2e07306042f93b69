/** The page's stream client: the one that programs use, as one file with its types taken off. */
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const built = buildSync({
  entryPoints: [fileURLToPath(new URL('../../contracts/stream-client.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
});
export const clientScript: string = built.outputFiles[0]!.text;
