/**
 * `/v1/events?ch=…`: the journaled channels as server-sent events, for curl and what has no WebSocket. One channel a response, its frames as they
 * are on the stream; the id of each is its position, and `Last-Event-ID` resumes behind it.
 */
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { FenshiError } from '../../contracts/errors.ts';
import { Filter, frameLimits } from '../../contracts/frames.ts';
import { isLossless, isOfOpportunities } from '../ws/channels.ts';
import { headed, type Message } from '../ws/encode.ts';
import type { Group, Hub, Member } from '../ws/hub.ts';
import { networkOf } from './guard.ts';
import { finished, headersFor, held, replyOf, write, writeHead } from './reply.ts';
import type { ServeHooks } from './serve.ts';

const [streamsMax, streamsPerAddress] = [1000, 100];
const idPattern = /^(.{1,100})@(\d{1,12})$/;

/** One response that goes on. */
class EventStream implements Member {
  readonly protocol = 'fenshi.v1.json';
  readonly #response: HttpResponse;
  readonly #queue: { readonly text: string; readonly isPart: boolean }[] = [];
  #queued = 0;
  #isFull = false;
  /** Ticks since it took anything. */
  #fullSec = 0;
  group: Group | null = null;
  /** Of its token; null where it needed none. */
  tokenId: string | null = null;
  readonly address: string;
  over = false;

  constructor(response: HttpResponse, address: string) {
    this.#response = response;
    this.address = address;
    response.onWritable(() => {
      this.#isFull = false;
      this.#fullSec = 0;
      // with a handler of our own, what is left of a frame leaves only with more behind it
      if (this.#queue.length === 0) this.#write(':\n\n');
      while (!this.#isFull && this.#queue.length > 0) {
        const { text, isPart } = this.#queue.shift()!;
        if (!isPart) this.#queued -= text.length;
        this.#write(text);
      }
      return true;
    });
  }

  readonly deliver = (message: Message, isPart = false): void => {
    const text = String(message);
    const { epoch, at } = placeOf(text);
    const id = at === undefined ? '' : `id: ${epoch ?? this.#epoch}@${at}\n`;
    if (epoch !== undefined) this.#epoch = epoch;
    this.send(`${id}data: ${text}\n\n`, isPart);
  };
  #epoch = '';

  /** `isPart`: of a snapshot, which may be longer than a backlog. */
  send(text: string, isPart = false): void {
    if (this.over) return;
    if (!this.#isFull && this.#queue.length === 0) return this.#write(text);
    this.#queue.push({ text, isPart });
    if (!isPart) this.#queued += text.length;
    // who reads no more resumes by the last id he has seen
    if (this.#queued > frameLimits.backlogBytes) this.#response.close();
  }

  /** Once a second: who takes nothing for too long is slow, however little waits. */
  tick(): void {
    this.#fullSec = this.#isFull ? this.#fullSec + 1 : 0;
    if (this.#fullSec * 1000 >= frameLimits.stuckMs) this.end();
  }

  /** Ends behind what has been said. */
  finish(): void {
    if (this.over) return;
    this.over = true;
    this.#response.cork(() => this.#response.end(`${this.#queue.map(({ text }) => text).join('')}: the server ends\n\n`));
  }

  end(): void {
    if (!this.over) this.#response.close();
  }

  #write(text: string): void {
    this.#response.cork(() => {
      this.#isFull = !this.#response.write(text);
    });
  }
}

/** Where a frame leaves its reader; read once, however many it goes to. */
let newest: { readonly text: string; readonly epoch: string | undefined; readonly at: number | undefined } | null = null;
function placeOf(text: string) {
  if (newest?.text === text) return newest;
  const { epoch, offset, seq, recovered, part, parts } = JSON.parse(text) as Frame;
  // a position stands once all of it has come
  newest = { text, epoch, at: seq ?? (recovered === true || part === parts ? offset : undefined) };
  return newest;
}
type Frame = { epoch?: string; offset?: number; seq?: number; recovered?: boolean; part?: number; parts?: number };

const path = '/v1/events';

export class EventStreams {
  readonly #hub: Hub;
  readonly #hooks: ServeHooks;
  readonly #open = new Set<EventStream>();
  #saidMs = 0;

