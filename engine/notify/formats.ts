/** A message as each vendor wants it, and what its answer means (formats as the vendors publish them; contracts/spec/notify.md). */
import { createHmac } from 'node:crypto';
import type { NotifyChannel } from '../../contracts/notify.ts';
import type { Message } from './orchestrator.ts';

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

export type Verdict = { readonly sent: boolean; readonly again: boolean; readonly why: string | null };
const sent: Verdict = { sent: true, again: false, why: null };

/** Vendors answer 200 with a code of their own; what says "too often" or "later" may be tried again. */
export function verdictOf(kind: Http['kind'], status: number, text: string): Verdict {
  if (status === 429 || status >= 500) return { sent: false, again: true, why: `HTTP ${status}` };
  if (status < 200 || status >= 300) return { sent: false, again: false, why: `HTTP ${status}` };
  if (kind === 'webhook') return sent;
  let told: { errcode?: number; errmsg?: string; code?: number; msg?: string; message?: string; ok?: boolean; description?: string };
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    return { sent: false, again: true, why: 'the answer is no JSON' };
  }
  const code =
    kind === 'wecom' || kind === 'dingtalk'
      ? told.errcode
      : kind === 'telegram'
        ? told.ok === true
          ? 0
          : 1
        : kind === 'bark'
          ? told.code === 200
            ? 0
            : told.code
          : told.code;
  if (code === 0) return sent;
  return {
    sent: false,
    again: laterCodes.includes(code ?? 0),
    why: `${code ?? 'no code'} ${told.errmsg ?? told.msg ?? told.description ?? told.message ?? ''}`.trim(),
  };
}
/** wecom 45009, dingtalk 130101 and 410100, feishu 9499 and 11232: too often just now. */
const laterCodes: readonly number[] = [45_009, 130_101, 410_100, 9499, 11_232, -1];
