/** Keys of a page. Not while something is typed, and not with a modifier but for the palette. The newest page that knows a key has it. */
import { useEffect, useRef } from 'react';

export type Keys = Readonly<Record<string, () => unknown>>;
const stack: { readonly current: Keys }[] = [];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    stack.push(current);
    return () => void stack.splice(stack.indexOf(current), 1);
  }, []);
}

/** The name a key goes by: `Shift+B`, `j`. */
export const keyOf = ({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): string =>
  shiftKey && /^(Arrow|[A-Z]$)/.test(key) ? `Shift+${key}` : key;

/** `first` is asked before any page, and true where it took the key; what nobody knows goes to `rest`. */
export function listenForKeys(first: (event: KeyboardEvent) => boolean, rest: (event: KeyboardEvent) => void): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    if (first(event)) return event.preventDefault();
    const name = keyOf(event);
    // a button or a link that is focused takes Enter and Space itself
    if (
      (name === 'Enter' || name === ' ') &&
      event.target instanceof HTMLElement &&
      ['BUTTON', 'A'].includes(event.target.tagName) &&
      !event.target.matches('[role=tab]')
    )
      return;
    const known = stack.findLast(({ current }) => current[name] !== undefined);
    if (known === undefined) return rest(event);
    event.preventDefault();
    known.current[name]!();
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}
