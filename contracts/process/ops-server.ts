/** `/metrics`, `/healthz` and `/readyz` of a role on its own loopback port. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { FenshiError } from '../errors.ts';

const loopback = /^(127\.0\.0\.1|localhost|::1|\[::1\](:\d+)?|127\.0\.0\.1:\d+|localhost:\d+)$/;
/** Another site's page that was given this machine's address asks under its own name. A port that was opened to others knows no such names. */
const isStranger = (bound: string, asked: string | undefined): boolean => loopback.test(bound) && !loopback.test(asked ?? '');

/** Answered as it is: what is checked, and why it is not ready. */
export type Readiness = () => { readonly ready: boolean };

/** @throws FenshiError PORT_IN_USE */
export function serveOps(
  { host, port }: { readonly host: string; readonly port: number },
  registry: Registry,
  readiness: Readiness,
): Promise<Server> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => response.writeHead(status, { 'content-type': type }).end(body);
    if (isStranger(host, request.headers.host)) return send(403, 'text/plain', 'HOST_REFUSED\n');
    if (request.url === '/healthz') return send(200, 'text/plain', 'ok\n');
    if (request.url === '/readyz') {
      const answer = readiness();
      return send(answer.ready ? 200 : 503, 'application/json', JSON.stringify(answer));
    }
    if (request.url !== '/metrics') return send(404, 'text/plain', 'not found\n');
    void registry.metrics().then((text) => send(200, registry.contentType, text));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new FenshiError('PORT_IN_USE', `${host}:${port}; set ops.port`) : error),
    );
    server.listen(port, host, () => resolve(server));
  });
}
