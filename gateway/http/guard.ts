/** Who may come in: names under which this server may be asked, pages that may ask, and how often from one address. */
import type { ErrorCode } from '../../contracts/errors.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** A foreign Host means DNS rebinding, a foreign Origin another site's page. */
export class Gatekeeper {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /** `hosts`: further names with their ports as a browser writes them; `origins`: further pages that may ask. */
  constructor(port: number, hosts: readonly string[] = [], origins: readonly string[] = []) {
    this.#hosts = new Set([...loopback.map((host) => `${host}:${port}`), ...hosts]);
    this.#origins = new Set([...[...this.#hosts].flatMap((host) => [`http://${host}`, `https://${host}`]), ...origins]);
  }

  /** Null when both are allowed; an absent Origin is a program, not a page. */
  refusal(host: string, origin: string): ErrorCode | null {
    if (!this.#hosts.has(host)) return 'HOST_REFUSED';
    return origin === '' || this.#origins.has(origin) ? null : 'ORIGIN_REFUSED';
  }
}

type Bucket = { tokens: number; atMs: number };
const bucketsMax = 20_000;

/** So many requests a second from one address, and so many at once; an IPv6 host is its /64. */
export class Rate {
  readonly #perSec: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSec: number, burst: number) {
    [this.#perSec, this.#burst] = [perSec, burst];
  }

  /** Milliseconds to wait; 0: go on. */
  wait(address: string, nowMs: number): number {
    const key = networkOf(address);
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, atMs: nowMs };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * this.#perSec);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    // the one that has not asked for longest goes first
    if (this.#buckets.size > bucketsMax) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / this.#perSec) * 1000);
    bucket.tokens -= 1;
    return 0;
  }
}

/** Loopback, and IPv4 as a socket for both writes it. */
const wholeAddress = /^(?:0000:){5}(?:ffff|0000):/;
/** `a.b.c.d`, or the first four groups of an IPv6 address written whole: one host has as many of the rest as it likes. */
export const networkOf = (address: string): string =>
  address.includes(':') && !wholeAddress.test(address) ? address.split(':').slice(0, 4).join(':') : address;
