/** A message as each vendor wants it, and what its answer means (formats as the vendors publish them; contracts/spec/notify.md). */
import { createHmac } from 'node:crypto';
import type { NotifyChannel } from '../../contracts/notify.ts';
import type { Message } from './message.ts';

export type HttpMessage = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };
type Http = Exclude<NotifyChannel, { kind: 'smtp' }>;
type Of<K extends NotifyChannel['kind']> = Extract<NotifyChannel, { kind: K }>;

/** Bytes or characters that a vendor takes. */
const limits = { wecom: 4096, dingtalk: 18_000, feishu: 18_000, telegram: 4096 } as const;
const jsonType = { 'content-type': 'application/json' };

export const headOf = ({ title, maybeRepeat }: Pick<Message, 'title' | 'maybeRepeat'>): string =>
  maybeRepeat ? `${title}(可能重复)` : title;
export const linkOf = (base: string | null, path: string): string | null => (base === null ? null : `${base.replace(/\/$/, '')}${path}`);

/** `nowMs`: of the signature. */
export function httpMessageOf(channel: Http, message: Message, base: string | null, nowMs: number): HttpMessage {
  switch (channel.kind) {
    case 'wecom':
      return wecom(channel, message, base);
    case 'dingtalk':
      return dingtalk(channel, message, base, nowMs);
    case 'feishu':
      return feishu(channel, message, base, nowMs);
    case 'telegram':
      return telegram(channel, message, base);
    case 'bark':
      return bark(channel, message, base);
    case 'webhook':
      return webhook(channel, message, base, nowMs);
  }
}

/** No more bytes than are taken, cut between two characters. */
export function cut(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = bytes - 3;
  while (end > 0 && (all[end]! & 0xc0) === 0x80) end -= 1;
  return `${all.subarray(0, end).toString()}…`;
}

function markdown(message: Message, base: string | null, bytes: number): string {
  const link = linkOf(base, message.path);
  const tail = link === null ? '' : `\n[查看](${link})`;
  return `${cut(`**${headOf(message)}**\n${message.lines.map((line) => `> ${line}`).join('\n')}`, bytes - Buffer.byteLength(tail))}${tail}`;
}

const wecom = ({ url }: Of<'wecom'>, message: Message, base: string | null): HttpMessage => ({
  url,
  headers: jsonType,
  body: JSON.stringify({ msgtype: 'markdown', markdown: { content: markdown(message, base, limits.wecom) } }),
});

/** base64(HMAC-SHA256(secret, ms + "\n" + secret)) in the address. */
function dingtalk({ url, secret }: Of<'dingtalk'>, message: Message, base: string | null, nowMs: number): HttpMessage {
  const sign = createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64');
  const signed = new URL(url);
  signed.searchParams.set('timestamp', String(nowMs));
  signed.searchParams.set('sign', sign);
  const body = {
    msgtype: 'markdown',
    markdown: { title: headOf(message), text: markdown(message, base, limits.dingtalk).replaceAll('\n', '\n\n') },
  };
  return { url: signed.href, headers: jsonType, body: JSON.stringify(body) };
}

/** The other way about: the key is seconds + "\n" + secret, and what is signed is empty. */
function feishu({ url, secret }: Of<'feishu'>, message: Message, base: string | null, nowMs: number): HttpMessage {
  const timestamp = String(Math.floor(nowMs / 1000));
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
  const template = message.severity === 'urgent' ? 'orange' : 'blue';
  const card = {
    header: { title: { tag: 'plain_text', content: headOf(message) }, template },
    elements: [{ tag: 'markdown', content: cut(message.lines.join('\n'), limits.feishu) }, ...linkButton(linkOf(base, message.path))],
  };
  return { url, headers: jsonType, body: JSON.stringify({ timestamp, sign, msg_type: 'interactive', card }) };
}
const linkButton = (url: string | null): object[] =>
  url === null ? [] : [{ tag: 'action', actions: [{ tag: 'button', text: { tag: 'plain_text', content: '查看' }, url, type: 'default' }] }];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function telegram({ token, chatId, host }: Of<'telegram'>, message: Message, base: string | null): HttpMessage {
  const link = linkOf(base, message.path);
  const tail = link === null ? '' : `\n<a href="${escaped(link)}">查看</a>`;
  // of characters, not bytes; a tag is never cut
  const body = escaped([...message.lines].join('\n'));
  const text = `<b>${escaped(headOf(message))}</b>\n${body.length > limits.telegram / 2 ? `${body.slice(0, limits.telegram / 2).replace(/&[a-z]*$/, '')}…` : body}${tail}`;
  const quiet = message.severity === 'info';
  return {
    url: `${host.replace(/\/$/, '')}/bot${token}/sendMessage`,
    headers: jsonType,
    body: JSON.stringify({ chat_id: chatId, text, parse_mode: 'HTML', disable_notification: quiet }),
  };
}

