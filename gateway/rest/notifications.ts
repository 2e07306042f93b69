/** Notifications as the notify role has them, a test message by a channel, and who is connected here. */
import { z } from 'zod';
import { Consumer } from '../../contracts/door.ts';
import { notifyServices } from '../../contracts/services.ts';
import { ok, type Route, route } from '../http/table.ts';
import type { RestContext } from './context.ts';
import { wholeNumber } from './shapes.ts';

export function notificationRoutes({ notify, consumers }: RestContext): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/notifications',
      id: 'listNotifications',
      tag: 'notifications',
      summary: 'Channels with their budgets, rules, and what became of the newest messages; 503 where no channel is configured',
      role: 'viewer',
      query: z.strictObject({ limit: wholeNumber(1, 500).default(100) }),
      answer: notifyServices.notifications.answer.omit({ ok: true }),
      codes: ['SERVICE_UNAVAILABLE'],
      handle: async ({ query: { limit } }) => {
        const { ok: _ok, ...answer } = await notify('notifications', { limit });
        return ok(answer);
      },
    }),
    route({
      method: 'POST',
      path: '/v1/notifications/test',
      id: 'postTestNotification',
      tag: 'notifications',
      summary: 'One message by a channel, now, past the rules; held where the channel bears no more',
      role: 'operator',
      body: z.strictObject({ channel: z.string().min(1).max(40) }),
      answer: notifyServices['notify-test'].answer.omit({ ok: true }),
      deadlineMs: 25_000,
      codes: ['NOT_FOUND', 'SERVICE_UNAVAILABLE'],
      handle: async ({ body: { channel } }) => {
        const { ok: _ok, ...answer } = await notify('notify-test', { channel });
        return ok(answer);
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/notifications/rules',
      id: 'putNotificationRules',
      tag: 'notifications',
      summary:
        'The rules people keep, in place of those at `revision`, in force at once; those of the configuration stay. CONFLICT where another was faster',
      role: 'operator',
      body: notifyServices['notify-rules'].request.strict(),
      bodyMax: 256 * 1024,
      answer: notifyServices['notify-rules'].answer.omit({ ok: true }),
      deadlineMs: 15_000,
      codes: ['CONFLICT', 'SERVICE_UNAVAILABLE'],
      handle: async ({ body }) => {
        const { ok: _ok, ...answer } = await notify('notify-rules', body);
        return ok(answer);
      },
    }),
    route({
      method: 'POST',
      path: '/v1/notifications/rules/try',
      id: 'postTryRule',
      tag: 'notifications',
      summary: 'What a rule would have said yes to today; nothing is sent. Lists it names are those of who sits at this machine',
      role: 'operator',
      body: notifyServices['notify-try'].request.strict(),
      answer: notifyServices['notify-try'].answer.omit({ ok: true }),
      deadlineMs: 15_000,
      codes: ['NOT_READY', 'SERVICE_UNAVAILABLE'],
      handle: async ({ body }) => {
        const { ok: _ok, ...answer } = await notify('notify-try', body);
        return ok(answer);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/consumers',
      id: 'listConsumers',
      tag: 'system',
      summary: 'Streams that are connected to this gateway: what they follow, were sent, and what waits for them',
      role: 'viewer',
      answer: z.object({ items: z.array(Consumer) }),
      handle: () => ok({ items: consumers() }),
    }),
  ];
}
