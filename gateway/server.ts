/** The uWebSockets application: routes, upgrade, connections, clock. */

import type { TemplatedApp, us_listen_socket, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { FenshiError } from '../contracts/errors.ts';
import { frameLimits, type Subprotocol, subprotocols } from '../contracts/frames.ts';
import type { DayDelta, DayState } from './day-state.ts';
import { Gatekeeper, type OnFault, problem, write } from './http.ts';
import type { GatewayMetrics } from './metrics.ts';
import { type Ready, registerRoutes } from './rest/routes.ts';
import type { Uws } from './uws.ts';
import { Connection } from './ws/connection.ts';

type UserData = { readonly protocol: Subprotocol; readonly id: string; connection: Connection | null };
/** Frames up to this reach us and get a coded error past 4 KiB; larger ones cost the connection. */
const payloadMax = 64 * 1024;

export type Gateway = {
  /** The past has been read: who asked meanwhile is answered. */
  readonly caughtUp: () => void;
  /** Hands a step to every connection. */
  readonly broadcast: (delta: DayDelta, newDay: boolean) => void;
  /** Stops listening, says bye, lets buffers empty. */
  readonly close: () => Promise<void>;
};
export type GatewayOptions = {
  readonly host: string;
  readonly port: number;
  readonly day: DayState;
  readonly registry: Registry;
  readonly metrics: GatewayMetrics;
  readonly ready: Ready;
  /** What is known of the run, for people. */
  readonly report: () => Readonly<Record<string, unknown>>;
  /** Told of what no handler expected. */
  readonly onFault: OnFault;
  /** Opportunities a snapshot frame holds. */
  readonly snapshotPart?: number;
};

/** @throws FenshiError PORT_IN_USE */
export async function startGateway(
  uws: Uws,
  { host, port, day, registry, metrics, ready, report, onFault, snapshotPart = 100 }: GatewayOptions,
): Promise<Gateway> {
  const app = uws.App();
  const gatekeeper = new Gatekeeper(port);
  const connections = new Set<Connection>();
  const stats = {
    sent: (channel: string, encoding: string) => metrics.sent.inc({ channel, encoding }),
    refused: (code: string) => metrics.refused.inc({ code }),
  };
  app.ws<UserData>('/v1/stream', {
    maxPayloadLength: payloadMax,
    maxBackpressure: 2 * frameLimits.backlogBytes,
    closeOnBackpressureLimit: 1,
    idleTimeout: 32,
    sendPingsAutomatically: true,
    upgrade: (response, request, context) => {
      const refused = gatekeeper.refusal(request.getHeader('host'), request.getHeader('origin'));
      if (refused !== null) return write(response, problem(refused, 'Host or Origin header not allowed'));
      const protocol = chosen(request.getHeader('sec-websocket-protocol'));
      if (protocol === null) return write(response, problem('NO_SUBPROTOCOL', subprotocols.join(', ')));
      const data: UserData = { protocol, id: `c_${randomBytes(4).toString('hex')}`, connection: null };
      upgrade(response, request, context, data);
    },
    open: (ws) => {
      const data = ws.getUserData();
      const connection = new Connection(
        data.protocol,
        socketOf(ws, () => connection.closed),
        day,
        stats,
        { nowMs: Date.now(), snapshotPart },
      );
      data.connection = connection;
      connections.add(connection);
      metrics.connections.set(connections.size);
      connection.welcome(data.id, Date.now());
    },
    message: (ws, message, isBinary) => ws.getUserData().connection?.receive(message, isBinary),
    drain: (ws) => ws.getUserData().connection?.drained(),
    close: (ws, code) => {
      const { connection } = ws.getUserData();
      if (connection === null) return;
      connection.closed = true;
      connections.delete(connection);
      metrics.connections.set(connections.size);
      metrics.disconnects.inc({ code: String(code) });
    },
  });
  registerRoutes(app, gatekeeper, day, registry, { ready, report, onFault });
  const listener = await listen(app, host, port);
  const clock = setInterval(() => {
    for (const connection of connections) connection.tick(Date.now());
  }, 1000);
  return {
    caughtUp: () => {
      for (const connection of connections) connection.caughtUp();
    },
    broadcast: (delta, newDay) => {
      for (const connection of connections) connection.step(delta, newDay);
    },
    close: async () => {
      clearInterval(clock);
      uws.us_listen_socket_close(listener);
      for (const connection of [...connections]) connection.shutdown(500);
      await sleep(50);
      app.close();
    },
  };
}

/** 1 = exclusive: without it two servers share a port in silence. The type lacks the form with both host and options. */
type Listen = (host: string, port: number, options: 1, done: (token: us_listen_socket | false) => void) => void;

function listen(app: TemplatedApp, host: string, port: number): Promise<us_listen_socket> {
  return new Promise((resolve, reject) => {
    (app.listen as unknown as Listen).call(app, host, port, 1, (token) => {
      if (token === false) reject(new FenshiError('PORT_IN_USE', `${host}:${port}; set server.port or end what listens there`));
      else resolve(token);
    });
  });
}

type Upgrade = (
  response: Parameters<typeof write>[0],
  request: import('uWebSockets.js').HttpRequest,
  context: us_socket_context_t,
  data: UserData,
) => void;
const upgrade: Upgrade = (response, request, context, data) =>
  response.upgrade(data, request.getHeader('sec-websocket-key'), data.protocol, request.getHeader('sec-websocket-extensions'), context);

/** The server's preference among what the client offers. */
function chosen(offered: string): Subprotocol | null {
  const names = offered.split(',').map((name) => name.trim());
  return subprotocols.find((protocol) => names.includes(protocol)) ?? null;
}

function socketOf(ws: WebSocket<UserData>, isClosed: () => boolean) {
  return {
    send: (message: string | Uint8Array) => ws.send(message, typeof message !== 'string') !== 2,
    buffered: () => (isClosed() ? 0 : ws.getBufferedAmount()),
    close: (code: number, reason: string) => ws.end(code, reason),
  };
}
