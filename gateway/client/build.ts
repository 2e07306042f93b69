/** Makes `gateway/client/dist`: one file of JavaScript, and its types. Run by `npm pack ./gateway/client`. */
import { execFileSync } from 'node:child_process';
import { build } from 'esbuild';

await build({
  entryPoints: ['gateway/client/index.ts'],
  outfile: 'gateway/client/dist/index.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
});
execFileSync(
  'npx',
  [
    'tsc',
    '--declaration',
    '--emitDeclarationOnly',
    '--noEmit',
    'false',
    '--allowImportingTsExtensions',
    '--rewriteRelativeImportExtensions',
    '--outDir',
    'gateway/client/dist/types',
    '--rootDir',
    '.',
    '--ignoreConfig',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--moduleResolution',
    'nodenext',
    '--skipLibCheck',
    '--types',
    '',
    '--lib',
    'es2023,dom,dom.asynciterable',
    'gateway/client/index.ts',
  ],
  { stdio: 'inherit' },
);