  constructor(hub: Hub, hooks: ServeHooks) {
    [this.#hub, this.#hooks] = [hub, hooks];
  }

  serve(app: TemplatedApp): void {
    app.get(path, (response, request) => this.#take(response, request));
  }

  /** Once a second: a token that is not valid any more ends its stream. */
  tick(nowMs: number, isValid: (id: string) => boolean): void {
    const isDue = nowMs - this.#saidMs >= frameLimits.heartbeatMs;
    if (isDue) this.#saidMs = nowMs;
    for (const stream of this.#open) {
      stream.tick();
      if (stream.tokenId !== null && !isValid(stream.tokenId)) stream.end();
      else if (isDue) stream.send(': still here\n\n');
    }
  }

  /** Each ends whole, and comes again by its last id. */
  close(): void {
    for (const stream of this.#open) stream.finish();
  }

  #take(response: HttpResponse, request: HttpRequest): void {
    const stream = new EventStream(response, networkOf(Buffer.from(response.getRemoteAddressAsText()).toString()));
    response.onAborted(() => {
      stream.over = true;
      this.#open.delete(stream);
      if (stream.group !== null) this.#hub.leave(stream, stream.group);
    });
    const startedMs = performance.now();
    const headers = new Map<string, string>();
    request.forEach((name, value) => headers.set(name, value));
    const query = new URLSearchParams(request.getQuery());
    const done = (status: number): void => this.#hooks.onDone(path, 'GET', status, (performance.now() - startedMs) / 1000);
    void this.#admitted(headers, stream.address)
      .then((tokenId) => {
        stream.tokenId = tokenId;
        this.#begin(response, stream, headers, query);
        done(200);
      })
      .catch(async (error: unknown) => {
        // a browser's EventSource gives up for ever on anything but 200
        if (error instanceof FenshiError && error.code === 'NOT_READY' && (headers.get('accept') ?? '').includes('text/event-stream'))
          return this.#comeAgain(response, stream, headers, done);
        const reply = await finished(headers, replyOf(error, randomBytes(8).toString('hex'), this.#hooks.onFault), this.#hooks);
        done(reply.status);
        if (!stream.over) write(response, 'GET', reply);
        stream.over = true;
      });
  }

  /** A stream that ends at once: it comes again with the id it has. */
  #comeAgain(response: HttpResponse, stream: EventStream, headers: ReadonlyMap<string, string>, done: (status: number) => void): void {
    done(200);
    if (stream.over) return;
    stream.over = true;
    response.cork(() => {
      writeHead(response, 200, { ...headersFor(headers, this.#hooks), 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.end('retry: 2000\n: the journal is being read\n\n');
    });
  }

  /** @throws FenshiError UNKNOWN_CHANNEL, BAD_REQUEST, NOT_READY before anything is written */
  #begin(response: HttpResponse, stream: EventStream, headers: ReadonlyMap<string, string>, query: URLSearchParams): void {
    const { ch, filter } = askedOf(query);
    const last = idPattern.exec(headers.get('last-event-id') ?? '');
    const since = last === null ? undefined : { epoch: last[1]!, offset: Number(last[2]) };
    if (!this.#hub.day.caughtUp || (since !== undefined && this.#hub.day.isBehind(since)))
      throw new FenshiError('NOT_READY', 'the journal is being read; come again with the same Last-Event-ID');
    if (stream.over) return;
    response.cork(() => {
      writeHead(response, 200, { ...headersFor(headers, this.#hooks), 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 2000\n\n');
    });
    this.#open.add(stream);
    stream.group = this.#hub.join(stream, ch, filter);
    for (const body of this.#hub.answer(stream.group, since, stream.protocol)) stream.deliver(headed({ ok: true }, body), true);
  }

  /** @returns id of the token. @throws FenshiError */
  async #admitted(headers: ReadonlyMap<string, string>, address: string): Promise<string | null> {
    const refusal = this.#hooks.refusal(headers.get('host') ?? '', headers.get('origin') ?? '');
    if (refusal !== null) throw new FenshiError(refusal, 'Host or Origin header not allowed');
    const waitMs = this.#hooks.wait(address);
    if (waitMs > 0) throw held(waitMs);
    const caller = await this.#hooks.caller(headers.get('authorization') ?? '');
    if (!this.#hooks.mayRead(caller)) throw new FenshiError('UNAUTHORIZED', 'viewer only');
    const of = [...this.#open].filter((stream) => stream.address === address).length;
    if (this.#open.size >= streamsMax || of >= streamsPerAddress) throw new FenshiError('TOO_MANY_REQUESTS', 'too many streams are open');
    return caller.id;
  }
}

/** @throws FenshiError UNKNOWN_CHANNEL, BAD_REQUEST */
function askedOf(query: URLSearchParams): { readonly ch: string; readonly filter: Filter } {
  const ch = query.get('ch') ?? 'opportunities';
  if (!isLossless(ch)) throw new FenshiError('UNKNOWN_CHANNEL', ch);
  const given = Object.fromEntries(
    [...new Set(query.keys())]
      .filter((name) => name !== 'ch')
      .map((name) => [name, name === 'pMin' ? Number(query.get(name)) : query.getAll(name).flatMap((each) => each.split(','))]),
  );
  const filter = Filter.safeParse(given);
  if (!filter.success)
    throw new FenshiError('BAD_REQUEST', filter.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  if (Object.keys(filter.data).length > 0 && !isOfOpportunities(ch)) throw new FenshiError('BAD_REQUEST', `${ch} knows no filter`);
  return { ch, filter: filter.data };
}
