/** An emulated vendor's HTTP server: routes to bodies, with the fault of the moment between them and the wire. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultDesk, Vendor } from './faults.ts';

export type Answer = { readonly status?: number; readonly type: string; readonly body: Buffer };
/** null: handled by itself (a stream), undefined: no such path. */
export type Route = (path: string, request: IncomingMessage, response: ServerResponse, body: string) => Answer | null | undefined;
export type Emulated = { readonly url: string; readonly server: Server; readonly close: () => Promise<void> };

const html = Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>');
const dripBytes = 16;

export async function serveVendor(vendor: Vendor, faults: FaultDesk, route: Route, port = 0): Promise<Emulated> {
  const server = createServer((request, response) => {
    faults.requests[vendor] += 1;
    let sent = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      sent += part;
    });
    request.on('end', () => answer(vendor, faults, route, request, response, sent));
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(vendor: Vendor, faults: FaultDesk, route: Route, request: IncomingMessage, response: ServerResponse, sent: string): void {
  const fault = faults.of(vendor);
  if (fault === 'ban' || fault === 'down') return void request.socket.destroy();
  if (fault === 'tooMany') return send(response, { status: 429, type: 'text/plain', body: Buffer.from('too many requests') });
  if (fault === 'denied') return send(response, { status: 403, type: 'text/html', body: Buffer.from('Kinsoku jikou desu!') });
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

function send(response: ServerResponse, { status = 200, type, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length });
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