const barkLevels = { info: 'passive', notice: 'active', urgent: 'timeSensitive' } as const;
function bark({ deviceKey, host }: Of<'bark'>, message: Message, base: string | null): HttpMessage {
  const url = linkOf(base, message.path);
  const body = {
    device_key: deviceKey,
    title: headOf(message),
    body: message.lines.join('\n'),
    group: 'fenshi',
    level: barkLevels[message.severity],
    ...(url === null ? {} : { url }),
  };
  return { url: `${host.replace(/\/$/, '')}/push`, headers: jsonType, body: JSON.stringify(body) };
}

/** `X-Fenshi-Signature: sha256=` HMAC(secret, timestamp + "." + body). */
function webhook({ url, secret }: Of<'webhook'>, message: Message, base: string | null, nowMs: number): HttpMessage {
  const { key, severity, lines, count, isDigest, maybeRepeat, atMs, title } = message;
  const body = JSON.stringify({
    key,
    severity,
    title,
    lines,
    link: linkOf(base, message.path),
    atMs,
    count,
    digest: isDigest,
    maybeRepeat,
  });
  const signature = createHmac('sha256', secret).update(`${nowMs}.${body}`).digest('hex');
  return { url, headers: { ...jsonType, 'x-fenshi-timestamp': String(nowMs), 'x-fenshi-signature': `sha256=${signature}` }, body };
}

/**
 * sent      taken
 * refused   will never be: the address, the key or the text
 * later     was not taken, and may be another time
 * unknown   may have been taken
 */
export type Verdict = {
  readonly outcome: 'sent' | 'refused' | 'later' | 'unknown';
  readonly why: string | null;
  /** Milliseconds for which the vendor wants no more requests. */
  readonly waitMs: number;
};
const sent: Verdict = { outcome: 'sent', why: null, waitMs: 0 };
const minuteMs = 60_000;

/** Codes of vendors, in an answer of status 200, that say too often; how long until the vendor listens again. */
const tooOften: Readonly<Record<string, number>> = {
  'wecom 45009': minuteMs,
  'dingtalk 130101': 10 * minuteMs,
  'dingtalk 410100': 10 * minuteMs,
  'feishu 9499': minuteMs,
  'feishu 11232': minuteMs,
};
/** wecom: the system is busy. */
const busy: readonly string[] = ['wecom -1', 'dingtalk -1'];

/** `retryAfterSec`: as the answer's header has it, null where it has none. */
export function verdictOf(kind: Http['kind'], status: number, text: string, retryAfterSec: number | null = null): Verdict {
  const told = parsed(text);
  if (status === 429) {
    const sec = retryAfterSec ?? told?.parameters?.retry_after ?? 60;
    return { outcome: 'later', why: 'HTTP 429', waitMs: Math.min(3600, Math.max(1, sec)) * 1000 };
  }
  // behind a proxy that gave up, the vendor may have taken it
  if (status === 502 || status === 504) return { outcome: 'unknown', why: `HTTP ${status}`, waitMs: 0 };
  if (status >= 500) return { outcome: 'later', why: `HTTP ${status}`, waitMs: 0 };
  if (status < 200 || status >= 300) return { outcome: 'refused', why: `HTTP ${status}`, waitMs: 0 };
  if (kind === 'webhook') return sent;
  if (told === null) return { outcome: 'unknown', why: 'the answer is no JSON', waitMs: 0 };
  const code = codeOf(kind, told);
  if (code === 0) return sent;
  const why = `${code ?? 'no code'} ${told.errmsg ?? told.msg ?? told.description ?? told.message ?? ''}`.trim();
  const waitMs = tooOften[`${kind} ${code}`] ?? 0;
  return { outcome: waitMs > 0 || busy.includes(`${kind} ${code}`) ? 'later' : 'refused', why, waitMs };
}

type Told = {
  readonly errcode?: number;
  readonly errmsg?: string;
  readonly code?: number;
  readonly msg?: string;
  readonly message?: string;
  readonly ok?: boolean;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number };
};
/** 0: taken. */
function codeOf(kind: Http['kind'], { errcode, code, ok }: Told): number | undefined {
  if (kind === 'wecom' || kind === 'dingtalk') return errcode;
  if (kind === 'telegram') return ok === true ? 0 : 1;
  return kind === 'bark' && code === 200 ? 0 : code;
}

function parsed(text: string): Told | null {
  try {
    const told = JSON.parse(text) as unknown;
    return typeof told === 'object' && told !== null ? (told as Told) : null;
  } catch {
    return null;
  }
}
