/** What one role alone is told of the configuration. */
import { type Config, loopbackHosts } from '../../contracts/config.ts';
import type { RoleName, RoleStart } from '../../contracts/roles.ts';
import { liveRun } from '../../contracts/run-kind.ts';
import { sandboxStart } from '../sandbox/seating.ts';
import type { Enabled } from '../sandbox/store.ts';
import type { Origin } from './config.ts';
import { demoStart, feedStart } from './demo-start.ts';
import { notifyStart } from './notify-start.ts';
import { shownConfig } from './shown.ts';

type Given = {
  readonly run: string;
  readonly config: Config;
  /** Where each value of it came from: the gateway shows them. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly enabled: readonly Enabled[];
  readonly host: string;
  readonly dataDir: string;
};

/** What is this role's own, and nobody else's: tokens and addresses are among it. */
export function sectionOf(name: RoleName, { run, config, origins: from, enabled, host, dataDir }: Given): Partial<RoleStart> {
  const url = process.env.FENSHI_CLICKHOUSE_URL;
  switch (name) {
    case 'gateway': {
      const { port, auth, hosts, origins } = config.server;
      // what listens elsewhere than on loopback takes a token for everything, whatever publishes it
      const needsToken = auth === 'all' || !loopbackHosts.includes(host);
      return { gateway: { host, port, hosts, origins, dataDir, needsToken, config: shownConfig(from) } };
    }
    case 'store':
    case 'query':
      return url === undefined ? {} : { store: { url, username: 'fenshi', password: process.env.FENSHI_PASSWORD_CLICKHOUSE ?? '' } };
    case 'feed':
      return { feed: feedStart(config, run === liveRun ? config.feed.order : null) };
    case 'sandbox':
      return { sandbox: sandboxStart(enabled) };
    case 'notify':
      return { notify: notifyStart(config) };
    case 'scenarios':
      return run === liveRun ? {} : { demo: demoStart(config) };
    default:
      return {};
  }
}
