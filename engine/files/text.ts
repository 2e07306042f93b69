/**
 * Bytes to lines: UTF-8 with or without a mark, UTF-16, else GB18030, told by the bytes; line ends of any system.
 * A NUL inside a text is dropped: some exporters pad with it.
 */
import type { Readable } from 'node:stream';

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030'] as const;
export type Encoding = (typeof encodings)[number];
const sampleBytes = 65_536;

/** By mark, by zeros at every second byte, by whether it is sound UTF-8; everything else is Chinese Windows. */
export function encodingOf(sample: Uint8Array): Encoding {
  const [a, b, c] = sample;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (let i = 0; i < Math.min(sample.length, 512); i++) if (sample[i] === 0) zeros[i % 2]! += 1;
  if (zeros[1]! > 32 && zeros[0]! < 4) return 'utf-16le';
  if (zeros[0]! > 32 && zeros[1]! < 4) return 'utf-16be';
  try {
    // a character may be cut at the sample's end
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}

export type Lines = { readonly encoding: Encoding; readonly lines: AsyncGenerator<string, void> };

export async function linesOf(stream: Readable, asked: Encoding | null): Promise<Lines> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head: Buffer[] = [];
  let size = 0;
  while (size < sampleBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    size += next.value.length;
  }
  const encoding = asked ?? encodingOf(Buffer.concat(head));
  return { encoding, lines: split(head, chunks, new TextDecoder(encoding)) };
}

async function* split(
  head: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
  decoder: InstanceType<typeof TextDecoder>,
): AsyncGenerator<string, void> {
  let tail = '';
  const take = (text: string, last: boolean): string[] => {
    const parts = (tail + text).replaceAll('\0', '').split(/\r\n|\n|\r(?!\n)/);
    // a carriage return at the end may belong to a line feed that comes
    tail = last ? '' : parts.pop()!;
    if (!last && (tail + text).endsWith('\r') && tail === '') tail = `${parts.pop() ?? ''}\r`;
    return parts;
  };
  for (const chunk of head) yield* take(decoder.decode(chunk, { stream: true }), false);
  for (let next = await rest.next(); next.done !== true; next = await rest.next())
    yield* take(decoder.decode(next.value, { stream: true }), false);
  yield* take(decoder.decode(), true);
}
