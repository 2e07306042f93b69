import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/** Builds the cockpit unless what stands in `dist` was made of these very sources. */
export async function ensureCockpit(root, say) {
  const home = join(root, 'gateway', 'cockpit');
  const stampFile = join(home, 'dist', '.stamp');
  const stamp = stampOf(root, home);
  const isBuilt = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (isBuilt()) return;
  await withLock(join(root, '.fenshi', 'cockpit.lock'), say, async () => {
    if (isBuilt()) return;
    const before = Date.now();
    say('building the cockpit (once for each version; some seconds) …');
    const { build } = await import('vite');
    await build({ configFile: join(home, 'vite.config.ts') });
    writeFileSync(stampFile, stamp);
    say(`cockpit built in ${((Date.now() - before) / 1000).toFixed(1)} s`);
  });
}

/** Of all it is built of: its own sources, what of contracts/ it may import, and the versions of the libraries. */
function stampOf(root, home) {
  const hash = createHash('sha256');
  const files = [...filesOf(join(home, 'src')), ...filesOf(join(home, 'public')), join(home, 'index.html'), join(home, 'vite.config.ts')];
  for (const file of [
    ...files,
    ...filesOf(join(root, 'contracts')).filter((path) => path.endsWith('.ts')),
    join(root, 'package-lock.json'),
  ])
    hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

const filesOf = (folder) =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesOf(path) : [path];
    });
