/** Who this page is: the token of a one-time link or one that was given, in the fragment and never in an address that is sent. */
import { FenshiApi } from '../../../client/api.ts';

const key = 'token';
export const token = (): string | null => sessionStorage.getItem(key);
export const forgetToken = (): void => sessionStorage.removeItem(key);
export const api = (): FenshiApi => new FenshiApi(location.origin, token() ?? undefined);

/** Takes what the fragment holds and clears it: `#code=`, `#token=`, or `#o=` of an older link. True where this page is somebody else now. */
export async function openByFragment(): Promise<boolean> {
  const [, what, given] = /^#(code|token|o)=([\w.-]+)$/.exec(location.hash) ?? [];
  if (what === undefined || given === undefined) return false;
  history.replaceState(null, '', what === 'o' ? `/o/${given}` : location.pathname + location.search);
  if (what === 'token') sessionStorage.setItem(key, given);
  if (what !== 'code') return true;
  try {
    const made = await fetch('/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: given }),
    });
    if (made.ok) sessionStorage.setItem(key, ((await made.json()) as { token: string }).token);
    return made.ok;
  } catch {
    return false; // the page says that nobody answers
  }
}
