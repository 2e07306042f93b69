/** Each vendor's format against an emulator that checks what the vendor checks: signature, shape, length; and what its answers mean. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotifyChannel } from '../../contracts/notify.ts';
import { cut, verdictOf } from './formats.ts';
import type { Message } from './message.ts';
import { sendBy } from './sender.ts';

const nowMs = 1_795_735_800_123;
const secret = 'a-secret';
const message: Message = {
  key: 'bot:1',
  channel: 'bot',
  severity: 'urgent',
  title: '🔴▲ 600519.SH|发现 → 确认',
  lines: ['命中:量比 3.1≥2.5', '<b>&"x"</b>'],
  path: '/o/1',
  symbol: '600519.SH',
  isLive: false,
  atMs: nowMs,
  count: 1,
  isDigest: false,
  maybeRepeat: false,
};
type Seen = { readonly url: URL; readonly body: Record<string, never>; readonly raw: string; readonly headers: IncomingMessage['headers'] };

describe('the vendors', () => {
  let server: Server;
  let host: string;
  let seen: Seen[] = [];
  /** What the vendor checks; what it says of it. */
  let judge: (seen: Seen) => unknown = () => ({ errcode: 0 });
  beforeAll(async () => {
    server = createServer((request, response) => {
      let raw = '';
      request.on('data', (chunk) => {
        raw += String(chunk);
      });
      request.on('end', () => {
        const own = { url: new URL(request.url!, 'http://x'), body: JSON.parse(raw) as Seen['body'], raw, headers: request.headers };
        seen.push(own);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(judge(own)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());
  const send = async (channel: object, of: Partial<Message> = {}) => {
    seen = [];
    const verdict = await sendBy(NotifyChannel.parse(channel), { ...message, ...of }, 'http://127.0.0.1:8787/', nowMs);
    return { verdict, ...seen[0]! };
  };
  const long = { lines: Array.from({ length: 500 }, () => '很长的一行文字') };

  test('企业微信: markdown of at most 4,096 bytes, the link whole', async () => {
    judge = ({ body }) => ({
      errcode: Buffer.byteLength((body as unknown as { markdown: { content: string } }).markdown.content) <= 4096 ? 0 : 40_058,
    });
    const { verdict, body } = await send({ kind: 'wecom', url: `${host}/cgi-bin/webhook/send?key=K` }, long);
    expect([verdict.outcome, body.msgtype]).toEqual(['sent', 'markdown']);
    expect((body as unknown as { markdown: { content: string } }).markdown.content).toMatch(
      /…\n\[查看\]\(http:\/\/127\.0\.0\.1:8787\/o\/1\)$/,
    );
  });

  test('钉钉: signed by its secret over the milliseconds', async () => {
    judge = ({ url }) => {
      const timestamp = url.searchParams.get('timestamp');
      const wanted = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
      return { errcode: url.searchParams.get('sign') === wanted && url.searchParams.get('access_token') === 'T' ? 0 : 310_000 };
    };
    const channel = { kind: 'dingtalk', url: `${host}/robot/send?access_token=T`, secret };
    const { verdict, body } = await send(channel);
    expect([verdict.outcome, (body as unknown as { markdown: { title: string } }).markdown.title]).toEqual(['sent', message.title]);
    expect((await send({ ...channel, secret: 'another' })).verdict).toEqual({ outcome: 'refused', why: '310000', waitMs: 0 });
  });

  test('飞书: signed the other way about, over seconds, with an empty text', async () => {
    judge = ({ body }) => {
      const { timestamp, sign } = body as unknown as { timestamp: string; sign: string };
      return {
        code:
          createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') === sign && timestamp === '1795735800' ? 0 : 19_021,
        msg: 'sign match fail',
      };
    };
    const { verdict, body } = await send({ kind: 'feishu', url: `${host}/open-apis/bot/v2/hook/ID`, secret });
    expect([verdict.outcome, body.msg_type, (body as unknown as { card: { header: { template: string } } }).card.header.template]).toEqual([
      'sent',
      'interactive',
      'orange',
    ]);
    expect((await send({ kind: 'feishu', url: host, secret: 'another' })).verdict).toEqual({
      outcome: 'refused',
      why: '19021 sign match fail',
      waitMs: 0,
    });
  });

  test('Telegram: HTML of at most 4,096 characters, what is text escaped', async () => {
    judge = ({ url, body }) => ({
      ok: url.pathname === '/bot12:AB/sendMessage' && (body as unknown as { text: string }).text.length <= 4096,
    });
    const { verdict, body } = await send({ kind: 'telegram', token: '12:AB', chatId: '-100', host });
    expect(verdict.outcome).toBe('sent');
    expect(body).toMatchObject({ chat_id: '-100', parse_mode: 'HTML', disable_notification: false });
    expect((body as unknown as { text: string }).text).toContain('&lt;b&gt;&amp;');
    expect((await send({ kind: 'telegram', token: '12:AB', chatId: '-100', host }, { lines: ['<'.repeat(9000)] })).verdict.outcome).toBe(
      'sent',
    );
  });

  test('Bark: level by severity, the link as url', async () => {
    judge = ({ url }) => ({ code: url.pathname === '/push' ? 200 : 400 });
    const { verdict, body } = await send({ kind: 'bark', deviceKey: 'K', host });
    expect([verdict.outcome, body]).toEqual([
      'sent',
      expect.objectContaining({ device_key: 'K', level: 'timeSensitive', url: 'http://127.0.0.1:8787/o/1' }),
    ]);
    expect((await send({ kind: 'bark', deviceKey: 'K', host }, { severity: 'info' })).body).toMatchObject({ level: 'passive' });
  });

  test('a webhook: the whole message, signed over time and body', async () => {
    judge = () => ({});
    const { verdict, body, raw, headers } = await send({ kind: 'webhook', url: `${host}/mine`, secret }, { maybeRepeat: true });
    expect([verdict.outcome, body]).toEqual([
      'sent',
      expect.objectContaining({ key: 'bot:1', maybeRepeat: true, link: 'http://127.0.0.1:8787/o/1' }),
    ]);
    expect(headers['x-fenshi-signature']).toBe(`sha256=${createHmac('sha256', secret).update(`${nowMs}.${raw}`).digest('hex')}`);
  });

  test('what may have come before says so', async () => {
    judge = () => ({ errcode: 0 });
    const { raw } = await send({ kind: 'wecom', url: host }, { maybeRepeat: true });
    expect(raw).toContain('(可能重复)');
  });

  test('nobody there is for later, and the reason names no address', async () => {
    const gone = createTcp().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const verdict = await sendBy(
      NotifyChannel.parse({ kind: 'wecom', url: `http://127.0.0.1:${port}/send?key=SECRET` }),
      message,
      null,
      nowMs,
    );
    expect(verdict).toEqual({ outcome: 'later', why: 'ECONNREFUSED', waitMs: 0 });
  });
});

test.each<[Parameters<typeof verdictOf>[0], number, string, string, string | null, number]>([
  ['wecom', 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', 'later', '45009 api freq out of limit', 60_000],
  ['wecom', 200, '{"errcode":-1,"errmsg":"system busy"}', 'later', '-1 system busy', 0],
  ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', 'refused', '93000 invalid webhook url', 0],
  ['dingtalk', 200, '{"errcode":130101,"errmsg":"send too fast"}', 'later', '130101 send too fast', 600_000],
  ['feishu', 200, '{"code":11232,"msg":"frequency limited"}', 'later', '11232 frequency limited', 60_000],
  ['feishu', 200, '{"code":0}', 'sent', null, 0],
  ['telegram', 429, '{"ok":false,"parameters":{"retry_after":7}}', 'later', 'HTTP 429', 7000],
  ['telegram', 429, '{"ok":false}', 'later', 'HTTP 429', 60_000],
  ['telegram', 403, '{"ok":false,"description":"bot was blocked"}', 'refused', 'HTTP 403', 0],
  ['bark', 200, '{"code":400,"message":"failed to get device token"}', 'refused', '400 failed to get device token', 0],
  ['webhook', 204, '', 'sent', null, 0],
  ['webhook', 500, '', 'later', 'HTTP 500', 0],
  // the proxy gave up, the vendor may have taken it
  ['webhook', 502, '', 'unknown', 'HTTP 502', 0],
  ['feishu', 504, '', 'unknown', 'HTTP 504', 0],
  ['wecom', 200, '<html>', 'unknown', 'the answer is no JSON', 0],
  ['wecom', 200, 'null', 'unknown', 'the answer is no JSON', 0],
])('%s says %i %s', (kind, status, text, outcome, why, waitMs) => expect(verdictOf(kind, status, text)).toEqual({ outcome, why, waitMs }));

test('a header that says when counts before the text, and not for ever', () => {
  expect(verdictOf('webhook', 429, '', 3).waitMs).toBe(3000);
  expect(verdictOf('webhook', 429, '', 1e9).waitMs).toBe(3_600_000);
});

test('a vendor that hangs up behind the question may have taken it', async () => {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const channel = NotifyChannel.parse({ kind: 'webhook', url: `http://127.0.0.1:${port}/`, secret: 's' });
  expect((await sendBy(channel, message, null, nowMs)).outcome).toBe('unknown');
  server.close();
});

test('a text is cut between two characters', () => {
  expect(cut('很长的', 9)).toBe('很长的');
  expect(cut('很长的文', 10)).toBe('很长…');
});

test('mail goes by SMTP, with its subject and a link', async () => {
  const said: string[] = [];
  const server = createTcp((socket) => {
    let isData = false;
    socket.write('220 here\r\n');
    socket.on('data', (chunk) => {
      for (const line of String(chunk)
        .split('\r\n')
        .filter((each) => each !== '')) {
        said.push(line);
        if (isData) {
          if (line !== '.') continue;
          isData = false;
          socket.write('250 taken\r\n');
        } else if (line.startsWith('DATA')) {
          isData = true;
          socket.write('354 go on\r\n');
        } else
          socket.write(
            line.startsWith('QUIT')
              ? '221 bye\r\n'
              : line.startsWith('RCPT') && line.includes('nobody')
                ? '550 no such user\r\n'
                : '250 ok\r\n',
          );
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const channel = {
    kind: 'smtp',
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    secure: false,
    from: 'fenshi@example.com',
    to: ['me@example.com'],
  };
  expect(await sendBy(NotifyChannel.parse(channel), message, 'http://127.0.0.1:8787', nowMs)).toEqual({
    outcome: 'sent',
    why: null,
    waitMs: 0,
  });
  const text = said.join('\n');
  expect(text).toContain('RCPT TO:<me@example.com>');
  expect(text).toMatch(/^Message-ID: <bot\.1@fenshi>$/m);
  expect((await sendBy(NotifyChannel.parse({ ...channel, to: ['nobody@example.com'] }), message, null, nowMs)).outcome).toBe('refused');
  server.close();
});
