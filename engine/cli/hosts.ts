/** A host as an address is written: an IPv6 one in brackets, "all addresses" as the loopback one that answers for them. */
export function shownHost(host: string): string {
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return own.includes(':') ? `[${own}]` : own;
}
