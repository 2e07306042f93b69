/** An emulated vendor's HTTP server: routes to bodies, with the fault of the moment between them and the wire. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { type FaultDesk, faultKinds, faultPath, type Vendor } from './faults.ts';

export type Answer = {
  readonly status?: number;
  readonly type: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};
/** null: handled by itself (a stream), undefined: no such path. */
export type Route = (path: string, request: IncomingMessage, response: ServerResponse, body: string) => Answer | null | undefined;
export type Emulated = { readonly url: string; readonly server: Server; readonly close: () => Promise<void> };

const html = Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>');
const dripBytes = 16;
const tooMany: Answer = {
  status: 429,
  type: 'text/plain',
  body: Buffer.from('too many requests'),
  headers: { 'Retry-After': '20' },
};

export async function serveVendor(vendor: Vendor, faults: FaultDesk, route: Route, port = 0): Promise<Emulated> {
  const server = createServer((request, response) => {
    if (request.url !== faultPath) faults.requests[vendor] += 1;
    let sent = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      sent += part;
    });
    request.on('end', () => answer(vendor, faults, route, request, response, sent));
  });
  server.keepAliveTimeout = 30_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy(); // an upgraded one is no connection of HTTP's any more
      }),
  };
}

const FaultOrder = z.strictObject({ kind: z.enum(faultKinds).nullable(), seconds: z.number().positive().default(60) });

function order(vendor: Vendor, faults: FaultDesk, sent: string): Answer {
  const asked = FaultOrder.safeParse(jsonOf(sent));
  if (!asked.success)
    return { status: 400, type: 'text/plain', body: Buffer.from(`kind: one of ${faultKinds.join(', ')}, or null; seconds: over 0`) };
  faults.set(vendor, asked.data.kind, asked.data.seconds);
  return { type: 'text/plain', body: Buffer.from('ok') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function answer(vendor: Vendor, faults: FaultDesk, route: Route, request: IncomingMessage, response: ServerResponse, sent: string): void {
  if (request.method === 'PUT' && request.url === faultPath) return send(response, order(vendor, faults, sent));
  const fault = faults.of(vendor);
  if (fault === 'ban' || fault === 'down') return void request.socket.destroy();
  // Tushare says these two in a body with status 200
  if (fault === 'tooMany' && vendor !== 'tushare') return send(response, tooMany);
  if (fault === 'denied' && vendor !== 'tushare')
    return send(response, { status: 403, type: 'text/html', body: Buffer.from('Kinsoku jikou desu!') });
  if (fault === 'serverError') return send(response, { status: 502, type: 'text/html', body: html });
  if (fault === 'html') return send(response, { type: 'text/html', body: html });
  const found = route(request.url ?? '/', request, response, sent);
  if (found === null) return;
  if (found === undefined) return send(response, { status: 404, type: 'text/plain', body: Buffer.from('not found') });
  const { body } = found;
  if (fault === 'truncated') return send(response, { ...found, body: cutInside(body) });
  if (fault === 'drip') return drip(response, found);
  send(response, found);
}

/** Never at the end of a row: that would be a whole body with fewer rows. */
function cutInside(body: Buffer): Buffer {
  const at = Math.floor(body.length * 0.6);
  return body.subarray(0, at - body.lastIndexOf('\n', at) < 16 ? at - 32 : at);
}

function send(response: ServerResponse, { status = 200, type, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, ...headers });
  response.end(body);
}

/** A few bytes a second: a client without a total time-out hangs here. */
function drip(response: ServerResponse, { type, body }: Answer): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length });
  let at = 0;
  const timer = setInterval(() => {
    if (at >= body.length || response.destroyed) return clearInterval(timer);
    response.write(body.subarray(at, at + dripBytes));
    at += dripBytes;
  }, 1000);
  response.on('close', () => clearInterval(timer));
}
