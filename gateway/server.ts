/** The uWebSockets application: the table of routes, the stream's upgrade and connections, one clock for all. */

import type { TemplatedApp, us_listen_socket, WebSocket } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FenshiError } from '../contracts/errors.ts';
import { closeCodes, frameLimits, type Subprotocol, subprotocols } from '../contracts/frames.ts';
import type { DayDelta } from './day-state.ts';
import { EventStreams } from './http/events.ts';
import { Gatekeeper, networkOf, Rate } from './http/guard.ts';
import { type ServeHooks, serve } from './http/serve.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { RestContext } from './rest/context.ts';
import { routesOf } from './rest/routes.ts';
import type { Uws } from './uws.ts';
import { Asked, type Questions } from './ws/asked.ts';
import { Connection } from './ws/connection.ts';
import { Hub } from './ws/hub.ts';

/** Why a connection is closed right behind its upgrade: a browser learns nothing of a refused one. */
type Refusal = { readonly code: number; readonly reason: string };
type UserData = {
  readonly protocol: Subprotocol;
  readonly id: string;
  readonly address: string;
  readonly authorization: string;
  readonly refusal: Refusal | null;
  connection: Connection | null;
};
/** Frames up to this reach us and get a coded error past 4 KiB; larger ones cost the connection. */
const payloadMax = 64 * 1024;
const usualRequests = { perSec: 200, burst: 400 } as const;
const askedEverySec = 2;
/** Of an auction's symbols, largest first. */
const auctionShown = 300;

export type Gateway = {
  /** The past has been read: who asked meanwhile is answered. */
  readonly caughtUp: () => void;
  /** Hands a step to whoever it concerns. */
  readonly broadcast: (delta: DayDelta, newDay: boolean) => void;
  /** Stops listening, says bye, lets buffers empty. */
  readonly close: () => Promise<void>;
};
export type GatewayOptions = Omit<RestContext, 'consumers'> & {
  readonly host: string;
  readonly port: number;
  /** Further names under which it may be asked, and pages that may. */
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly measure: GatewayMetrics;
  readonly onFault: (error: unknown) => void;
  readonly onAct: ServeHooks['onAct'];
  /** Opportunities a snapshot frame holds. */
  readonly snapshotPart?: number;
  readonly connectionsMax?: number;
  readonly connectionsPerAddress?: number;
  /** Requests from one address: so many a second, and so many at once. */
  readonly requests?: { readonly perSec: number; readonly burst: number };
};

const [leastDrainMs, drainMs, drainLookMs] = [100, 5000, 20];

/** @throws FenshiError PORT_IN_USE */
export async function startGateway(uws: Uws, options: GatewayOptions): Promise<Gateway> {
  const { host, port, day, values, access, measure: metrics, snapshotPart = 100 } = options;
  const app = uws.App();
  const gatekeeper = new Gatekeeper(port, options.hosts, options.origins);
  const connections = new Set<Connection>();
  const byAddress = new Map<string, number>();
  const hub = new Hub(day, { snapshotPart, sent: (channel, encoding, count) => metrics.sent.inc({ channel, encoding }, count) });
  const parts = { hub, values, refused: (code: string) => metrics.refused.inc({ code }) };
  const isFull = (address: string): boolean =>
    connections.size >= (options.connectionsMax ?? 10_000) ||
    (byAddress.get(networkOf(address)) ?? 0) >= (options.connectionsPerAddress ?? 2000);

  app.ws<UserData>('/v1/stream', {
    maxPayloadLength: payloadMax,
    maxBackpressure: 4 * frameLimits.backlogBytes,
    closeOnBackpressureLimit: 1,
    idleTimeout: 32,
    sendPingsAutomatically: true,
    upgrade: (response, request, context) => {
      const offered = request.getHeader('sec-websocket-protocol');
      const protocol = chosen(offered);
      const address = Buffer.from(response.getRemoteAddressAsText()).toString();
      const data: UserData = {
        protocol: protocol ?? 'fenshi.v1.json',
        id: `c_${randomBytes(4).toString('hex')}`,
        address,
        authorization: authorizationOf(offered, request.getHeader('authorization')),
        refusal: refusalOf(gatekeeper.refusal(request.getHeader('host'), request.getHeader('origin')), protocol, isFull(address)),
        connection: null,
      };
      const [key, extensions] = [request.getHeader('sec-websocket-key'), request.getHeader('sec-websocket-extensions')];
      // one that was not offered, or none, would keep a client from hearing why it is closed
      response.upgrade(data, key, protocol ?? offered.split(',')[0]!.trim(), extensions, context);
    },
    open: (ws) => {
      const data = ws.getUserData();
      if (data.refusal !== null) return end(ws, data.refusal);
      const connection = new Connection(
        data.protocol,
        socketOf(ws, () => connection.closed),
        parts,
        Date.now(),
      );
      data.connection = connection;
      connections.add(connection);
      byAddress.set(networkOf(data.address), (byAddress.get(networkOf(data.address)) ?? 0) + 1);
      metrics.connections.set(connections.size);
      void Promise.resolve()
        .then(() => access.callerOf(data.authorization))
        .then((caller) => {
          if (!access.mayRead(caller)) throw new FenshiError('UNAUTHORIZED', 'a token is needed');
          connection.tokenId = caller.id;
          if (!connection.closed) connection.welcome({ id: data.id, server: options.version, role: caller.role }, Date.now());
        })
        .catch((error: unknown) => {
          const isHis = error instanceof FenshiError && error.code === 'UNAUTHORIZED';
          if (!isHis) options.onFault(error);
          // for ever only where it is his: of a fault of ours he comes back
          if (!connection.closed)
            end(ws, isHis ? { code: closeCodes.unauthorized, reason: 'UNAUTHORIZED' } : { code: closeCodes.shutdown, reason: 'INTERNAL' });
        });
    },
    message: (ws, message, isBinary) => ws.getUserData().connection?.receive(message, isBinary),
    drain: (ws) => ws.getUserData().connection?.drained(),
    close: (ws, code) => {
      const { connection, address } = ws.getUserData();
      metrics.disconnects.inc({ code: String(code) });
      if (connection === null) return;
      connection.gone();
      connections.delete(connection);
      const left = (byAddress.get(networkOf(address)) ?? 1) - 1;
      if (left > 0) byAddress.set(networkOf(address), left);
      else byAddress.delete(networkOf(address));
      metrics.connections.set(connections.size);
    },
  });
  const { perSec, burst } = options.requests ?? usualRequests;
  const rate = new Rate(perSec, burst);
  const hooks: ServeHooks = {
    refusal: (asked, origin) => gatekeeper.refusal(asked, origin),
    wait: (address) => rate.wait(address, Date.now()),
    caller: access.callerOf,
    mayRead: access.mayRead,
    onDone: (route, method, status, seconds) => metrics.requests.observe({ route, method, status: String(status) }, seconds),
    onFault: options.onFault,
    onAct: options.onAct,
  };
  const events = new EventStreams(hub, hooks);
  events.serve(app);
  const serving = serve(app, routesOf({ ...options, consumers: () => [...connections].map((each) => each.shown(Date.now())) }), hooks);
  const listener = await listen(app, host, port);
  const asked = new Asked(values, questionsOf(options));
  const validity = validityOf(options);
  let seconds = 0;
  const clock = setInterval(() => {
    const nowMs = Date.now();
    const isValid = validity(nowMs);
    for (const connection of connections) {
      if (connection.tokenId !== null && !isValid(connection.tokenId)) connection.turnAway();
      else connection.tick(nowMs);
    }
    events.tick(nowMs, isValid);
    values.catchUp();
    seconds += 1;
    if (seconds % askedEverySec === 0) void asked.tick(nowMs);
  }, 1000);
  return {
    caughtUp: () => {
      for (const connection of connections) connection.caughtUp();
    },
    broadcast: (delta, newDay) => hub.publish(delta, newDay),
    close: async () => {
      clearInterval(clock);
      uws.us_listen_socket_close(listener);
      for (const connection of [...connections]) connection.shutdown();
      events.close();
      // what was asked is answered, where that does not take for ever; what is on its way has a moment
      await sleep(leastDrainMs);
      for (let waited = leastDrainMs; waited < drainMs && (serving.answering > 0 || connections.size > 0); waited += drainLookMs)
        await sleep(drainLookMs);
      app.close();
    },
  };
}

