/**
 * Adds to package-lock.json the optional platform packages that this registry lacks (npm leaves them out, and
 * `npm ci` then refuses the file everywhere else). Run after each dependency change: `npm run lockfile`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const known = lock.packages;
let added = 0;
for (const entry of Object.values(known)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (known[key] !== undefined || !/^\d/.test(version)) continue;
    known[key] = { version, ...platformOf(name), optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} platform packages added`);

/** `{os, cpu, libc}` read from a platform package's name, which is how npm decides to skip it. */
function platformOf(name) {
  const os = ['linux', 'darwin', 'win32', 'freebsd', 'android', 'openharmony', 'sunos', 'netbsd', 'openbsd', 'aix'].find((each) =>
    name.includes(each),
  );
  const cpu = ['x64', 'arm64', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'arm'].find((each) => name.includes(each));
  const libc = name.includes('musl') ? 'musl' : name.includes('gnu') ? 'glibc' : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}), ...(os ? { os: [os] } : {}) };
}
