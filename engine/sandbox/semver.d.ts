/** The functions that are used of the library, which ships no types. */
declare module 'semver' {
  export function valid(version: string): string | null;
  export function validRange(range: string): string | null;
  export function compare(a: string, b: string): -1 | 0 | 1;
  export function satisfies(version: string, range: string): boolean;
}
