import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/** Not `npm ci`: a registry that lacks a platform's packages leaves a lockfile `npm ci` refuses (ADR-0007). */
const installLine = [
  'install',
  '--no-save',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];
/** What the inner npm may inherit of the outer one's `npm_*` variables. */
const keptNpmVariables = /^npm_config_(registry|cache|userconfig|globalconfig|.*proxy|cafile|ca|.*auth.*|strict_ssl)$/i;

/** Installs node_modules unless the stamp says that this very lockfile is in place for this Node ABI and platform. */
export async function ensureInstalled(root, say) {
  const stampFile = join(root, 'node_modules', '.fenshi-stamp');
  const stamp = stampOf(root);
  if (readStamp(stampFile) === stamp) return;
  await withLock(join(root, '.fenshi', 'install.lock'), say, async () => {
    if (readStamp(stampFile) === stamp) return;
    const before = Date.now();
    say('installing packages (once; about 20 s on a warm mirror) …');
    await npmInstall(root);
    writeFileSync(stampFile, stamp);
    say(`packages installed in ${((Date.now() - before) / 1000).toFixed(1)} s`);
  });
}

function stampOf(root) {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'package-lock.json')));
  hash.update(`${process.versions.modules} ${process.platform} ${process.arch}`);
  return hash.digest('hex');
}

const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

function npmInstall(root) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => key !== 'NODE_ENV' && (!/^npm_/i.test(key) || keptNpmVariables.test(key))),
  );
  const child = spawn('npm', installLine, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('exit', (code) => {
      if (code === 0) return resolve();
      const tail = Buffer.concat(output).toString().trim().split('\n').slice(-6).join('\n');
      reject(new Error(`installing packages failed (npm ended with ${code}); is a registry reachable?\n${tail}`));
    });
  });
}
