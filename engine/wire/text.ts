/**
 * Bytes to text. A GB18030 body is cut into fields by its ASCII bytes and only the names are decoded, fatally: a bad name loses
 * itself and no number (contracts/spec/quality.md#ingest, decoding).
 */
import { FenshiError } from '../../contracts/errors.ts';

const gb18030 = new TextDecoder('gb18030', { fatal: true });
const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('latin1');

/** One character a byte: safe to split on ASCII where the format puts no double-byte text between two marks. */
export const bytesAsText = (body: Uint8Array): string => latin1.decode(body);

/** Whether anything but line ends and blanks stands between two statements. */
export const isMore = (text: string): boolean => /[^ \t\r\n]/.test(text);

/** A name cut out of bytesAsText; null when its bytes are no GB18030. */
export function nameOf(field: string): string | null {
  try {
    return gb18030.decode(Uint8Array.from(field, (c) => byteOf[c] ?? c.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** `latin1` is windows-1252 to TextDecoder: 0x80–0x9F come back as other characters. */
const byteOf: Readonly<Record<string, number>> = Object.fromEntries(
  Array.from({ length: 32 }, (_, i) => [latin1.decode(Uint8Array.of(0x80 + i)), 0x80 + i]),
);

/** @throws FenshiError SOURCE_BODY */
export function utf8Of(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw new FenshiError('SOURCE_BODY', 'not UTF-8', { cause: error });
  }
}

/** A JSON object, with or without a JSONP or `_var=` prefix. @throws FenshiError SOURCE_BODY on HTML, a cut body, anything else */
export function jsonOf(body: Uint8Array): Record<string, unknown> {
  const text = utf8Of(body).trim();
  const bare = /^[\w.$]+\(([\s\S]*)\);?$/.exec(text)?.[1] ?? text.replace(/^[\w$]+=(?=\{)/, '');
  if (!bare.startsWith('{')) throw new FenshiError('SOURCE_BODY', `not a JSON object: ${bare.slice(0, 40)}`);
  try {
    return JSON.parse(bare) as Record<string, unknown>;
  } catch (error) {
    throw new FenshiError('SOURCE_BODY', `cut or broken JSON after ${bare.length} characters`, { cause: error });
  }
}

/** NFKC without spaces: how two spellings of one name are compared; inner spaces are kept for display. */
export const comparableName = (name: string): string => name.normalize('NFKC').replace(/\s+/gu, '');
