/** The whole table. */
import type { Route } from '../http/table.ts';
import { cockpitRoutes } from './cockpit.ts';
import { commandRoutes } from './commands.ts';
import type { RestContext } from './context.ts';
import { dayRoutes } from './days.ts';
import { marketRoutes } from './market.ts';
import { mineRoutes } from './mine.ts';
import { notificationRoutes } from './notifications.ts';
import { docsOf, openApiOf } from './open-api.ts';
import { opportunityRoutes } from './opportunities.ts';
import { overviewRoutes } from './overview.ts';
import { paramRoutes } from './params.ts';
import { systemRoutes } from './system.ts';

export function routesOf(context: RestContext): readonly Route[] {
  let [openApi, docs]: [unknown, string | null] = [null, null];
  const all: readonly Route[] = [
    ...systemRoutes(
      context,
      () => (openApi ??= openApiOf(all, context.version)),
      () => (docs ??= docsOf(all, context.version)),
    ),
    ...cockpitRoutes(),
    ...opportunityRoutes(context),
    ...marketRoutes(context),
    ...overviewRoutes(context),
    ...dayRoutes(context),
    ...mineRoutes(context),
    ...notificationRoutes(context),
    ...commandRoutes(context),
    ...paramRoutes(context),
  ];
  return all;
}
