/** Sends one message by its channel: HTTP, or mail. What it says of a failure never holds an address or a key. */
import { createTransport } from 'nodemailer';
import { request } from 'undici';
import type { NotifyChannel } from '../../contracts/notify.ts';
import { headOf, httpMessageOf, linkOf, type Verdict, verdictOf } from './formats.ts';
import type { Message } from './orchestrator.ts';

const timeoutMs = 8000;

export async function sendBy(channel: NotifyChannel, message: Message, base: string | null, nowMs: number): Promise<Verdict> {
  try {
    return channel.kind === 'smtp' ? await mail(channel, message, base) : await post(channel, message, base, nowMs);
  } catch (error) {
    return { sent: false, again: true, why: (error as { code?: string }).code ?? (error as Error).name };
  }
}

async function post(
  channel: Exclude<NotifyChannel, { kind: 'smtp' }>,
  message: Message,
  base: string | null,
  nowMs: number,
): Promise<Verdict> {
  const { url, headers, body } = httpMessageOf(channel, message, base, nowMs);
  const answer = await request(url, { method: 'POST', headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const text = await answer.body.text();
  return verdictOf(channel.kind, answer.statusCode, text.slice(0, 10_000));
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
      messageId: `<${message.key.replace(':', '.')}.${message.atMs}@fenshi>`,
    });
    return { sent: true, again: false, why: null };
  } catch (error) {
    const { responseCode = 0, code = 'SMTP' } = error as { responseCode?: number; code?: string };
    return { sent: false, again: responseCode < 500, why: responseCode === 0 ? code : `SMTP ${responseCode}` };
  } finally {
    transport.close();
  }
}
