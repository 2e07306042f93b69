/** Questions to `svc.v1.<run>.<name>` over core NATS. */
import type { NatsConnection } from 'nats';
import type { z } from 'zod';
import { decode, encode } from '../codec.ts';
import { FenshiError } from '../errors.ts';
import {
  controlService,
  lanesService,
  type NotifyServiceName,
  notifyServices,
  type ServiceAnswer,
  ServiceError,
  type ServiceName,
  type ServiceRequest,
  serviceMs,
  services,
  whyService,
} from '../services.ts';
import { subjects } from '../subjects.ts';

/** Asks and checks the answer. @throws FenshiError the service's code, or SERVICE_UNAVAILABLE when nobody answers in time */
export async function askService<N extends ServiceName>(
  nc: NatsConnection,
  run: string,
  name: N,
  request: ServiceRequest<N>,
  timeout = serviceMs,
): Promise<ServiceAnswer<N>> {
  return services[name].answer.parse(await asked(nc, run, name, request, timeout)) as ServiceAnswer<N>;
}

export type ControlRequest = z.input<typeof controlService.request>;
export type ControlReply = z.infer<typeof controlService.answer>;

/** A command through the engine's door. @throws FenshiError CONTROL_PENDING, SERVICE_UNAVAILABLE */
export async function askControlService(nc: NatsConnection, run: string, request: ControlRequest): Promise<ControlReply> {
  return controlService.answer.parse(await asked(nc, run, 'control', request, request.waitMs + serviceMs));
}

/** What each strategy asks of a symbol now. @throws FenshiError NOT_FOUND, NOT_READY, SERVICE_UNAVAILABLE */
export async function askWhy(nc: NatsConnection, run: string, instrument: string): Promise<z.infer<typeof whyService.answer>> {
  return whyService.answer.parse(await asked(nc, run, 'why', { instrument }, serviceMs));
}

/** Strategies as they run now. @throws FenshiError NOT_READY, SERVICE_UNAVAILABLE */
export async function askLanes(nc: NatsConnection, run: string): Promise<z.infer<typeof lanesService.answer>> {
  return lanesService.answer.parse(await asked(nc, run, 'lanes', {}, serviceMs));
}

/** What the notify role holds. @throws FenshiError SERVICE_UNAVAILABLE where none runs */
export async function askNotify<N extends NotifyServiceName>(
  nc: NatsConnection,
  run: string,
  name: N,
  request: z.input<(typeof notifyServices)[N]['request']>,
  timeout = serviceMs,
): Promise<z.infer<(typeof notifyServices)[N]['answer']>> {
  return notifyServices[name].answer.parse(await asked(nc, run, name, request, timeout)) as z.infer<(typeof notifyServices)[N]['answer']>;
}

async function asked(nc: NatsConnection, run: string, name: string, request: unknown, timeout: number): Promise<unknown> {
  let body: unknown;
  try {
    body = decode((await nc.request(subjects(run).service(name), encode(request), { timeout })).data);
  } catch (error) {
    throw new FenshiError('SERVICE_UNAVAILABLE', `svc.v1.${run}.${name}: ${String(error)}`, { cause: error });
  }
  const refused = ServiceError.safeParse(body);
  if (refused.success) throw new FenshiError(refused.data.code as 'NOT_FOUND', refused.data.message.replace(`${refused.data.code}: `, ''));
  return body;
}
