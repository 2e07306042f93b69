/** What the notify role is given of the configuration. */
import type { Config } from '../../contracts/config.ts';
import { shownHost } from './hosts.ts';

/** Deep links lead to the run's own page unless the configuration names another. */
export const notifyStart = ({ notify, server: { host, port } }: Config): Config['notify'] => ({
  ...notify,
  link: notify.link ?? `http://${shownHost(host)}:${port}`,
});
