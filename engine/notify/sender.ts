/** Sends one message by its channel: HTTP, or mail. What it says of a failure never holds an address or a key. */
import { createTransport } from 'nodemailer';
import { request } from 'undici';
import type { NotifyChannel } from '../../contracts/notify.ts';
import { headOf, httpMessageOf, linkOf, type Verdict, verdictOf } from './formats.ts';
import type { Message } from './message.ts';

const timeoutMs = 8000;

export async function sendBy(channel: NotifyChannel, message: Message, base: string | null, nowMs: number): Promise<Verdict> {
  try {
    return channel.kind === 'smtp' ? await mail(channel, message, base) : await post(channel, message, base, nowMs);
  } catch (error) {
    const why = (error as { code?: string }).code ?? (error as Error).name;
    return { outcome: notReached.includes(why) ? 'later' : 'unknown', why, waitMs: 0 };
  }
}

/** Nobody took a byte of it; whatever else broke may have been after it was taken. */
const notReached: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNECTION',
  'EDNS',
  'EAUTH',
];

async function post(
  channel: Exclude<NotifyChannel, { kind: 'smtp' }>,
  message: Message,
  base: string | null,
  nowMs: number,
): Promise<Verdict> {
  const { url, headers, body } = httpMessageOf(channel, message, base, nowMs);
  const answer = await request(url, { method: 'POST', headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const text = await answer.body.text();
  const after = Number(answer.headers['retry-after'] ?? Number.NaN);
  return verdictOf(channel.kind, answer.statusCode, text.slice(0, 10_000), Number.isFinite(after) ? after : null);
}

async function mail(channel: Extract<NotifyChannel, { kind: 'smtp' }>, message: Message, base: string | null): Promise<Verdict> {
  const { host, port, secure, user, password, from, to } = channel;
  const auth = user === null || password === null ? {} : { auth: { user, pass: password } };
  const transport = createTransport({
    host,
    port,
    secure,
    ...auth,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const link = linkOf(base, message.path);
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: headOf(message),
      text: [...message.lines, ...(link === null ? [] : [link])].join('\n'),
      messageId: `<${message.key.replaceAll(':', '.')}@fenshi>`,
    });
    return { outcome: 'sent', why: null, waitMs: 0 };
  } catch (error) {
    const { responseCode } = error as { responseCode?: number };
    if (responseCode === undefined) throw error;
    return { outcome: responseCode < 500 ? 'later' : 'refused', why: `SMTP ${responseCode}`, waitMs: 0 };
  } finally {
    transport.close();
  }
}
