/** The page's stream client: the one that programs use, with its types taken off. */
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';

const source = readFileSync(new URL('../../contracts/stream-client.ts', import.meta.url), 'utf8');
export const clientScript: string = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