/** Where the list cannot be read, who is here already stays; it is said once, not every second. */
function validityOf({ tokens, onFault }: Pick<GatewayOptions, 'tokens' | 'onFault'>): (nowMs: number) => (id: string) => boolean {
  let isTold = false;
  return (nowMs) => {
    try {
      const isValid = tokens.validity(nowMs);
      isTold = false;
      return isValid;
    } catch (error) {
      if (!isTold) onFault(error);
      isTold = true;
      return () => true;
    }
  };
}

const questionsOf = ({ ask, notify, report }: Pick<GatewayOptions, 'ask' | 'notify' | 'report'>): Questions => ({
  heatmap: async () => {
    const { asOf, rows } = await ask('heatmap', { members: 0 });
    return { tsMs: asOf.tsMs, values: rows.map(({ members: _none, ...row }) => row) };
  },
  auction: async () => {
    const { asOf, ok: _ok, ...auction } = await ask('auction', { limit: auctionShown });
    return { tsMs: asOf.tsMs, values: [auction] };
  },
  notifications: async (nowMs) => {
    const { ok: _ok, ...told } = await notify('notifications', {});
    return { tsMs: nowMs, values: [told] };
  },
  ops: (nowMs) => ({ tsMs: nowMs, values: [report()] }),
});

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

/** The server's preference among what the client offers. */
function chosen(offered: string): Subprotocol | null {
  const names = offered.split(',').map((name) => name.trim());
  return subprotocols.find((protocol) => names.includes(protocol)) ?? null;
}

/** A browser cannot set a header: its token comes as a further subprotocol, `fenshi.token.<token>`, which is never chosen. */
function authorizationOf(offered: string, header: string): string {
  const token = /(?:^|,)\s*fenshi\.token\.([\w.-]+)/.exec(offered)?.[1];
  return token === undefined ? header : `Bearer ${token}`;
}

function refusalOf(byGate: string | null, protocol: Subprotocol | null, isFull: boolean): Refusal | null {
  if (byGate !== null) return { code: closeCodes.notAllowed, reason: byGate };
  if (protocol === null) return { code: closeCodes.badProtocol, reason: 'NO_SUBPROTOCOL' };
  return isFull ? { code: closeCodes.tooMany, reason: 'TOO_MANY_CONNECTIONS' } : null;
}

const end = (ws: WebSocket<UserData>, { code, reason }: Refusal): void => void ws.end(code, reason);

function socketOf(ws: WebSocket<UserData>, isClosed: () => boolean) {
  return {
    send: (message: string | Uint8Array) => ws.send(message, typeof message !== 'string') !== 2,
    buffered: () => (isClosed() ? 0 : ws.getBufferedAmount()),
    close: (code: number, reason: string) => ws.end(code, reason),
  };
}
