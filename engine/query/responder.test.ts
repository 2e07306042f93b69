import { expect, test } from 'vitest';
import { decode, encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { respond } from './responder.ts';

/** What `answer` makes of a question to `quotes`, and what the log was told. */
async function asked(data: Uint8Array, answer: () => Promise<object>): Promise<{ readonly reply: unknown; readonly faults: unknown[] }> {
  const faults: unknown[] = [];
  let callback = (_error: null, _message: object): void => undefined;
  const nc = {
    subscribe: (subject: string, given: { callback: typeof callback }) => {
      if (subject.endsWith('.quotes')) callback = given.callback;
    },
  };
  respond(nc as never, 'test-1', { answer } as never, (error) => faults.push(error));
  const reply = await new Promise((resolve) => callback(null, { data, respond: (bytes: Uint8Array) => resolve(decode(bytes)) }));
  return { reply, faults };
}

test('a fault of ours is one, and stands in the log; a refusal is told by its code alone', async () => {
  const ours = new TypeError('undefined is not a function');
  expect(await asked(encode({}), () => Promise.reject(ours))).toMatchObject({ reply: { ok: false, code: 'INTERNAL' }, faults: [ours] });
  const refusal = await asked(encode({}), () => Promise.reject(new FenshiError('NOT_FOUND', 'no such stock')));
  expect(refusal).toMatchObject({ reply: { ok: false, code: 'NOT_FOUND' }, faults: [] });
});

test('a question that cannot be read is the asker’s', async () => {
  const { reply, faults } = await asked(Uint8Array.of(0x92), async () => ({ ok: true }));
  expect([reply, faults]).toMatchObject([{ ok: false, code: 'QUERY_INVALID' }, []]);
});
