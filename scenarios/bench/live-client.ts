/** A WebSocket client in a process of its own: notes when each change of the tape's time arrives. IPC: {url} in, `ready`, `stop` in, arrivals out. */
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'undici';
import { decode } from '../../contracts/codec.ts';

type Frame = { readonly ch?: string; readonly type?: string; readonly events?: readonly unknown[]; readonly re?: unknown };
type Event = { readonly change?: { readonly tsMs: number }; readonly sinceMs?: number };

/** Tape time of the change, wall time of its arrival. */
export type Arrival = readonly [tapeMs: number, wallMs: number];
const arrivals: Arrival[] = [];
const now = (): number => performance.timeOrigin + performance.now();

process.on('message', (message: { url?: string; stop?: boolean }) => {
  if (message.url !== undefined) listen(message.url);
  if (message.stop === true) process.send?.({ arrivals }, () => process.exit(0));
});

function listen(url: string): void {
  const socket = new WebSocket(url, 'fenshi.v1.json');
  socket.onmessage = ({ data }) => {
    const wallMs = now();
    const frame = (typeof data === 'string' ? JSON.parse(data) : decode(new Uint8Array(data as ArrayBuffer))) as Frame & { op?: string };
    if (frame.op === 'welcome') {
      for (const [i, ch] of ['opportunities', 'market'].entries()) socket.send(JSON.stringify({ op: 'sub', id: i, ch }));
    }
    if (frame.re === 1) process.send?.({ ready: true });
    if (frame.type !== 'delta') return;
    for (const event of frame.events as readonly Event[]) arrivals.push([event.change?.tsMs ?? event.sinceMs ?? 0, wallMs]);
  };
}
