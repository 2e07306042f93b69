import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFromDebian } from './debian.mjs';
import { withLock } from './lock.mjs';
import { cacheDir } from './nats-server.mjs';

/**
 * `{prometheus, promtool}` from our cache, fetched once from this Debian's own suite; for the tests of dashboards and alert rules.
 * Throws where there is no Debian mirror: those tests are then skipped with the reason.
 */
export async function findPrometheus(say) {
  const found = { prometheus: join(cacheDir(), 'prometheus'), promtool: join(cacheDir(), 'promtool') };
  const isThere = () => existsSync(found.prometheus) && existsSync(found.promtool);
  if (isThere()) return found;
  return withLock(join(cacheDir(), 'prometheus.lock'), say, async () => {
    if (isThere()) return found;
    const suite = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
    say('fetching prometheus from Debian for the tests (once, about 20 MB) …');
    await fetchFromDebian(suite, 'prometheus', { 'usr/bin/prometheus': found.prometheus, 'usr/bin/promtool': found.promtool });
    return found;
  });
}
